/**
 * Calls every session when its next frame is due. All sessions share one timer on a grid of a few milliseconds, so that
 * a hundred of them wake the process no oftener than one would.
 *
 * @module
 */

import { BinaryHeap } from "@std/data-structures/binary-heap";
import type { Clock } from "../../net/clock.ts";
import { type OverloadListener, OverloadWatch } from "./overload_watch.ts";

/** Wake-ups fall on multiples of this, in milliseconds: the most that a frame is late by design. */
const GRID_MS = 4;

/** Timers of the system take 31 bits of milliseconds; what is due later waits in turns. */
const MAX_TIMER_MS = 2 ** 30;

/** A call that is waiting for its time. */
interface Entry {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A queue of calls, driven by the clock that it is given. */
export class Pacer {
  readonly #clock: Clock;
  /** The earliest entry first. */
  readonly #queue = new BinaryHeap<Entry>((one, other) => one.dueMs - other.dueMs);
  readonly #watch: OverloadWatch;
  #cancelTimer: (() => void) | undefined;
  #timerDueMs = Infinity;

  /** `onOverload` is told when what is due has been late for a while. */
  constructor(clock: Clock, onOverload: OverloadListener = () => {}) {
    this.#clock = clock;
    this.#watch = new OverloadWatch(onOverload);
  }

  /** Calls `callback` at `dueMs` of the clock or up to {@linkcode GRID_MS} later. */
  at(dueMs: number, callback: () => void): void {
    this.#queue.push({ dueMs, callback });
    this.#arm();
  }

  /** Resolves at `dueMs` of the clock or up to {@linkcode GRID_MS} later; never when the pacer is closed before. */
  until(dueMs: number): Promise<void> {
    return new Promise((resolve) => this.at(dueMs, resolve));
  }

  /** How much later than it was due everything has been done for a while, in milliseconds. */
  get lateMs(): number {
    return this.#watch.lateMs(this.#clock.nowMs());
  }

  /** Forgets all calls. */
  close(): void {
    this.#queue.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #arm(): void {
    const first = this.#queue.peek();
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
    this.#watch.note(this.#timerDueMs, nowMs);
    for (let first = this.#queue.peek(); first !== undefined && first.dueMs <= nowMs; first = this.#queue.peek()) {
      this.#queue.pop();
      first.callback();
    }
    this.#arm();
  }
}
