/**
 * Frames to a client of the standards: RTP/JPEG (RFC 2435) with its clock of 90 kHz, and RTCP sender reports.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { JPEG_CLOCK_RATE, JPEG_MAX_DIMENSION } from "../../rtp/jpeg/jpeg_payload.ts";
import { RTP_HEADER_BYTES } from "../../rtp/packet.ts";
import { encodeRtcp, type ReportBlock, type RtcpPacket } from "../../rtp/rtcp.ts";
import {
  type FrameSender,
  type FrameTime,
  joinSentences,
  type LogSentence,
  type SendCounters,
} from "./frame_sender.ts";
import { type FramePackets, type JpegPackets, type PictureSize, rtpBytesOf } from "./jpeg_packets.ts";
import { BYE_DELAY_MS, SENDER_REPORT_INTERVAL_MS } from "../limits.ts";
import type { RtpTransport } from "./rtp_transport.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** Constructor options of {@linkcode JpegSender}. */
export interface JpegSenderOptions {
  /** The client as the log names it. */
  readonly peer: string;
  /** The way to it. */
  readonly transport: RtpTransport;
  /** Makes the packets. */
  readonly packets: JpegPackets;
  /** The size that the description tells: the only one that pictures too large for RTP/JPEG's own header can have. */
  readonly describedSize: PictureSize;
  /** The time of day, and the one that frames are due by. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1, for the random start values (RFC 3550, 5.1). */
  readonly random: () => number;
  /** Who we are to receivers (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
}

/** The sending side of one session of the standards. */
export class JpegSender implements FrameSender {
  readonly counters: SendCounters = { frames: 0, packets: 0, bytes: 0, droppedFrames: 0 };
  /** Synchronization source identifier. */
  readonly ssrc: number;
  readonly #options: JpegSenderOptions;
  readonly #timestampAtZero: number;
  #sequenceNumber: number;
  #payloadBytes = 0;
  #cancelReport: (() => void) | undefined;
  #cancelBye: (() => void) | undefined;
  #lastReport: ReportBlock | undefined;
  #lastProblem: string | undefined;
  /** Whether frames are to leave, so that there is something to report. */
  #isActive = false;
  #isClosed = false;

  /** Starts at random numbers. */
  constructor(options: JpegSenderOptions) {
    this.#options = options;
    const word = () => Math.floor(options.random() * 2 ** 32);
    this.ssrc = word();
    this.#timestampAtZero = word();
    this.#sequenceNumber = word() & 0xffff;
  }

  get destination(): string {
    return this.#options.transport.destination;
  }

  /** The sequence number that the next packet will have. */
  get nextSequenceNumber(): number {
    return this.#sequenceNumber;
  }

