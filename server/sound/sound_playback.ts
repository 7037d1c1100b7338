/**
 * The sound of a session: each packet leaves when its first sample is due, by the pace of the frames. The session says from where to
 * where; what is not played at its own speed is silent.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { MAX_LATE_SOUND_MS } from "../limits.ts";
import type { SoundPacketizer } from "../packetize/sound_packetizer.ts";
import type { LogSentence } from "../send/frame_sender.ts";
import type { Pacer } from "../send/pacer.ts";
import type { RtpStream } from "../send/rtp_stream.ts";
import { samplesPerBlock, type SoundTrack } from "../source/sound_track.ts";
import type { SeekableSource } from "../source/source.ts";
import type { SoundSender } from "./sound_sender.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** Constructor options of {@linkcode SoundPlayback}. */
export interface SoundPlaybackOptions {
  /** The client as the log names it. */
  readonly peer: string;
  readonly source: Pick<SeekableSource, "name" | "times" | "loops">;
  /** The source's sound. */
  readonly track: SoundTrack;
  readonly packetizer: SoundPacketizer;
  readonly sender: SoundSender;
  /** Says when packets are due. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
}

/** What is to be heard. */
export interface HeardRange {
  /** Microseconds of the source, which go on where it loops. */
  readonly fromUs: number;
  /** Without it the end of the source, or none where that loops. */
  readonly toUs?: number;
  /** When `fromUs` is due, on the clock in milliseconds. */
  readonly fromMs: number;
}

/** Sends the sound of one session. */
export class SoundPlayback {
  readonly #options: SoundPlaybackOptions;
  readonly #leave: () => void;
  /** Stands for what is being played; `undefined` while nothing is. */
  #run: symbol | undefined;
  /** Resolves when the packet that is leaving right now has left. */
  #sending: Promise<void> | undefined;
  #isEnding = false;
  #isClosed = false;
  #isFailureLogged = false;

  /** Plays nothing yet. */
  constructor(options: SoundPlaybackOptions) {
    this.#options = options;
    this.#leave = options.track.addListener();
  }

  /** Its RTP stream. */
  get stream(): RtpStream {
    return this.#options.sender;
  }

  /** Where it goes, for the log. */
  get destination(): string {
    return this.#options.sender.destination;
  }

  /** Plays a range, in the place of what is played. */
  play(range: HeardRange): void {
    if (this.#isClosed) return;
    this.pause();
    this.#isEnding = false;
    const run = this.#run = Symbol();
    this.#play(run, range).catch((error) => this.#fail(run, error)).finally(() => {
      if (this.#run !== run) return;
      this.#run = undefined;
      if (this.#isEnding) this.#options.sender.finish();
    });
  }

  /** Sends no more. */
  pause(): void {
    this.#run = undefined;
    this.#options.sender.pause();
  }

  /** The frames have come to their end: so does the sound once it is there as well. */
  finish(): void {
    this.#isEnding = true;
    if (this.#run === undefined && !this.#isClosed) this.#options.sender.finish();
  }

  /** Ends for good. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#run = undefined;
    this.#options.sender.close();
    this.#leave();
  }

  /** What the log tells of it at the end of the session. */
  summary(): LogSentence {
    return this.#options.sender.summary();
  }

  async #play(run: symbol, range: HeardRange): Promise<void> {
    await this.#sending;
    const { source: { times: { durationUs }, loops }, pacer } = this.#options;
    const { fromUs, toUs = Infinity, fromMs } = range;
    for (let round = loops ? Math.floor(fromUs / durationUs) : 0;; round++) {
      const startUs = round * durationUs;
      await this.#playRound(run, range, startUs);
      if (this.#run !== run || !loops || toUs <= startUs + durationUs) return;
      await pacer.until(fromMs + (startUs + durationUs - fromUs) / 1000);
      if (this.#run !== run) return;
    }
  }

  /** Plays what is to be heard of the source between two of its starts, the first of which is at `startUs`. */
  async #playRound(run: symbol, { fromUs, toUs = Infinity, fromMs }: HeardRange, startUs: number): Promise<void> {
    const { source: { times: { durationUs } }, track, packetizer, sender, pacer, clock } = this.#options;
    const { format, format: { sampleRate }, sampleCount } = track;
    const samplesOf = (timeUs: number) => timeUs * sampleRate / 1e6;
    const dueMsOf = (sample: number) => fromMs + (startUs - fromUs) / 1000 + sample * 1000 / sampleRate;
    const first = Math.max(0, Math.ceil(samplesOf(fromUs - startUs)));
    const end = Math.min(sampleCount, Math.round(samplesOf(Math.min(durationUs, toUs - startUs))));
    // Of one rounding: packets follow each other without a gap.
    const timestampAtFirst = sender.timestampAt(dueMsOf(first));
    const perBlock = samplesPerBlock(format);
    for (let index = Math.floor(first / perBlock); index * perBlock < end; index++) {
      const read = track.block(index);
      const block = read instanceof Promise ? await read : read;
      if (this.#run !== run) return;
      // The next one is there when it is due; whoever sends it learns what is wrong with it.
      if ((index + 1) * perBlock < end) Promise.resolve(track.block(index + 1)).catch(() => {});
      for (const { start, packets } of packetizer.packetsOf(block, format)) {
        const sample = index * perBlock + start;
        if (sample < first) continue;
        if (sample >= end) return;
        const dueMs = dueMsOf(sample);
        if (dueMs > clock.nowMs()) await pacer.until(dueMs);
        if (this.#run !== run) return;
        if (clock.nowMs() - dueMs > MAX_LATE_SOUND_MS) {
          sender.drop(1);
          continue;
        }
        const timestamp = (timestampAtFirst + sample - first) % 2 ** 32;
        const sending = sender.send(packets, { timestamp, dueMs });
        if (sending !== undefined) await this.#keep(sending);
        if (this.#run !== run) return;
      }
    }
  }

  /** Lets what is played next wait for a packet that is leaving. */
  async #keep(sending: Promise<void>): Promise<void> {
    this.#sending = sending.catch(() => {});
    await sending;
    this.#sending = undefined;
  }

  /** The frames go on without sound. */
  #fail(run: symbol, error: unknown): void {
    if (this.#run !== run || this.#isFailureLogged) return;
    this.#isFailureLogged = true;
    const { peer, source: { name } } = this.#options;
    log.warn("{peer} hears no more of {name}: {reason}", {
      ...{ peer, name, reason: error instanceof Error ? error.message : String(error) },
    });
  }
}
