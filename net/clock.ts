/**
 * Time, as it is handed to whatever needs it, so that every state machine can be tested without waiting.
 *
 * @module
 */

/** The time of day, a steady time, and timers. */
export interface Clock {
  /** Milliseconds that only go forward, from any start. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch. */
  unixMs(): number;
  /** Calls `callback` once, `delayMs` from now; returns the function that prevents it. */
  after(delayMs: number, callback: () => void): () => void;
}
