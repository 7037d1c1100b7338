/**
 * Keeps a session alive between SETUP and TEARDOWN (RFC 2326, 12.37): asks the server for something at half its timeout.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { KEEPALIVE_MAX_MS, KEEPALIVE_MIN_MS } from "../limits.ts";

/** Constructor options of {@linkcode Keepalive}. */
export interface KeepaliveOptions {
  readonly clock: Clock;
  /** The server's timeout, in seconds. */
  readonly timeoutSeconds: number;
  /** Sends a request. The time until the next one counts from its end. */
  readonly ask: () => Promise<void>;
}

/** Asks from now on, until it is stopped. */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  #cancel: () => void;
  #isStopped = false;

  constructor(options: KeepaliveOptions) {
    this.#options = options;
    this.#cancel = this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #schedule(): () => void {
    const { clock, timeoutSeconds, ask } = this.#options;
    return clock.after(keepaliveIntervalMs(timeoutSeconds), () => {
      ask().then(() => {
        if (!this.#isStopped) this.#cancel = this.#schedule();
      });
    });
  }
}

/** Half the timeout in milliseconds, within what is sensible whatever the server says. */
export function keepaliveIntervalMs(timeoutSeconds: number): number {
  return Math.min(KEEPALIVE_MAX_MS, Math.max(KEEPALIVE_MIN_MS, timeoutSeconds * 500));
}