  /** The RTP timestamp of a time of the server's clock. */
  timestampAt(dueMs: number): number {
    return (this.#timestampAtZero + Math.round(dueMs * JPEG_CLOCK_RATE / 1000)) % 2 ** 32;
  }

  /** Takes what the client reports of the stream. */
  takeReport(report: ReportBlock): void {
    if (report.ssrc === this.ssrc) this.#lastReport = report;
  }

  send(jpeg: Uint8Array, time: FrameTime): void | Promise<void> {
    const { transport, packets } = this.#options;
    if (!transport.isReady) {
      this.counters.droppedFrames++;
      return;
    }
    this.#isActive = true;
    const frame = packets.of(jpeg);
    return frame instanceof Promise
      ? frame.then((made) => this.#sendPackets(made, time))
      : this.#sendPackets(frame, time);
  }

  leaveOut(frames: number): boolean {
    this.counters.droppedFrames += frames;
    return true;
  }

  pause(): void {
    this.#isActive = false;
    this.#cancelBye?.();
    this.#options.transport.flush();
    this.#cancelReport?.();
    this.#cancelReport = undefined;
  }

  finish(): void {
    // A BYE that overtakes the last packets ends the stream before them: ffmpeg 5.1 stops at once.
    this.#cancelBye = this.#options.clock.after(BYE_DELAY_MS, () => this.#sayBye());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sayBye();
    this.#options.transport.close();
  }

  summary(): LogSentence | undefined {
    const report = this.#lastReport;
    const { droppedFrames } = this.counters;
    return joinSentences([
      report === undefined ? undefined : {
        template: "the client reported {reportedLost} packets lost and {reportedJitterMs} ms of jitter",
        properties: {
          // Doubled packets count against lost ones (RFC 3550, 6.4.1), and live555 counts its first packet not at all.
          reportedLost: Math.max(0, report.cumulativeLost),
          reportedJitterMs: Math.round(report.jitter * 10_000 / JPEG_CLOCK_RATE) / 10,
        },
      },
      droppedFrames === 0 ? undefined : {
        template: "{droppedFrames} frames were left out",
        properties: { droppedFrames },
      },
      this.#options.transport.summary(),
    ]);
  }

  #sendPackets(frame: FramePackets | Error, time: FrameTime): void | Promise<void> {
    if (this.#isClosed) return;
    if (frame instanceof Error) return this.#passOver(frame);
    const problem = this.#sizeProblem(frame.size);
    if (problem !== undefined) return this.#passOver(problem);
    this.#cancelBye?.();
    if (this.#cancelReport === undefined && this.#isActive) this.#report();
    const first = { sequenceNumber: this.#sequenceNumber, timestamp: this.timestampAt(time.dueMs), ssrc: this.ssrc };
    const sent = this.#options.transport.sendFrame(frame, first, time);
    return sent instanceof Promise ? sent.then((count) => this.#count(frame, count)) : this.#count(frame, sent);
  }

  #sizeProblem({ width, height }: PictureSize): Error | undefined {
    const { describedSize } = this.#options;
    const isLarge = width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION;
    if (!isLarge || width === describedSize.width && height === describedSize.height) return undefined;
    return new RangeError(
      `it has ${width}x${height} pixels, the stream is described with ${describedSize.width}x${describedSize.height}`,
    );
  }

  /** So many packets of a frame have left. */
  #count(frame: FramePackets, packets: number): void {
    this.#sequenceNumber = (this.#sequenceNumber + packets) & 0xffff;
    const bytes = rtpBytesOf(frame, packets);
    if (packets === frame.offsets.length - 1) this.counters.frames++;
    this.counters.packets += packets;
    this.counters.bytes += bytes;
    this.#payloadBytes += bytes - packets * RTP_HEADER_BYTES;
  }

  /** A frame that cannot be carried is left out; the same reason is told once. */
  #passOver(problem: Error): void {
    this.counters.droppedFrames++;
    if (problem.message === this.#lastProblem) return;
    this.#lastProblem = problem.message;
    log.warn("{peer}: a frame is left out: {reason}", { peer: this.#options.peer, reason: problem.message });
  }

  #sayBye(): void {
    this.pause();
    if (this.counters.packets === 0) return;
    this.#sendRtcp([{ kind: "bye", ssrcs: [this.ssrc] }]);
  }

  /** Sends a report now and every few seconds. */
  #report(): void {
    const { clock } = this.#options;
    this.#sendRtcp([]);
    this.#cancelReport = clock.after(SENDER_REPORT_INTERVAL_MS, () => this.#report());
  }

  /** A sender report and our name in front of `packets` (RFC 3550, 6.1). */
  #sendRtcp(packets: readonly RtcpPacket[]): void {
    const { transport, clock, canonicalName } = this.#options;
    transport.sendRtcp(encodeRtcp([
      {
        kind: "sender-report",
        ssrc: this.ssrc,
        unixMs: clock.unixMs(),
        rtpTimestamp: this.timestampAt(clock.nowMs()),
        packetCount: this.counters.packets % 2 ** 32,
        octetCount: this.#payloadBytes % 2 ** 32,
        reports: [],
      },
      { kind: "cname", ssrc: this.ssrc, name: canonicalName },
      ...packets,
    ]));
  }
}
