/**
 * Looks whether a file or a folder has grown, for as long as somebody waits for that.
 *
 * @module
 */

import { FOLLOW_INTERVAL_MS } from "../../limits.ts";

/** Looking may take this part of the time. */
const LOOK_SHARE = 0.2;

/** Follows one file or folder. */
export class Follower {
  readonly #look: () => Promise<unknown>;
  readonly #waiters = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLooking = false;
  #hasEnded = false;

  /** `look` finds out what there is now, and calls {@linkcode Follower.wake} where that is more. */
  constructor(look: () => Promise<unknown>) {
    this.#look = look;
  }

  /** Whether there will be no more: what was followed is gone, or was written anew. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Calls `waiter` once, when there is more, or will be no more. Returns the function that takes it back. */
  whenGrown(waiter: () => void): () => void {
    this.#waiters.add(waiter);
    if (!this.#isLooking) this.#timer ??= setTimeout(() => this.#lookNow(), FOLLOW_INTERVAL_MS);
    return () => {
      this.#waiters.delete(waiter);
      if (this.#waiters.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /** There is more. */
  wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter();
  }

  /** There will be no more. */
  end(): void {
    this.#hasEnded = true;
    this.wake();
  }

  async #lookNow(): Promise<void> {
    this.#isLooking = true;
    this.#timer = undefined;
    const startMs = performance.now();
    try {
      await this.#look();
    } catch (error) {
      // What cannot be read for now may be read later; whoever asks for it anew learns why.
      if (error instanceof Deno.errors.NotFound) this.end();
    }
    this.#isLooking = false;
    if (this.#waiters.size === 0) return;
    const pauseMs = (performance.now() - startMs) / LOOK_SHARE;
    this.#timer = setTimeout(() => this.#lookNow(), Math.max(FOLLOW_INTERVAL_MS, pauseMs));
  }
}
