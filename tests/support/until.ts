/**
 * Waiting that ends: for something that a test has no event of, and for a promise that may never be resolved.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";

/** Far above what any step of a test takes on a busy machine. */
const TIMEOUT_MS = 60_000;
const POLL_MS = 1;

/** How `until()` waits. */
export interface UntilOptions {
  /** Runs between two looks at the condition, in place of a pause: moves a fake clock, sends another request. */
  readonly step?: () => Promise<unknown>;
  readonly timeoutMs?: number;
}

/**
 * Waits until `condition` holds.
 *
 * @throws {Error} `condition` did not hold in time; the message quotes it.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { step = pause, timeoutMs = TIMEOUT_MS }: UntilOptions = {},
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!await lookUntil(end, condition)) {
    if (performance.now() > end) throw new Error(`Not so after ${timeoutMs} ms: ${condition}`);
    await step();
  }
}

/** One look, which itself may never end, as in a page that draws nothing any more. */
async function lookUntil(end: number, condition: () => boolean | Promise<boolean>): Promise<boolean> {
  const answer = condition();
  if (!(answer instanceof Promise)) return answer;
  return await deadline(answer, Math.max(0, end - performance.now())).catch((error) => {
    if (error instanceof DOMException && error.name === "TimeoutError") return false;
    throw error;
  });
}

/** What `promise` resolves to. Rejects if that takes longer than any step of a test. */
export function soon<T>(promise: Promise<T>): Promise<T> {
  return deadline(promise, TIMEOUT_MS);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
