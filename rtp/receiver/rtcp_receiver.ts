/**
 * The RTCP of one track, seen by its receiver (RFC 3550, 6.4): what the sender reports, and what is reported to the sender. No
 * socket, clock or timer.
 *
 * @module
 */

import { type AdaptationReport, decodeAdaptation } from "../adaptation_report.ts";
import { compactNtp, decodeRtcp, encodeRtcp, type ReportBlock, type SenderReport } from "../rtcp.ts";
import { wallClockMs } from "../wall_clock.ts";
import type { RtpReceiver } from "./rtp_receiver.ts";

/** Constructor options of {@linkcode RtcpReceiver}. */
export interface RtcpReceiverOptions {
  /** Receives what is reported on; its clock rate is known. */
  readonly receiver: RtpReceiver;
  /** Our own SSRC. */
  readonly ssrc: number;
  /** Our name, the same for all tracks of a session (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
}

/** What was reported on a source, in numbers that people understand. */
export interface ReportedReception
  extends Pick<ReportBlock, "fractionLost" | "cumulativeLost" | "highestSequenceNumber"> {
  /** In milliseconds of the caller's clock. */
  readonly atMs: number;
  /** Packets expected since the report before. */
  readonly expected: number;
  /** How many of them have not come; negative where some came twice. */
  readonly lost: number;
  readonly jitterMs: number;
  /** When the sender's report had come that it answers; `undefined` before the first. */
  readonly senderReportMs: number | undefined;
}

/** The newest reports, both ways. Times are in milliseconds of the caller's clock. */
export interface ReportsSeen {
  readonly sender: { readonly report: SenderReport; readonly arrivalMs: number } | undefined;
  readonly receiver: ReportedReception | undefined;
  /** What the sender adapts to our network; `undefined` where it has told nothing of it. */
  readonly adaptation: AdaptationReport & { readonly atMs: number } | undefined;
  /** What was asked for again. */
  readonly nack: { readonly atMs: number; readonly sequenceNumbers: readonly number[] } | undefined;
}

/** Takes and makes the reports of one track. */
export class RtcpReceiver {
  readonly #options: RtcpReceiverOptions;
  #senderReport: ReportsSeen["sender"];
  /** The newest report of another source, whose stream may take over. */
  #otherReport: ReportsSeen["sender"];
  #reported: ReportedReception | undefined;
  #asked: ReportsSeen["nack"];
  #adaptation: ReportsSeen["adaptation"];
  /** Whether the sender knows of us. */
  #hasReported = false;
  /** Packets expected and received up to the last report (RFC 3550, A.3). */
  #expectedBefore = 0;
  #receivedBefore = 0;

  constructor(options: RtcpReceiverOptions) {
    this.#options = options;
  }

