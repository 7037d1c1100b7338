/**
 * Waits for the answer to a request for a limited time, and says so while it waits.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { FIRST_PROGRESS_MS, PROGRESS_MS } from "../limits.ts";

/** How to wait. */
export interface PatienceOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** It has taken so long already. Called now and then. */
  readonly onProgress: (waitedMs: number) => void;
  /** The time is over. */
  readonly onTimeout: () => void;
}

/** Starts to wait. Returns the function that ends it. */
export function startPatience({ clock, timeoutMs, onProgress, onTimeout }: PatienceOptions): () => void {
  let cancel = () => {};
  const waitUntil = (waitedMs: number, nextMs: number) => {
    cancel = clock.after(Math.min(nextMs, timeoutMs) - waitedMs, () => {
      if (nextMs >= timeoutMs) return onTimeout();
      onProgress(nextMs);
      waitUntil(nextMs, nextMs + PROGRESS_MS);
    });
  };
  waitUntil(0, FIRST_PROGRESS_MS);
  return () => cancel();
}
