/**
 * A clock that stands still until it is told to go on.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";

/** Milliseconds since the Unix epoch at which every fake clock starts: 2023-11-14T22:13:20Z. */
export const FAKE_EPOCH_MS = 1_700_000_000_000;

/** Starts at 0 ms; timers fire within {@linkcode FakeClock.advance}, in the order of their times. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #nextId = 0;
  readonly #timers = new Map<number, { readonly dueMs: number; readonly callback: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  unixMs(): number {
    return FAKE_EPOCH_MS + this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const id = this.#nextId++;
    this.#timers.set(id, { dueMs: this.#nowMs + delayMs, callback });
    return () => this.#timers.delete(id);
  }

  /** Timers that have not fired. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Lets `milliseconds` go by and calls whatever becomes due; returns how many timers that were. */
  advance(milliseconds: number): number {
    const untilMs = this.#nowMs + milliseconds;
    let fired = 0;
    for (let next = this.#earliest(untilMs); next !== undefined; next = this.#earliest(untilMs)) {
      const timer = this.#timers.get(next)!;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      timer.callback();
      fired++;
    }
    this.#nowMs = untilMs;
    return fired;
  }

  #earliest(untilMs: number): number | undefined {
    let earliest: number | undefined;
    for (const [id, { dueMs }] of this.#timers) {
      if (dueMs <= untilMs && (earliest === undefined || dueMs < this.#timers.get(earliest)!.dueMs)) earliest = id;
    }
    return earliest;
  }
}
