/**
 * Calls every session when its next frame is due. All sessions share one timer on a grid of a few milliseconds, so that
 * a hundred of them wake the process no oftener than one would.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";

/** Wake-ups fall on multiples of this, in milliseconds: the most that a frame is late by design. */
const GRID_MS = 4;

/** Timers of the system take 31 bits of milliseconds; what is due later waits in turns. */
const MAX_TIMER_MS = 2 ** 30;

/** A call that is waiting for its time. */
interface Entry {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A priority queue of calls, driven by the clock that it is given. */
export class Pacer {
  readonly #clock: Clock;
  /** A binary heap, the earliest entry first. */
  readonly #heap: Entry[] = [];
  #cancelTimer: (() => void) | undefined;
  #timerDueMs = Infinity;

  /** Starts a timer only once something waits. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `callback` at `dueMs` of the clock or up to {@linkcode GRID_MS} later. */
  at(dueMs: number, callback: () => void): void {
    this.#push({ dueMs, callback });
    this.#arm();
  }

  /** Resolves at `dueMs` of the clock or up to {@linkcode GRID_MS} later; never when the pacer is closed before. */
  until(dueMs: number): Promise<void> {
    return new Promise((resolve) => this.at(dueMs, resolve));
  }

  /** Forgets all calls. */
  close(): void {
    this.#heap.length = 0;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined) return;
    const dueMs = Math.ceil(first.dueMs / GRID_MS) * GRID_MS;
    if (this.#cancelTimer !== undefined && this.#timerDueMs <= dueMs) return;
    this.#cancelTimer?.();
    this.#timerDueMs = dueMs;
    this.#cancelTimer = this.#clock.after(
      Math.min(MAX_TIMER_MS, Math.max(0, dueMs - this.#clock.nowMs())),
      () => this.#fire(),
    );
  }

  #fire(): void {
    this.#cancelTimer = undefined;
    const nowMs = this.#clock.nowMs();
    while (this.#heap.length > 0 && this.#heap[0].dueMs <= nowMs) {
      this.#pop().callback();
    }
    this.#arm();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].dueMs <= entry.dueMs) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    while (true) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].dueMs < heap[child].dueMs) child++;
      if (heap[child].dueMs >= last.dueMs) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
