/**
 * The timers of a request that has started but not ended. After a moment of silence it may count as whole; it must not take too long.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { REQUEST_TIMEOUT_MS, SETTLE_MS } from "../limits.ts";

/** Constructor options of {@linkcode PendingRequest}. */
export interface PendingRequestOptions {
  readonly clock: Clock;
  /** Nothing came for {@linkcode SETTLE_MS}: the pending bytes may be a whole request. */
  readonly onSettled: () => void;
  /** The request is not complete after {@linkcode REQUEST_TIMEOUT_MS}. */
  readonly onTimeout: () => void;
}

/** The timers of the request that is being read. */
export class PendingRequest {
  readonly #options: PendingRequestOptions;
  #cancelTimeout: (() => void) | undefined;
  #cancelSettle: (() => void) | undefined;

  constructor(options: PendingRequestOptions) {
    this.#options = options;
  }

  /** Bytes have come and a request is pending; `mayBeWhole` says that it could be complete. */
  note({ mayBeWhole }: { readonly mayBeWhole: boolean }): void {
    const { clock, onSettled, onTimeout } = this.#options;
    this.#cancelTimeout ??= clock.after(REQUEST_TIMEOUT_MS, onTimeout);
    this.#cancelSettle?.();
    this.#cancelSettle = mayBeWhole ? clock.after(SETTLE_MS, onSettled) : undefined;
  }

  /** Stops the timers: nothing is pending, or another request has started. */
  reset(): void {
    this.#cancelTimeout?.();
    this.#cancelSettle?.();
    this.#cancelTimeout = this.#cancelSettle = undefined;
  }
}
