/**
 * Notices that a server is too slow for its sessions: what is due is sent late, and goes on being late.
 *
 * @module
 */

import { LATE_FOR_MS, LATE_MS, OVERLOAD_REPEAT_MS } from "../limits.ts";

/** Called with how late frames are, in milliseconds. */
export type OverloadListener = (lateMs: number) => void;

/** Watches one pacer. */
export class OverloadWatch {
  readonly #onOverload: OverloadListener;
  /** When the stretch of time began that goes on, in milliseconds of the clock. */
  #beganMs = -Infinity;
  /** The least lateness within it, and within the one before, in milliseconds. */
  #leastMs = Infinity;
  #leastBeforeMs = 0;
  #toldMs = -Infinity;

  /** `onOverload` is called when frames have been late for {@linkcode LATE_FOR_MS}, at most every {@linkcode OVERLOAD_REPEAT_MS}. */
  constructor(onOverload: OverloadListener) {
    this.#onOverload = onOverload;
  }

  /** Something was due at `dueMs` of the clock, and is done now. */
  note(dueMs: number, nowMs: number): void {
    this.#goOn(nowMs);
    this.#leastMs = Math.min(this.#leastMs, nowMs - dueMs);
    const lateMs = this.lateMs(nowMs);
    if (lateMs < LATE_MS || nowMs - this.#toldMs < OVERLOAD_REPEAT_MS) return;
    this.#toldMs = nowMs;
    this.#onOverload(lateMs);
  }

  /** How late everything has been for {@linkcode LATE_FOR_MS} at least, in milliseconds. */
  lateMs(nowMs: number): number {
    this.#goOn(nowMs);
    return Math.min(this.#leastMs, this.#leastBeforeMs);
  }

  /** Begins another stretch of time where the one before is over. Where nothing was due, nothing was late. */
  #goOn(nowMs: number): void {
    const forMs = nowMs - this.#beganMs;
    if (forMs < LATE_FOR_MS) return;
    this.#leastBeforeMs = forMs < 2 * LATE_FOR_MS && this.#leastMs < Infinity ? this.#leastMs : 0;
    this.#leastMs = Infinity;
    this.#beganMs = nowMs;
  }
}
