/**
 * The times of the parts of a multipart stream, as one run from 0 on: cameras set their clocks while they send, and leave times out.
 *
 * @module
 */

/** Time to the next frame where nothing is known of it yet, in microseconds. */
const DEFAULT_INTERVAL_US = 40_000;
/** A clock that goes back by more was set; by less, frames came out of order. */
const MAX_STEP_BACK_US = 1e6;
/** A clock that goes forward by more was set: an ESP32-CAM starts at 1970. */
const MAX_STEP_US = 86_400e6;

/** Turns the timestamps of parts into times of frames. */
export class PartClock {
  #originUs: number | undefined;
  #timeUs = 0;
  #intervalUs = DEFAULT_INTERVAL_US;

  /**
   * The time of the next frame in whole microseconds, 0 for the first, then rising. `timestampUs` is that of its part; `undefined`
   * where it has none: then the frame comes as long after the one before as that came after its own. Where the clock was set, likewise.
   */
  next(timestampUs: number | undefined): number {
    if (this.#originUs === undefined) {
      this.#originUs = timestampUs ?? 0;
      return 0;
    }
    const guessUs = this.#timeUs + this.#intervalUs;
    if (timestampUs === undefined) return this.#timeUs = guessUs;
    const stepUs = timestampUs - this.#originUs - this.#timeUs;
    if (stepUs > MAX_STEP_US || stepUs < -MAX_STEP_BACK_US) {
      this.#originUs = timestampUs - guessUs;
      return this.#timeUs = guessUs;
    }
    if (stepUs > 0) this.#intervalUs = stepUs;
    return this.#timeUs += Math.max(1, stepUs);
  }
}
