/**
 * The real clock.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** The clock and the timers of this machine. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  unixMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
