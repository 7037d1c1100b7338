/**
 * Times of a live source's own clock to times of the server's: frames that a network has delayed by more or less stand as evenly as
 * they were taken.
 *
 * @module
 */

import { LIVE_CLOCK_SLACK_US } from "../limits.ts";

/** How much faster than the server's clock the source's may be, or slower: crystals differ by less than half of it. */
const MAX_DRIFT = 200e-6;

/** Follows one clock. */
export class SourceClock {
  /** Time of the server's clock at 0 of the source's, in microseconds. */
  #originUs: number | undefined;
  #lastTakenUs = -Infinity;
  #lastUs = -Infinity;

  /**
   * When a frame that was taken at `takenUs` of the source's clock and came at `nowUs` of the server's was taken, on the server's
   * clock, in microseconds: not after it came, and after the one before.
   */
  timeOf(takenUs: number, nowUs: number): number {
    this.#originUs ??= nowUs - takenUs;
    const delayUs = nowUs - (this.#originUs + takenUs);
    const passedUs = takenUs - this.#lastTakenUs;
    // A frame that comes before its time tells of less delay; one of another time altogether, of a clock that was set, or stands.
    const isNews = delayUs < 0 || delayUs > LIVE_CLOCK_SLACK_US || passedUs <= 0;
    this.#originUs += isNews ? delayUs : Math.min(delayUs, passedUs * MAX_DRIFT);
    this.#lastTakenUs = takenUs;
    return this.#lastUs = Math.max(this.#originUs + takenUs, this.#lastUs + 1);
  }
}
