/**
 * The receiver's side of RTCP (RFC 3550, 6.4.2): every few seconds a report of what was received, and what the sender reports in
 * return. Some cameras hang up after a minute without.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { type Bye, compactNtp, decodeRtcp, encodeRtcp, type ReportBlock, type SenderReport } from "../rtcp.ts";
import { RECEIVER_REPORT_INTERVAL_MS } from "../limits.ts";
import type { RtpReceiver } from "./rtp_receiver.ts";

/** Constructor options of {@linkcode RtcpReceiver}. */
export interface RtcpReceiverOptions {
  /** What is reported, and what the sender's reports are about. */
  readonly receiver: RtpReceiver;
  /** RTP timestamp ticks a second. */
  readonly clockRate: number;
  /** Our own SSRC. */
  readonly ssrc: number;
  /** Who we are (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
  /** Times reports. */
  readonly clock: Clock;
  /** Sends a compound packet to the sender. */
  readonly send: (packet: Uint8Array) => void;
  /** Called when the sender says BYE. */
  readonly onBye: () => void;
}

/** Reports about one track. */
export class RtcpReceiver {
  readonly #options: RtcpReceiverOptions;
  #cancel: (() => void) | undefined;
  /** Whether the sender knows of us. */
  #hasReported = false;
  #lastSenderReport: { readonly compactNtp: number; readonly arrivalMs: number } | undefined;
  #expectedBefore = 0;
  #receivedBefore = 0;

  /** Sends nothing before {@linkcode start}. */
  constructor(options: RtcpReceiverOptions) {
    this.#options = options;
  }

  /** Sends a report now, and then every few seconds. */
  start(): void {
    this.#cancel?.();
    this.#send();
    this.#cancel = this.#options.clock.after(RECEIVER_REPORT_INTERVAL_MS, () => this.start());
  }

  /** Sends no more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Says that we leave, if we have ever reported (RFC 3550, 6.3.7). */
  sayBye(): void {
    const { ssrc } = this.#options;
    this.stop();
    if (!this.#hasReported) return;
    this.#options.send(encodeRtcp([
      { kind: "receiver-report", ssrc, reports: this.#blocks() },
      { kind: "bye", ssrcs: [ssrc] },
    ]));
  }

  /** Takes a compound packet of the sender's; a malformed one is ignored. */
  take(packet: Uint8Array): void {
    try {
      for (const report of decodeRtcp(packet)) {
        if (report.kind === "sender-report") this.#takeSenderReport(report);
        else if (report.kind === "bye" && this.#isSender(report)) this.#options.onBye();
      }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }

  #takeSenderReport(report: SenderReport): void {
    const { receiver, clock } = this.#options;
    this.#lastSenderReport = { compactNtp: compactNtp(report.unixMs), arrivalMs: clock.nowMs() };
    receiver.takeSenderReport(report);
  }

  /** Whether it is the sender who leaves, and not another receiver of its group. */
  #isSender({ ssrcs }: Bye): boolean {
    const { ssrc } = this.#options.receiver;
    return ssrc === undefined ? !ssrcs.includes(this.#options.ssrc) : ssrcs.includes(ssrc);
  }

  #send(): void {
    const { ssrc, canonicalName, send } = this.#options;
    this.#hasReported = true;
    send(encodeRtcp([
      { kind: "receiver-report", ssrc, reports: this.#blocks() },
      { kind: "cname", ssrc, name: canonicalName },
    ]));
  }

  /** RFC 3550, A.3. */
  #blocks(): ReportBlock[] {
    const { receiver, clock, clockRate } = this.#options;
    const { statistics, ssrc, highestSequenceNumber } = receiver;
    if (statistics === undefined || ssrc === undefined) return [];
    const received = statistics.packets - statistics.duplicatePackets;
    const expectedNow = statistics.expectedPackets - this.#expectedBefore;
    const lostNow = expectedNow - (received - this.#receivedBefore);
    this.#expectedBefore = statistics.expectedPackets;
    this.#receivedBefore = received;
    const report = this.#lastSenderReport;
    return [{
      ssrc,
      fractionLost: expectedNow <= 0 || lostNow <= 0 ? 0 : Math.min(255, Math.floor(lostNow * 256 / expectedNow)),
      cumulativeLost: statistics.lostPackets,
      highestSequenceNumber,
      jitter: Math.round(statistics.jitterMs * clockRate / 1000),
      lastSenderReport: report?.compactNtp ?? 0,
      delaySinceLastSenderReport: report === undefined
        ? 0
        : Math.round((clock.nowMs() - report.arrivalMs) * 65.536) % 2 ** 32,
    }];
  }
}
