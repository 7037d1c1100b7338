/**
 * Frames and bits of the last second: averages over a whole run hide what happens now.
 *
 * @module
 */

import { Deque } from "@std/data-structures/deque";

const WINDOW_MS = 1000;

/** Remembers the frames of one second. */
export class RateMeter {
  /** In order of time. */
  readonly #frames = new Deque<{ readonly atMs: number; readonly lengthBytes: number }>();
  #lengthBytes = 0;

  /** Counts a frame of `lengthBytes` at `nowMs`. */
  add(lengthBytes: number, nowMs: number): void {
    this.#frames.pushBack({ atMs: nowMs, lengthBytes });
    this.#lengthBytes += lengthBytes;
    this.#forget(nowMs);
  }

  /** Frames and bits of the second before `nowMs`. */
  rates(nowMs: number): { readonly fps: number; readonly bitrate: number } {
    this.#forget(nowMs);
    return { fps: this.#frames.length, bitrate: this.#lengthBytes * 8 };
  }

  #forget(nowMs: number): void {
    for (let oldest = this.#frames.peekFront(); oldest !== undefined; oldest = this.#frames.peekFront()) {
      if (oldest.atMs > nowMs - WINDOW_MS) break;
      this.#lengthBytes -= oldest.lengthBytes;
      this.#frames.popFront();
    }
  }
}
