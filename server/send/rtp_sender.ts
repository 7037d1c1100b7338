/**
 * Frames to a client that speaks RTSP/1.0: RTP/JPEG (RFC 2435) with its clock of 90 kHz, and RTCP sender reports.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { JPEG_CLOCK_RATE, JPEG_MAX_DIMENSION } from "../../rtp/jpeg/jpeg_payload.ts";
import { encodeAdaptation } from "../../rtp/adaptation_report.ts";
import type { ReportBlock, RtcpPacket } from "../../rtp/rtcp.ts";
import { Sequencer } from "../../rtp/sequencer.ts";
import type { Adaptation } from "../adaptation/adaptation.ts";
import { describeQuality, QUALITIES, reportOf } from "../adaptation/quality_ladder.ts";
import type { FramePacketizer, FramePackets, FrameSize } from "../packetize/frame_packetizer.ts";
import { rtpBytesOf } from "../packetize/rtp_packets.ts";
import {
  type FrameTime,
  joinSentences,
  type LogSentence,
  type RepairCounters,
  type RtspFrameSender,
  type SendCounters,
} from "./frame_sender.ts";
import type { RtpStream } from "./rtp_stream.ts";
import type { RtpTransport } from "./rtp_transport.ts";
import { SenderReports } from "./sender_reports.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** Constructor options of {@linkcode RtpSender}. */
export interface RtpSenderOptions {
  /** The client as the log names it. */
  readonly peer: string;
  readonly transport: RtpTransport;
  readonly packetizer: FramePacketizer;
  /** The size that the description tells: the only one that frames too large for RTP/JPEG's own header can have. */
  readonly describedSize: FrameSize;
  /** The time of day, and the clock that frames are due by. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1, for the random start values (RFC 3550, 5.1). */
  readonly random: () => number;
  /** Who we are to receivers (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
  /** Fits the session to its client's network; without it everything is sent as it is. */
  readonly adaptation?: Adaptation;
}

/** The sending side of one RTSP/1.0 session. */
export class RtpSender implements RtspFrameSender, RtpStream {
  readonly dialect = "rtsp";
  readonly kind = "video";
  readonly dropsOverdueFrames = true;
  readonly counters: SendCounters = { frames: 0, packets: 0, bytes: 0, droppedFrames: 0 };
  readonly #options: RtpSenderOptions;
  readonly #sequencer: Sequencer;
  readonly #reports: SenderReports;
  #lastReport: ReportBlock | undefined;
  #lastProblem: string | undefined;
  #preparesFrames = false;
  #askedPackets = 0;
  /** What the client was told of last. */
  #toldQuality = QUALITIES[0];
  /** Whether a worker has been asked for that requantizes, and whether it is there. */
  #isWarm = false;
  #isRequantizing = false;
  /** Whether the session plays, so that there is something to report. */
  #isPlaying = false;
  #isClosed = false;

