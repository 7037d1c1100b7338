/**
 * The frames of a movie as they are decoded, from one place on. The other thread is never ahead by more than a few.
 *
 * @module
 */

import { CANCELLED, type TaskMessage, WANTED } from "./decoder_messages.ts";
import { DecodingError } from "./decoding_error.ts";
import { MAX_FRAMES_AHEAD } from "./limits.ts";
import type { DecodedFrame } from "./timed_jpegs.ts";

/** Frames that are taken one after the other, once. */
export class DecodedStream {
  /** See `DecoderTask`. */
  readonly control: Int32Array<SharedArrayBuffer> = new Int32Array(
    new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT),
  );
  readonly #onEnd: () => void;
  readonly #waiting: DecodedFrame[] = [];
  /** Resolves when there is something new. */
  #news = Promise.withResolvers<void>();
  #isOver = false;
  #error: DecodingError | undefined;
  #movieDurationUs: number | undefined;
  #problem: string | undefined;

  /** `onEnd` is called when nothing more comes. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#want(MAX_FRAMES_AHEAD);
  }

  /** How long the movie is, in microseconds; `undefined` before its first frame, and where its file does not tell. */
  get movieDurationUs(): number | undefined {
    return this.#movieDurationUs;
  }

  /** What was wrong with the movie, though frames came of it; known once they have ended. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * The frames, with their times from the place where decoding began. Ends early once the stream is closed. Rejects with a
   * {@linkcode DecodingError} where not one frame can be decoded.
   */
  async *frames(): AsyncGenerator<DecodedFrame> {
    for (let count = 0;; count++) {
      while (this.#waiting.length === 0 && !this.#isOver) await this.#news.promise;
      const frame = this.#waiting.shift();
      if (frame === undefined) {
        if (count === 0 && this.#error !== undefined) throw this.#error;
        this.#problem ??= this.#error?.message;
        return;
      }
      yield frame;
      this.#want(1);
    }
  }

  /** No more frames are wanted. */
  close(): void {
    if (this.#isOver) return;
    Atomics.store(this.control, CANCELLED, 1);
    this.#waiting.length = 0;
    this.#end(undefined);
    // It may be asleep.
    this.#want(1);
  }

  /** The other thread says something. */
  take(message: TaskMessage): void {
    if (message.kind === "frame") {
      this.#movieDurationUs = message.movieDurationUs;
      this.#waiting.push(message.frame);
      this.#tellNews();
    } else if (message.kind === "end") {
      const { exitCode, problem } = message;
      this.#problem = problem;
      // Without an error, there is no frame in that part of the movie.
      this.#end(exitCode === 0 ? undefined : new DecodingError(problem ?? `FFmpeg ended with exit code ${exitCode}`));
    }
  }

  /** The other thread has failed. */
  fail(error: DecodingError): void {
    this.#end(error);
  }

  #want(frames: number): void {
    Atomics.add(this.control, WANTED, frames);
    Atomics.notify(this.control, WANTED);
  }

  #end(error: DecodingError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    this.#onEnd();
    this.#tellNews();
  }

  #tellNews(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
