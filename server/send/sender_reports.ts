/**
 * What the sender of an RTP stream tells its receivers of it by RTCP (RFC 3550, 6.4.1): a report every few seconds while it is sent, and
 * BYE at its end. The reports of all streams of a session have one clock and one name, so that receivers play them in step.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { RTP_HEADER_BYTES } from "../../rtp/packet.ts";
import { encodeRtcp, type RtcpPacket } from "../../rtp/rtcp.ts";
import { BYE_DELAY_MS, SENDER_REPORT_INTERVAL_MS } from "../limits.ts";
import type { SendCounters } from "./frame_sender.ts";
import type { RtpStream } from "./rtp_stream.ts";
import type { RtpTransport } from "./rtp_transport.ts";

/** Constructor options of {@linkcode SenderReports}. */
export interface SenderReportsOptions {
  readonly stream: Pick<RtpStream, "ssrc" | "timestampAt">;
  readonly counters: Pick<SendCounters, "packets" | "bytes">;
  readonly transport: RtpTransport;
  /** The time of day, and the clock that packets are due by. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Who we are to receivers (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
  /** What goes with every report; default nothing. */
  readonly beside?: () => readonly RtcpPacket[];
}

/** The reports of one stream. */
export class SenderReports {
  readonly #options: SenderReportsOptions;
  #cancelReport: (() => void) | undefined;
  #cancelBye: (() => void) | undefined;
  /** Whether receivers have heard of the stream, so that its end is news to them. */
  #isKnown = false;

  constructor(options: SenderReportsOptions) {
    this.#options = options;
  }

  /** Packets are about to leave: reports from now on, unless there are already. */
  begin(): void {
    this.cancelBye();
    if (this.#cancelReport === undefined) this.#report();
  }

  /** Reports now, beside the usual reports, if there are any. */
  tell(): void {
    if (this.#cancelReport !== undefined) this.#send([]);
  }

  /** The end is not near after all. */
  cancelBye(): void {
    this.#cancelBye?.();
  }

  /** Nothing follows for now. */
  pause(): void {
    this.cancelBye();
    this.#options.transport.flush();
    this.#cancelReport?.();
    this.#cancelReport = undefined;
  }

  /** Says BYE after a while: where it overtakes the last packets, it ends the stream before them. ffmpeg 5.1 stops at once. */
  finish(): void {
    this.#cancelBye = this.#options.clock.after(BYE_DELAY_MS, () => this.bye());
  }

  /** Says BYE now. */
  bye(): void {
    this.pause();
    if (this.#isKnown) this.#send([{ kind: "bye", ssrcs: [this.#options.stream.ssrc] }]);
  }

  /** Sends a report now and every few seconds: not in step with other senders that began when we did (RFC 3550, 6.3.1). */
  #report(): void {
    const { clock, random } = this.#options;
    this.#isKnown = true;
    this.#send([]);
    this.#cancelReport = clock.after(SENDER_REPORT_INTERVAL_MS * (0.5 + random()), () => this.#report());
  }

  /** A sender report, our name, and what goes with them, in front of `packets` (RFC 3550, 6.1). */
  #send(packets: readonly RtcpPacket[]): void {
    const { stream: { ssrc }, stream, counters, transport, clock, canonicalName, beside } = this.#options;
    const { packets: packetCount, bytes } = counters;
    transport.sendRtcp(encodeRtcp([
      {
        kind: "sender-report",
        ssrc,
        unixMs: clock.unixMs(),
        rtpTimestamp: stream.timestampAt(clock.nowMs()),
        packetCount: packetCount % 2 ** 32,
        octetCount: (bytes - packetCount * RTP_HEADER_BYTES) % 2 ** 32,
        reports: [],
      },
      { kind: "cname", ssrc, name: canonicalName },
      ...beside?.() ?? [],
      ...packets,
    ]));
  }
}
