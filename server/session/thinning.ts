/**
 * How a session thins its frames that cannot send them all in time: it leaves out some all along, rather than many at once.
 *
 * @module
 */

import { LATE_FOR_MS, LATE_MS, MAX_FRAMES_BEHIND, MAX_THINNING_PATIENCE_MS } from "../limits.ts";

/** After so long without a late frame, it is all well, in milliseconds. */
const WELL_AFTER_MS = LATE_FOR_MS / 4;

/** By so much a stride is shortened that may be too long: by one at least. */
const LESS = 0.75;
/** However slow the machine is, a frame is tried after so long, in milliseconds. */
const LONGEST_PAUSE_MS = 4000;

/** The frame that is next. */
export interface NextFrame {
  /** How much later than it was due it is sent, in milliseconds. */
  readonly lateMs: number;
  /** Time to the frame behind it, in milliseconds. */
  readonly intervalMs: number;
  /** Whether frames have to be made before they are due: which ones are sent is known that long before. */
  readonly isPrepared: boolean;
  /** The time of the clock, in milliseconds. */
  readonly nowMs: number;
}

/** Thins the frames of one session. */
export class Thinning {
  /** Since when frames have been late, in milliseconds of the clock. */
  #lateSinceMs: number | undefined;
  #lastLateMs = -Infinity;
  /** Frames that have been sent since then. */
  #sentFrames = 0;
  #isOn = false;
  #stride = 1;
  /** When thinning was last of need, and when less of it was last tried. */
  #neededMs = 0;
  #triedMs = -Infinity;
  #patienceMs = LATE_FOR_MS;

  /** Of how many frames one is sent, where frames have to be prepared: 1 is every frame. */
  get stride(): number {
    return this.#stride;
  }

  /** Takes what is next. Returns how many frames the session may be behind; with more, all are dropped that are overdue. */
  mostBehind(frame: NextFrame): number {
    const { lateMs, isPrepared, nowMs } = frame;
    const isLate = lateMs >= LATE_MS;
    if (!this.#isOn) this.#watch(frame, isLate);
    else if (isLate) this.#thin(frame);
    else if (nowMs - this.#neededMs >= this.#patienceMs) this.#tryLess(isPrepared, nowMs);
    if (!this.#isOn) return MAX_FRAMES_BEHIND;
    // Those that have been prepared are sent, if they are but a little late.
    return isPrepared && !isLate ? MAX_FRAMES_BEHIND : 0;
  }

  /** Frames have been dropped that were overdue. */
  noteDropped(nowMs: number): void {
    this.#neededMs = nowMs;
  }

  #watch({ intervalMs, nowMs }: NextFrame, isLate: boolean): void {
    // Frames may be further apart than that.
    const wellAfterMs = Math.max(WELL_AFTER_MS, 2 * intervalMs);
    if (nowMs - this.#lastLateMs >= wellAfterMs) this.#lateSinceMs = undefined;
    if (isLate) this.#lastLateMs = nowMs;
    if (!isLate && this.#lateSinceMs === undefined) return;
    if (this.#lateSinceMs === undefined) {
      this.#lateSinceMs = nowMs;
      this.#sentFrames = 0;
    }
    this.#sentFrames++;
    const lateForMs = nowMs - this.#lateSinceMs;
    if (lateForMs < LATE_FOR_MS) return;
    this.#isOn = true;
    this.#lateSinceMs = undefined;
    this.#neededMs = nowMs;
    this.#patienceMs = LATE_FOR_MS;
    this.#triedMs = -Infinity;
    const needed = Math.ceil(lateForMs / intervalMs / this.#sentFrames);
    this.#stride = Math.max(2, Math.min(largestStride(intervalMs), needed));
  }

  /** It is not enough yet. */
  #thin({ intervalMs, nowMs }: NextFrame): void {
    const hasFailed = nowMs - this.#triedMs < this.#patienceMs;
    if (hasFailed) this.#patienceMs = Math.min(MAX_THINNING_PATIENCE_MS, 2 * this.#patienceMs);
    this.#triedMs = -Infinity;
    this.#neededMs = nowMs;
    this.#stride = Math.min(largestStride(intervalMs), this.#stride + 1);
  }

  /** It may be too much. */
  #tryLess(isPrepared: boolean, nowMs: number): void {
    this.#isOn = isPrepared && this.#stride > 1;
    this.#stride = this.#isOn ? Math.floor(this.#stride * LESS) : 1;
    // What was tried before has worked.
    if (this.#triedMs > -Infinity) this.#patienceMs = Math.max(LATE_FOR_MS, this.#patienceMs / 2);
    this.#neededMs = this.#triedMs = nowMs;
  }
}

/** A frame in so many is sent at the least. */
function largestStride(intervalMs: number): number {
  return Math.max(2, Math.floor(LONGEST_PAUSE_MS / intervalMs));
}
