/**
 * Frames and bits of the last second, for the eye: averages over a whole run hide what happens now.
 *
 * @module
 */

const WINDOW_MS = 1000;

/** Remembers the frames of one second. */
export class RateMeter {
  /** In order of time. */
  readonly #frames: { readonly atMs: number; readonly lengthBytes: number }[] = [];

  /** Counts a frame of `lengthBytes` at `nowMs`. */
  add(lengthBytes: number, nowMs: number): void {
    this.#frames.push({ atMs: nowMs, lengthBytes });
    this.#forget(nowMs);
  }

  /** Frames and bits of the second before `nowMs`. */
  rates(nowMs: number): { fps: number; bitrate: number } {
    this.#forget(nowMs);
    const bytes = this.#frames.reduce((sum, frame) => sum + frame.lengthBytes, 0);
    return { fps: this.#frames.length, bitrate: bytes * 8 };
  }

  #forget(nowMs: number): void {
    const first = this.#frames.findIndex((frame) => frame.atMs > nowMs - WINDOW_MS);
    this.#frames.splice(0, first < 0 ? this.#frames.length : first);
  }
}