  constructor(options: RtpSenderOptions) {
    this.#options = options;
    this.#sequencer = Sequencer.random({ random: options.random, clockRate: JPEG_CLOCK_RATE });
    this.#reports = new SenderReports({
      ...{ ...options, stream: this, counters: this.counters },
      beside: () => this.#tellQuality(),
    });
  }

  get stream(): RtpStream {
    return this;
  }

  get destination(): string {
    return this.#options.transport.destination;
  }

  get isReady(): boolean {
    return this.#options.transport.isReady;
  }

  get adaptation(): Adaptation | undefined {
    return this.#options.adaptation;
  }

  get repairs(): RepairCounters {
    return { askedPackets: this.#askedPackets, resentPackets: this.#options.transport.resentPackets ?? 0 };
  }

  get ssrc(): number {
    return this.#sequencer.ssrc;
  }

  get preparesFrames(): boolean {
    return this.#preparesFrames;
  }

  get nextSequenceNumber(): number {
    return this.#sequencer.nextSequenceNumber;
  }

  timestampAt(dueMs: number): number {
    return this.#sequencer.timestampAt(dueMs);
  }

  takeReport(report: ReportBlock): void {
    if (report.ssrc !== this.ssrc) return;
    this.#lastReport = report;
    this.adaptation?.takeReport(report);
  }

  resend(sequenceNumbers: readonly number[]): void {
    if (this.#isClosed) return;
    this.#askedPackets += sequenceNumbers.length;
    this.#options.transport.resend?.(this.adaptation?.takeAsked(sequenceNumbers) ?? sequenceNumbers);
  }

  send(jpeg: Uint8Array, time: FrameTime): void | Promise<void> {
    if (!this.#isWarm && this.adaptation !== undefined) this.#warmUp(jpeg);
    this.#isPlaying = true;
    const packets = this.#options.packetizer.packetsOf(jpeg, this.#level);
    this.#preparesFrames = packets instanceof Promise || !(packets instanceof Error) && packets.isTranscoded;
    return packets instanceof Promise
      ? packets.then((made) => this.#sendPackets(made, time))
      : this.#sendPackets(packets, time);
  }

  prepare(jpeg: Uint8Array): void {
    if (!this.#isClosed && this.#isPlaying) this.#options.packetizer.prepare(jpeg, this.#level);
  }

  drop(frames: number): void {
    this.counters.droppedFrames += frames;
  }

  pause(): void {
    this.#isPlaying = false;
    this.#reports.pause();
  }

  finish(): void {
    this.#reports.finish();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isPlaying = false;
    this.#reports.bye();
    this.#options.transport.close();
  }

  summary(): LogSentence | undefined {
    const report = this.#lastReport;
    const { droppedFrames } = this.counters;
    return joinSentences([
      report === undefined ? undefined : {
        template: "the client reported {reportedLost} packets lost and {reportedJitterMs} ms of jitter",
        properties: {
          // Duplicates count against lost packets (RFC 3550, 6.4.1), and live555 does not count its first packet.
          reportedLost: Math.max(0, report.cumulativeLost),
          reportedJitterMs: Math.round(report.jitter * 10_000 / JPEG_CLOCK_RATE) / 10,
        },
      },
      droppedFrames === 0 ? undefined : {
        template: "{droppedFrames} frames were dropped",
        properties: { droppedFrames },
      },
      this.#adaptationSummary(),
      this.#options.transport.summary(),
    ]);
  }

  /** How coarsely frames are requantized: not at all before there is a worker for it. */
  get #level(): number {
    return this.#isRequantizing ? this.adaptation?.quality.level ?? 0 : 0;
  }

  /** Has one frame requantized: workers take longer to be loaded than frames may wait when the network turns out to be slow. */
  #warmUp(jpeg: Uint8Array): void {
    this.#isWarm = true;
    const start = () => void (this.#isRequantizing = true);
    // Whoever sends the next frame learns of an error.
    Promise.resolve(this.#options.packetizer.packetsOf(jpeg, 1)).then(start, start);
  }

  #adaptationSummary(): LogSentence | undefined {
    const { adaptation } = this;
    if (adaptation === undefined || adaptation.lowest.rate === 1) return undefined;
    return {
      template: "its network took {lowestQuality} at the least; {leftOutFrames} frames were left out for it",
      properties: { lowestQuality: describeQuality(adaptation.lowest), leftOutFrames: adaptation.leftOut },
    };
  }

  #sendPackets(frame: FramePackets | Error, time: FrameTime): void | Promise<void> {
    if (this.#isClosed) return;
    const problem = frame instanceof Error ? frame : this.#sizeProblem(frame.size);
    if (frame instanceof Error || problem !== undefined) return this.#dropUnusable(problem!, time.number);
    if (this.#isPlaying) this.#reports.begin();
    else this.#reports.cancelBye();
    if (this.adaptation !== undefined && this.adaptation.quality !== this.#toldQuality) this.#reports.tell();
    const sent = this.#options.transport.sendFrame(frame, this.#sequencer.stampAt(time.dueMs), time);
    return sent instanceof Promise ? sent.then((count) => this.#count(frame, count)) : this.#count(frame, sent);
  }

  #sizeProblem({ width, height }: FrameSize): Error | undefined {
    const { describedSize } = this.#options;
    const isLarge = width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION;
    if (!isLarge || width === describedSize.width && height === describedSize.height) return undefined;
    return new RangeError(
      `it has ${width}x${height} pixels, the stream is described with ${describedSize.width}x${describedSize.height}`,
    );
  }

  /** So many packets of a frame have left. */
  #count(frame: FramePackets, packets: number): void {
    this.#sequencer.advance(packets);
    if (packets === frame.packets.length) this.counters.frames++;
    this.counters.packets += packets;
    this.adaptation?.noteSent(packets, this.nextSequenceNumber);
    this.counters.bytes += rtpBytesOf(frame, packets);
  }

  /** A frame that cannot be carried is dropped; the log tells the same reason once. */
  #dropUnusable(problem: Error, number: number | undefined): void {
    this.drop(1);
    if (problem.message === this.#lastProblem) return;
    this.#lastProblem = problem.message;
    const frame = number === undefined ? "a frame" : `frame ${number}`;
    log.warn("{peer}: {frame} is dropped: {reason}", { peer: this.#options.peer, frame, reason: problem.message });
  }

  /** What the client gets, where that is fitted to its network. */
  #tellQuality(): RtcpPacket[] {
    if (this.adaptation === undefined) return [];
    this.#toldQuality = this.adaptation.quality;
    return [encodeAdaptation(reportOf(this.#toldQuality), this.ssrc)];
  }
}
