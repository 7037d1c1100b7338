/**
 * Holds what is to be shown until it is due, in the order in which it came.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { MAX_PLAYOUT_BYTES, MAX_PLAYOUT_FRAMES } from "../limits.ts";

/** Constructor options of {@linkcode FrameScheduler}. */
export interface FrameSchedulerOptions<T> {
  readonly clock: Clock;
  /** Whether of several that are due at once only the newest is shown: frames that nobody could see. Default false. */
  readonly skips?: boolean;
  /** Takes each one at its time. */
  readonly onDue: (item: T) => void;
}

interface Held<T> {
  readonly item: T;
  readonly bytes: number;
  readonly dueMs: number;
}

/** Frames, or pieces of sound, that wait for their time. */
export class FrameScheduler<T> {
  readonly #options: FrameSchedulerOptions<T>;
  #held: Held<T>[] = [];
  #bytes = 0;
  #late = 0;
  #cancel: (() => void) | undefined;

  constructor(options: FrameSchedulerOptions<T>) {
    this.#options = options;
  }

  /** How many came too late for their time; those that were never shown included. */
  get late(): number {
    return this.#late;
  }

  /** How many wait. */
  get held(): number {
    return this.#held.length;
  }

  /** Takes one, and when it is due, in milliseconds of the clock. Never overtakes one that came before. */
  push(item: T, { bytes, dueMs }: { readonly bytes: number; readonly dueMs: number }): void {
    if (dueMs < this.#options.clock.nowMs()) this.#late++;
    this.#held.push({ item, bytes, dueMs: Math.max(dueMs, this.#held.at(-1)?.dueMs ?? dueMs) });
    this.#bytes += bytes;
    while (this.#held.length > MAX_PLAYOUT_FRAMES || (this.#bytes > MAX_PLAYOUT_BYTES && this.#held.length > 1)) {
      this.#options.onDue(this.#take());
    }
    this.#showDue();
  }

  /** Shows all that wait at once: none is missing then to those who go back. */
  showAll(): void {
    const held = this.#held;
    this.clear();
    for (const { item } of held) this.#options.onDue(item);
  }

  /** Drops all that wait. */
  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#held = [];
    this.#bytes = 0;
  }

  #showDue(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const { clock, skips, onDue } = this.#options;
    const nowMs = clock.nowMs();
    while (this.#held.length > 0 && this.#held[0].dueMs <= nowMs) {
      const item = this.#take();
      if (skips && this.#held.length > 0 && this.#held[0].dueMs <= nowMs) this.#late++;
      else onDue(item);
    }
    if (this.#held.length === 0) return;
    this.#cancel = clock.after(this.#held[0].dueMs - nowMs, () => this.#showDue());
  }

  #take(): T {
    const { item, bytes } = this.#held.shift()!;
    this.#bytes -= bytes;
    return item;
  }
}
