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

/** Resolves after `delayMs`, or once `signal` aborts. */
export async function sleep(
  delayMs: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  if (delayMs <= 0 || signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(delayMs, resolve);
  const stop = () => {
    cancel();
    resolve();
  };
  signal.addEventListener("abort", stop, { once: true });
  await promise;
  signal.removeEventListener("abort", stop);
}