  /** The newest reports. */
  get seen(): ReportsSeen {
    return { sender: this.#ownReport, receiver: this.#reported, nack: this.#asked, adaptation: this.#adaptation };
  }

  /** Takes a compound packet that was read at `nowMs`. Returns whether the sender said BYE in it. Malformed ones are ignored. */
  push(packet: Uint8Array, nowMs: number): boolean {
    let hasLeft = false;
    try {
      for (const report of decodeRtcp(packet)) {
        if (report.kind === "sender-report") this.#takeSenderReport(report, nowMs);
        else if (report.kind === "application") this.#takeAdaptation(decodeAdaptation(report), nowMs);
        else if (report.kind === "bye" && this.#isFromSender(report.ssrcs)) hasLeft = true;
      }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    return hasLeft;
  }

  /**
   * Takes a report of the stream's own sender. One of another source does not replace that: it may be of a stream that is about to
   * begin, or of somebody else in the group.
   */
  #takeSenderReport(report: SenderReport, nowMs: number): void {
    const seen = { report, arrivalMs: nowMs };
    const { ssrc } = this.#options.receiver;
    if (ssrc === undefined || report.ssrc === ssrc) this.#senderReport = seen;
    else this.#otherReport = seen;
  }

  /** The newest report of the stream's sender; before the first packet, of whoever has reported. */
  get #ownReport(): ReportsSeen["sender"] {
    const { ssrc } = this.#options.receiver;
    if (ssrc === undefined) return this.#senderReport;
    return [this.#senderReport, this.#otherReport].find((seen) => seen?.report.ssrc === ssrc);
  }

  #takeAdaptation(report: AdaptationReport | undefined, nowMs: number): void {
    if (report !== undefined) this.#adaptation = { ...report, atMs: nowMs };
  }

  /**
   * When the sender captured the frame with this RTP timestamp, by its own clock: milliseconds since the Unix epoch; `undefined`
   * before it has reported.
   */
  senderTimeMs(timestamp: number): number | undefined {
    const { ssrc, clockRate } = this.#options.receiver;
    const report = ssrc === undefined ? undefined : this.#ownReport?.report;
    if (report === undefined || clockRate === undefined) return undefined;
    return wallClockMs(timestamp, { report, clockRate });
  }

  /** A report on what was received up to `nowMs` (RFC 3550, 6.4.2). */
  report(nowMs: number): Uint8Array<ArrayBuffer> {
    const { ssrc, canonicalName } = this.#options;
    this.#hasReported = true;
    return encodeRtcp([
      { kind: "receiver-report", ssrc, reports: this.#blocks(nowMs) },
      { kind: "cname", ssrc, name: canonicalName },
    ]);
  }

  /** Asks the sender for packets again (RFC 4585, 6.2.1), behind a report without blocks: those come in their own time. */
  nack(sequenceNumbers: readonly number[], nowMs: number): Uint8Array<ArrayBuffer> | undefined {
    const { ssrc, canonicalName, receiver: { ssrc: mediaSsrc } } = this.#options;
    if (mediaSsrc === undefined) return undefined;
    this.#asked = { atMs: nowMs, sequenceNumbers };
    return encodeRtcp([
      { kind: "receiver-report", ssrc, reports: [] },
      { kind: "cname", ssrc, name: canonicalName },
      { kind: "nack", ssrc, mediaSsrc, sequenceNumbers },
    ]);
  }

  /** Tells the sender that we leave; `undefined` where it does not know of us (RFC 3550, 6.3.7). */
  bye(nowMs: number): Uint8Array<ArrayBuffer> | undefined {
    const { ssrc } = this.#options;
    if (!this.#hasReported) return undefined;
    return encodeRtcp([
      { kind: "receiver-report", ssrc, reports: this.#blocks(nowMs) },
      { kind: "bye", ssrcs: [ssrc] },
    ]);
  }

  /** Whether it is the sender who leaves, and not another receiver of its group. */
  #isFromSender(ssrcs: readonly number[]): boolean {
    const { ssrc } = this.#options.receiver;
    return ssrc === undefined ? !ssrcs.includes(this.#options.ssrc) : ssrcs.includes(ssrc);
  }

  /** RFC 3550, A.3. */
  #blocks(nowMs: number): ReportBlock[] {
    const { ssrc, clockRate, highestSequenceNumber } = this.#options.receiver;
    if (ssrc === undefined || clockRate === undefined) return [];
    const { packets, duplicatePackets, expectedPackets, lostPackets, jitterMs } = this.#options.receiver.statistics();
    const received = packets - duplicatePackets;
    const expectedNow = expectedPackets - this.#expectedBefore;
    const lostNow = expectedNow - (received - this.#receivedBefore);
    this.#expectedBefore = expectedPackets;
    this.#receivedBefore = received;
    const last = this.#ownReport;
    const counts = {
      fractionLost: expectedNow <= 0 || lostNow <= 0 ? 0 : Math.min(255, Math.floor(lostNow * 256 / expectedNow)),
      cumulativeLost: lostPackets,
      highestSequenceNumber,
    };
    this.#reported = {
      ...{ ...counts, atMs: nowMs, expected: expectedNow, lost: lostNow, jitterMs },
      senderReportMs: last?.arrivalMs,
    };
    return [{
      ssrc,
      ...counts,
      jitter: Math.round(jitterMs * clockRate / 1000),
      lastSenderReport: last === undefined ? 0 : last.report.compactNtp ?? compactNtp(last.report.unixMs),
      delaySinceLastSenderReport: last === undefined ? 0 : Math.round((nowMs - last.arrivalMs) * 65.536) % 2 ** 32,
    }];
  }
}
