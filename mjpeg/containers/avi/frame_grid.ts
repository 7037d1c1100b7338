/**
 * The times of frames as AVI has them: one each, at a steady rate, which is that of the first frames unless it is known. Where frames
 * come later, there are empty ones between, so that time stays right. Where they come faster for long, the rate of the whole file is
 * raised to what it has been so far: what comes is in time, and what came before is shown sooner.
 *
 * @module
 */

import { type FractionalRate, MAX_RATE, MEASURED_FRAMES, rateOf } from "./frame_rate.ts";

/** They have to come for so long, in microseconds: what has waited for us comes at once. */
const MEASURED_US = 2_000_000;
/** Frames that tell the rate in any case. */
const MAX_MEASURED_FRAMES = 1000;
/** How far frames may run ahead of their times before the rate is raised, in microseconds: what comes in a burst is waited for. */
const MAX_AHEAD_US = 1_000_000;
/** A gap is filled up to so many frames, an hour at 25 a second: what follows a longer one comes sooner than it did. */
const MAX_EMPTY_FRAMES = 90_000;

/** The grid of one recording. */
export class FrameGrid {
  #rate: FractionalRate;
  /** Whether the rate is known, or enough frames have come to tell it. */
  #isSettled: boolean;
  readonly #intervalsUs: number[] = [];
  #lastUs = 0;
  /** When the first slot is due, so that the others are; `undefined` before the first frame. */
  #startUs: number | undefined;
  /** Slots that are taken, empty ones included. */
  #slots = 0;

  /** Measures the rate unless it is known. */
  constructor(rate?: FractionalRate) {
    this.#rate = rate ?? { rate: 25, scale: 1 };
    this.#isSettled = rate !== undefined;
  }

  /** The rate as it is now. */
  get rate(): FractionalRate {
    return this.#rate;
  }

  /** Takes the time of the next frame. Returns how many empty slots are in front of it. */
  slotsBefore(timeUs: number): number {
    if (this.#startUs === undefined) this.#startUs = timeUs;
    else if (!this.#isSettled) this.#measure(timeUs, this.#startUs);
    const empty = this.#isSettled ? this.#gapBefore(timeUs, this.#startUs) : 0;
    this.#slots += empty + 1;
    this.#lastUs = timeUs;
    return empty;
  }

  #measure(timeUs: number, startUs: number): void {
    this.#intervalsUs.push(timeUs - this.#lastUs);
    const rate = rateOf(this.#intervalsUs);
    this.#rate = rate ?? this.#rate;
    const { length } = this.#intervalsUs;
    const isLong = rate !== undefined && timeUs - startUs >= MEASURED_US;
    this.#isSettled = length >= MEASURED_FRAMES && isLong || length >= MAX_MEASURED_FRAMES;
  }

  #gapBefore(timeUs: number, startUs: number): number {
    const intervalUs = 1e6 * this.#rate.scale / this.#rate.rate;
    const empty = Math.round((timeUs - startUs) / intervalUs) - this.#slots;
    if (-empty * intervalUs > MAX_AHEAD_US) this.#raise(timeUs - startUs);
    if (empty <= MAX_EMPTY_FRAMES) return Math.max(0, empty);
    this.#startUs = timeUs - (this.#slots + MAX_EMPTY_FRAMES) * intervalUs;
    return MAX_EMPTY_FRAMES;
  }

  /** The next slot is due after so long. */
  #raise(elapsedUs: number): void {
    const rate = Math.min(MAX_RATE, 1e6 * this.#slots / elapsedUs);
    this.#rate = { rate: Math.ceil(1000 * rate), scale: 1000 };
  }
}
