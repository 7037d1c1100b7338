/**
 * Frames and bits of the last second, since averages over a whole run hide what happens now; and the most that there was of them.
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
  #peakFps = 0;
  #peakBytes = 0;
  #largestFrameBytes = 0;

  /** Counts a frame of `lengthBytes` at `nowMs`. */
  add(lengthBytes: number, nowMs: number): void {
    this.#frames.pushBack({ atMs: nowMs, lengthBytes });
    this.#lengthBytes += lengthBytes;
    this.#forget(nowMs);
    this.#peakFps = Math.max(this.#peakFps, this.#frames.length);
    this.#peakBytes = Math.max(this.#peakBytes, this.#lengthBytes);
    this.#largestFrameBytes = Math.max(this.#largestFrameBytes, lengthBytes);
  }

  /** The most frames and bits of any second, and bytes of any frame. */
  get peaks(): { readonly peakFps: number; readonly peakBitrate: number; readonly largestFrameBytes: number } {
    return {
      peakFps: this.#peakFps,
      peakBitrate: this.#peakBytes * 8,
      largestFrameBytes: this.#largestFrameBytes,
    };
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
