/**
 * Sound to a client that speaks RTSP/1.0: its RTP stream, with the clock of its samples, and RTCP sender reports. Stands beside
 * `RtpSender`, which sends the frames.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { ReportBlock } from "../../rtp/rtcp.ts";
import { Sequencer } from "../../rtp/sequencer.ts";
import { rtpBytesOf, type RtpPackets } from "../packetize/rtp_packets.ts";
import type { LogSentence } from "../send/frame_sender.ts";
import type { RtpStream } from "../send/rtp_stream.ts";
import type { RtpTransport } from "../send/rtp_transport.ts";
import { SenderReports } from "../send/sender_reports.ts";

/** Constructor options of {@linkcode SoundSender}. */
export interface SoundSenderOptions {
  readonly transport: RtpTransport;
  /** RTP timestamp ticks a second. */
  readonly clockRate: number;
  /** The time of day, and the clock that packets are due by: those of the frames. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1, for the random start values (RFC 3550, 5.1). */
  readonly random: () => number;
  /** Who we are to receivers: the same as for the frames, which makes them play both in step (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
}

/** The sending side of the sound of one session. */
export class SoundSender implements RtpStream {
  readonly kind = "sound";
  readonly #options: SoundSenderOptions;
  readonly #sequencer: Sequencer;
  readonly #counters = { packets: 0, bytes: 0 };
  readonly #reports: SenderReports;
  #dropped = 0;
  #lastReport: ReportBlock | undefined;
  #isClosed = false;

  constructor(options: SoundSenderOptions) {
    this.#options = options;
    const { random, clockRate } = options;
    this.#sequencer = Sequencer.random({ random, clockRate });
    this.#reports = new SenderReports({ ...options, stream: this, counters: this.#counters });
  }

  /** Where to, for the log. */
  get destination(): string {
    return this.#options.transport.destination;
  }

  get ssrc(): number {
    return this.#sequencer.ssrc;
  }

  get nextSequenceNumber(): number {
    return this.#sequencer.nextSequenceNumber;
  }

  timestampAt(dueMs: number): number {
    return this.#sequencer.timestampAt(dueMs);
  }

  takeReport(report: ReportBlock): void {
    this.#lastReport = report;
  }

  /** What is lost of sound is heard, and would come too late. */
  resend(): void {}

  /** Sends a packet, whose first sample is due at `dueMs` of the clock; the promise resolves when it has left. */
  send(
    packets: RtpPackets,
    { timestamp, dueMs }: { readonly timestamp: number; readonly dueMs: number },
  ): Promise<void> | undefined {
    const { transport } = this.#options;
    if (this.#isClosed) return undefined;
    if (!transport.isReady) {
      this.#dropped++;
      return undefined;
    }
    this.#reports.begin();
    const { ssrc, nextSequenceNumber: sequenceNumber } = this;
    // Whoever asks meanwhile has to get the number of the next one.
    this.#sequencer.advance(1);
    this.#counters.packets++;
    this.#counters.bytes += rtpBytesOf(packets, 1);
    const sent = transport.sendFrame(packets, { ssrc, sequenceNumber, timestamp }, { dueMs, intervalMs: 0 });
    return sent instanceof Promise ? sent.then(() => {}) : undefined;
  }

  /** So many packets are not sent. */
  drop(packets: number): void {
    this.#dropped += packets;
  }

  pause(): void {
    this.#reports.pause();
  }

  /** The source has reached its end. Players wait for the end of all streams: it is told also where no sound was sent. */
  finish(): void {
    if (this.#isClosed) return;
    this.#reports.begin();
    this.#reports.finish();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reports.bye();
    this.#options.transport.close();
  }

  /** What the log tells of it at the end of the session. */
  summary(): LogSentence {
    const lost = this.#lastReport === undefined ? "" : ", {lostSound} of them reported lost";
    const dropped = this.#dropped === 0 ? "" : ", {droppedSound} were dropped";
    return {
      template: `{soundPackets} packets of sound were sent${lost}${dropped}`,
      properties: {
        soundPackets: this.#counters.packets,
        lostSound: Math.max(0, this.#lastReport?.cumulativeLost ?? 0),
        droppedSound: this.#dropped,
      },
    };
  }
}
