/**
 * One way through a movie of another codec: its frames are decoded one after the other, for all who watch near the same place, and never
 * far ahead of them.
 *
 * @module
 */

import type { DecodedStream } from "../../decoder/decoded_stream.ts";
import type { DecoderThread } from "../../decoder/decoder_thread.ts";
import type { Clock } from "../../../net/clock.ts";
import { DECODED_AHEAD_FRAMES, DECODED_NEAR_FRAMES, SLOW_DECODING_MS } from "../../limits.ts";
import { FrameUnreadableError } from "../source.ts";
import type { DecodedMovie } from "./decoded_movie.ts";

/** Of the JPEGs that are made, 1 to 100. */
const QUALITY = 85;
/** Slower than this part of the movie's speed is too slow. */
const SLOW = 0.95;

/** Constructor options of {@linkcode DecodingRun}. */
export interface DecodingRunOptions {
  readonly movie: DecodedMovie;
  /** It is ended with the run. */
  readonly thread: DecoderThread;
  readonly clock: Clock;
  /** Takes every frame that is decoded. */
  readonly keep: (index: number, jpeg: Uint8Array) => void;
  /** The movie is decoded at this part of its speed, while it is waited for. */
  readonly onSlow: (speed: number) => void;
}

/** Decodes from one frame on. */
export class DecodingRun {
  readonly movie: DecodedMovie;
  readonly #options: DecodingRunOptions;
  readonly #waiters = new Map<number, PromiseWithResolvers<Uint8Array>>();
  #stream: DecodedStream | undefined;
  /** The frame that it began with. */
  #first = 0;
  /** The frame that comes next. */
  #position = 0;
  /** The last frame that somebody wants. */
  #wanted = 0;
  #more = Promise.withResolvers<void>();
  #usedMs: number;
  /** When and where it was last ahead of those who watch. */
  #behindSince = { ms: 0, position: 0 };

  /** Decodes nothing yet. */
  constructor(options: DecodingRunOptions) {
    this.movie = options.movie;
    this.#options = options;
    this.#usedMs = options.clock.nowMs();
  }

  /** When a frame was last asked for. */
  get usedMs(): number {
    return this.#usedMs;
  }

  /** Whether it was ever wanted. */
  get hasStarted(): boolean {
    return this.#stream !== undefined || this.#position > 0;
  }

  /** Whether its thread has failed: it is of no use any more. */
  get hasFailed(): boolean {
    return this.#options.thread.hasEnded;
  }

  /** Whether a frame comes soon. */
  comesTo(index: number): boolean {
    return this.#stream !== undefined && index >= this.#position && index < this.#position + DECODED_NEAR_FRAMES;
  }

  /** Whether a frame was decoded lately, so that who wants it is on this way. */
  hasPassed(index: number): boolean {
    return index < this.#position && index >= Math.max(this.#first, this.#position - DECODED_NEAR_FRAMES);
  }

  /** Whether a frame is shortly before those that were decoded, as in a movie that is played backwards. */
  isBehind(index: number): boolean {
    return index < this.#first && index >= this.#first - DECODED_NEAR_FRAMES;
  }

  /** Goes on from a frame, and leaves the way that it was on. */
  start(index: number): void {
    this.#stream?.close();
    this.#giveUp(new FrameUnreadableError("other places of movies are decoded in its stead"));
    const { movie, thread } = this.#options;
    [this.#first, this.#position, this.#wanted] = [index, index, index];
    const place = movie.placeOf(index);
    const stream = thread.decode({ quality: QUALITY, from: place });
    this.#stream = stream;
    this.#notBehind();
    this.#run(stream, place);
  }

  /** Somebody has a frame, and will want those behind it. */
  want(index: number): void {
    this.#usedMs = this.#options.clock.nowMs();
    if (index <= this.#wanted) return;
    this.#wanted = index;
    this.#more.resolve();
  }

  /** A frame that {@linkcode comesTo} has said to come. */
  frame(index: number): Promise<Uint8Array> {
    let waiter = this.#waiters.get(index);
    if (waiter === undefined) this.#waiters.set(index, waiter = Promise.withResolvers());
    this.want(index);
    return waiter.promise;
  }

  /** Ends it, and its thread. */
  close(reason: string): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#options.thread.close();
    this.#more.resolve();
    this.#giveUp(new FrameUnreadableError(reason));
  }

  async #run(stream: DecodedStream, place: number | undefined): Promise<void> {
    let last: Uint8Array | undefined;
    let reason = "there is no frame any more";
    try {
      for await (const { data, timestampUs } of stream.frames()) {
        if (stream !== this.#stream) return;
        this.#take(this.movie.frameAt(timestampUs, place, last === undefined), data);
        last = data;
        this.#watchSpeed();
        await this.#whenWanted(stream);
      }
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    if (stream !== this.#stream) return;
    // Frames at the end that cannot be decoded show the last one that can.
    if (last !== undefined && !this.hasFailed) this.#take(this.movie.times.count - 1, last);
    this.#stream = undefined;
    this.#giveUp(new FrameUnreadableError(`it cannot be decoded: ${reason}`));
  }

  /** Takes a frame; it stands in for those in front of it that did not come. */
  #take(index: number, jpeg: Uint8Array): void {
    const { keep } = this.#options;
    for (; this.#position <= index; this.#position++) {
      if (this.#position > index - DECODED_NEAR_FRAMES) keep(this.#position, jpeg);
      this.#waiters.get(this.#position)?.resolve(jpeg);
      this.#waiters.delete(this.#position);
    }
  }

  async #whenWanted(stream: DecodedStream): Promise<void> {
    while (stream === this.#stream && this.#position > this.#wanted + DECODED_AHEAD_FRAMES) {
      this.#more = Promise.withResolvers();
      await this.#more.promise;
      this.#notBehind();
    }
  }

  #notBehind(): void {
    this.#behindSince = { ms: this.#options.clock.nowMs(), position: this.#position };
  }

  #watchSpeed(): void {
    const { clock, movie: { times }, onSlow } = this.#options;
    const { ms, position } = this.#behindSince;
    const spentMs = clock.nowMs() - ms;
    const speed = (times.timeUs(this.#position) - times.timeUs(position)) / 1000 / spentMs;
    if (this.#waiters.size > 0 && spentMs > SLOW_DECODING_MS && speed < SLOW) onSlow(speed);
  }

  #giveUp(error: Error): void {
    for (const { reject } of this.#waiters.values()) reject(error);
    this.#waiters.clear();
  }
}
