/**
 * Waiting for something that a test has no event of.
 *
 * @module
 */

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
  const deadline = performance.now() + timeoutMs;
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`Not so after ${timeoutMs} ms: ${condition}`);
    await step();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
