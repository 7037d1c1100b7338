/**
 * The one owner of the RTP and RTCP of a track: takes packets, gives frames, gives up what is missing for too long, and reports. For
 * whoever receives: the client from a server, a server from a publisher.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { RtcpReceiver } from "./rtcp_receiver.ts";
import { type AssembledFrame, RtpReceiver, type RtpReceiverOptions } from "./rtp_receiver.ts";

/** Who reports, and how. */
export interface ReportingOptions {
  /** Our own SSRC. */
  readonly ssrc: number;
  /** Who we are (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
  /** Sends a compound packet to the sender. */
  readonly send: (packet: Uint8Array) => void;
  /** Called when the sender says BYE. */
  readonly onBye: () => void;
}

/** Constructor options of {@linkcode TrackReceiver}. */
export interface TrackReceiverOptions extends RtpReceiverOptions {
  /** Times arrivals, missing packets and reports. */
  readonly clock: Clock;
  /** Takes each frame. */
  readonly onFrame: (frame: AssembledFrame) => void;
  /** Called with each packet of the stream, behind the frames that it completes. */
  readonly onPacket?: () => void;
  /** How to report; `undefined` where the sender does not listen, as in the lab. */
  readonly reporting?: ReportingOptions;
}

/** A track from its first packet to its last. */
export class TrackReceiver {
  /** Counts what comes. */
  readonly receiver: RtpReceiver;
  readonly #options: TrackReceiverOptions;
  readonly #reports: RtcpReceiver | undefined;
  #cancelExpiry: (() => void) | undefined;

  constructor(options: TrackReceiverOptions) {
    const { clock, clockRate, reporting } = this.#options = options;
    this.receiver = new RtpReceiver(options);
    if (reporting === undefined || clockRate === undefined) return;
    this.#reports = new RtcpReceiver({ ...reporting, receiver: this.receiver, clockRate, clock });
  }

  /** Takes an RTP packet, whose bytes hold until this returns. */
  takeRtp(datagram: Uint8Array): void {
    const { clock, onPacket } = this.#options;
    const frames = this.receiver.push(datagram, clock.nowMs());
    if (frames === undefined) return;
    this.#give(frames);
    if (this.#cancelExpiry === undefined) this.#watchExpiry();
    onPacket?.();
  }

  /** Takes an RTCP packet, whose bytes hold until this returns. */
  takeRtcp(datagram: Uint8Array): void {
    this.#reports?.take(datagram);
  }

  /** The stream pauses or ends: whatever is missing will not come. */
  flush(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
    this.#give(this.receiver.flush());
  }

  /** Reports now and every few seconds. */
  startReports(): void {
    this.#reports?.start();
  }

  stopReports(): void {
    this.#reports?.stop();
  }

  /** Says that we leave, if we have ever reported (RFC 3550, 6.3.7). */
  sayBye(): void {
    this.#reports?.sayBye();
  }

  /** Stops all timers. What is held is not given any more. */
  close(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
    this.stopReports();
  }

  #watchExpiry(): void {
    const { clock } = this.#options;
    const { deadlineMs } = this.receiver;
    if (deadlineMs === undefined) return;
    this.#cancelExpiry = clock.after(Math.max(1, deadlineMs - clock.nowMs()), () => {
      this.#cancelExpiry = undefined;
      this.#give(this.receiver.expire(clock.nowMs()));
      this.#watchExpiry();
    });
  }

  #give(frames: readonly AssembledFrame[]): void {
    for (const frame of frames) this.#options.onFrame(frame);
  }
}
