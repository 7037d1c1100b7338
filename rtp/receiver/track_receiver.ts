/**
 * The receiving end of one track: takes its RTP and RTCP packets, gives whole frames, and reports to the sender. Stands between
 * a socket, of whichever end, and whoever shows or forwards the frames. Sockets and the clock are handed in.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { AssembledFrame, Depacketizer } from "../depacketizer.ts";
import { RECEIVER_REPORT_INTERVAL_MS, SAMPLE_BYTES } from "../limits.ts";
import { PacketTrace, type Traced } from "./packet_trace.ts";
import { type ReportsSeen, RtcpReceiver } from "./rtcp_receiver.ts";
import { RtpReceiver, type RtpStatistics } from "./rtp_receiver.ts";

/** A whole frame of a track, or the samples of a packet of sound. */
export interface TrackFrame {
  /** A whole JPEG, or samples, in bytes of its own. */
  readonly data: Uint8Array;
  /** The RTP timestamp of its packets. */
  readonly timestamp: number;
  /** Ticks of the timestamp a second; `undefined` for the lab, whose timestamps are whole seconds. */
  readonly clockRate: number | undefined;
  /** When its last packet was read, in milliseconds of the clock. */
  readonly arrivalMs: number;
  /** When the sender captured it, by its own clock: milliseconds since the Unix epoch; `undefined` before it has reported. */
  readonly senderTimeMs: number | undefined;
}

/** How to exchange reports with the sender. */
export interface ReportOptions {
  /** Our own SSRC. */
  readonly ssrc: number;
  /** Our name, the same for all tracks of a session (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
  /** Sends a compound packet to the sender. */
  readonly send: (packet: Uint8Array<ArrayBuffer>) => void;
  /** The sender has said BYE. */
  readonly onBye: () => void;
}

/** Constructor options of {@linkcode TrackReceiver}. */
export interface TrackReceiverOptions {
  /** Makes frames of packets. */
  readonly depacketizer: Depacketizer;
  /** Payload type of the track's packets; default 26. */
  readonly payloadType?: number;
  /** RTP timestamp ticks a second; `undefined` for the lab, whose timestamps are whole seconds and whose numbers start at 1. */
  readonly clockRate?: number;
  /** Whether the sender sends again what it is asked for, on a path on which it may be asked; default false. */
  readonly repairs?: boolean;
  /** Times arrivals, missing packets and reports. */
  readonly clock: Clock;
  /** Takes each whole frame, in order. */
  readonly onFrame: (frame: TrackFrame) => void;
  /** A packet of the stream has come, at `nowMs` of the clock; the frames that it completed have been given. */
  readonly onPacket: (nowMs: number) => void;
  /** `undefined` where there is no RTCP, as in the lab. */
  readonly reports: ReportOptions | undefined;
}

/** Receives from SETUP to TEARDOWN. */
export class TrackReceiver {
  readonly #options: TrackReceiverOptions;
  readonly #rtp: RtpReceiver;
  readonly #rtcp: RtcpReceiver | undefined;
  #cancelExpiry: (() => void) | undefined;
  #cancelReport: (() => void) | undefined;
  #cancelRepair: (() => void) | undefined;
  /** The beginning of a packet, and whether somebody wants another. */
  #sample: Uint8Array | undefined;
  #wantsSample = true;
  /** Which packets came when, while somebody looks. */
  #trace: PacketTrace | undefined;
  /** When that timer fires, in milliseconds of the clock. */
  #repairTimerMs = Infinity;

  constructor(options: TrackReceiverOptions) {
    const { reports } = this.#options = options;
    this.#rtp = new RtpReceiver(options);
    this.#rtcp = reports && new RtcpReceiver({ ...reports, receiver: this.#rtp });
  }

  /** Whether a packet of the stream has come. */
  get hasStarted(): boolean {
    return this.#rtp.ssrc !== undefined;
  }

  /** The payload type of the newest packet of another payload type; `undefined` without such a packet. */
  get otherPayloadType(): number | undefined {
    return this.#rtp.otherPayloadType;
  }

  statistics(): RtpStatistics {
    return this.#rtp.statistics();
  }

  /**
   * The first bytes of a packet of the stream, its headers among them, for whoever wants to look at one: the first one that has come
   * since this was asked before. `undefined` before the first packet.
   */
  sample(): Uint8Array | undefined {
    this.#wantsSample = true;
    return this.#sample;
  }

