/**
 * The real clock.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** A timer that is later than this says that the process was stopped, or that the machine slept, in milliseconds. */
const STOPPED_MS = 2000;
/** How long such a timer waits for what came meanwhile to be read, in milliseconds. */
const CATCH_UP_MS = 100;

/** A clock with real timers; `nowMs` is the steady time that they are measured by. */
export function createClock(nowMs: () => number): Clock {
  return {
    nowMs,
    unixMs: () => Date.now(),
    after(delayMs, callback) {
      const dueMs = nowMs() + delayMs;
      let timer = setTimeout(() => {
        if (nowMs() - dueMs < STOPPED_MS) return callback();
        // Nobody was silent while we did not listen: what peers have sent is read before it is missed.
        timer = setTimeout(callback, CATCH_UP_MS);
      }, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

/** The clock and the timers of this machine. */
export const systemClock: Clock = createClock(() => performance.now());
