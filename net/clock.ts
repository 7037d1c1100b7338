/**
 * Time and timers, handed in so that every state machine can be tested without waiting.
 *
 * @module
 */

/** A steady clock, the time of day, and timers. */
export interface Clock {
  /** Milliseconds that only go forward, from any start. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch. */
  unixMs(): number;
  /** Calls `callback` once, `delayMs` from now; returns the function that prevents it. */
  after(delayMs: number, callback: () => void): () => void;
}