  /** The packets that came behind the first `from` since somebody began to look, as far as they are kept. */
  trace(from: number): Traced {
    const nowMs = this.#options.clock.nowMs();
    this.#trace ??= new PacketTrace(nowMs);
    return this.#trace.since(from, nowMs);
  }

  /** The newest reports, both ways; `undefined` where there is no RTCP. */
  reports(): ReportsSeen | undefined {
    return this.#rtcp?.seen;
  }

  /** Takes a datagram of the RTP port, whose bytes hold until this returns. */
  takeRtp(datagram: Uint8Array): void {
    const nowMs = this.#options.clock.nowMs();
    const frames = this.#rtp.push(datagram, nowMs);
    if (frames === undefined) return;
    if (this.#wantsSample) {
      this.#wantsSample = false;
      this.#sample = datagram.slice(0, SAMPLE_BYTES);
    }
    if (this.#trace?.note(datagram, nowMs) === false) this.#trace = undefined;
    if (frames.length > 0) this.#give(frames);
    if (this.#cancelExpiry === undefined) {
      const { deadlineMs } = this.#rtp;
      if (deadlineMs !== undefined) this.#awaitExpiry(deadlineMs);
    }
    const { repairDueMs } = this.#rtp;
    if (repairDueMs !== undefined && repairDueMs < this.#repairTimerMs) this.#awaitRepair(repairDueMs);
    this.#options.onPacket(nowMs);
  }

  /** Takes a datagram of the RTCP port. */
  takeRtcp(packet: Uint8Array): void {
    if (this.#rtcp?.push(packet, this.#options.clock.nowMs())) this.#options.reports?.onBye();
  }

  /** Reports to the sender now, and then every few seconds. */
  startReports(): void {
    if (this.#rtcp === undefined) return;
    const { clock, reports } = this.#options;
    this.stopReports();
    this.#cancelReport = clock.after(RECEIVER_REPORT_INTERVAL_MS, () => this.startReports());
    reports?.send(this.#rtcp.report(clock.nowMs()));
  }

  stopReports(): void {
    this.#cancelReport?.();
    this.#cancelReport = undefined;
  }

  /** Stops the reports, and tells the sender that we leave if it knows of us. */
  sayBye(): void {
    this.stopReports();
    const packet = this.#rtcp?.bye(this.#options.clock.nowMs());
    if (packet !== undefined) this.#options.reports?.send(packet);
  }

  /** The stream pauses or ends: gives what waits for missing packets, which will not come. */
  flush(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
    this.#cancelRepair?.();
    this.#repairTimerMs = Infinity;
    this.#give(this.#rtp.flush());
  }

  /** Ends the stream, and leaves no timer behind. */
  close(): void {
    this.stopReports();
    this.flush();
  }

  #awaitExpiry(deadlineMs: number): void {
    const { clock } = this.#options;
    this.#cancelExpiry = clock.after(Math.max(1, deadlineMs - clock.nowMs()), () => {
      this.#cancelExpiry = undefined;
      this.#give(this.#rtp.expire(clock.nowMs()));
      if (this.#rtp.deadlineMs !== undefined) this.#awaitExpiry(this.#rtp.deadlineMs);
    });
  }

  /** Asks for what is missing, as long as something is. */
  #awaitRepair(dueMs: number): void {
    const { clock, reports } = this.#options;
    this.#cancelRepair?.();
    this.#repairTimerMs = dueMs;
    this.#cancelRepair = clock.after(Math.max(1, dueMs - clock.nowMs()), () => {
      this.#repairTimerMs = Infinity;
      const missing = this.#rtp.takeMissing(clock.nowMs());
      const packet = missing.length === 0 ? undefined : this.#rtcp?.nack(missing, clock.nowMs());
      if (packet !== undefined) reports?.send(packet);
      if (this.#rtp.repairDueMs !== undefined) this.#awaitRepair(this.#rtp.repairDueMs);
    });
  }

  #give(frames: readonly AssembledFrame[]): void {
    const { clockRate } = this.#rtp;
    for (const { data, timestamp, arrivalMs } of frames) {
      const senderTimeMs = this.#rtcp?.senderTimeMs(timestamp);
      this.#options.onFrame({ data, timestamp, clockRate, arrivalMs, senderTimeMs });
    }
  }
}
