/**
 * When a server that has gone is tried again: after a second, two, four, up to half a minute, each time a little sooner or
 * later, so that many players do not come back at once.
 *
 * @module
 */

import type { Clock } from "../rtp/clock.ts";
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS } from "./limits.ts";

/** Constructor options of {@linkcode Reconnection}. */
export interface ReconnectionOptions {
  /** Times the tries. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Tries. */
  readonly onTry: () => void;
}

/** The share by which a time may be longer or shorter. */
const JITTER = 0.2;

/** Waits, longer from try to try until one succeeds. */
export class Reconnection {
  readonly #options: ReconnectionOptions;
  #tries = 0;
  #cancel: (() => void) | undefined;

  /** Waits for nothing yet. */
  constructor(options: ReconnectionOptions) {
    this.#options = options;
  }

  /** Whether a try is to come. */
  get isWaiting(): boolean {
    return this.#cancel !== undefined;
  }

  /** Tries after the next time; returns that time, in milliseconds. */
  schedule(): number {
    const { clock, random, onTry } = this.#options;
    this.cancel();
    const meanMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(this.#tries++, 16));
    const delayMs = Math.round(meanMs * (1 - JITTER + 2 * JITTER * random()));
    this.#cancel = clock.after(delayMs, () => {
      this.#cancel = undefined;
      onTry();
    });
    return delayMs;
  }

  /** The server is well: the next time is a short one again. */
  reset(): void {
    this.#tries = 0;
  }

  /** Does not try. */
  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
