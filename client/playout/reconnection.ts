/**
 * Reconnects to a server that is gone: tries again after one second, two, four, up to half a minute, each time a little sooner or
 * later, so that many players do not come back at the same moment.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { SessionState } from "../../rtsp/session_state.ts";
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS, RECONNECT_STABLE_MS } from "../limits.ts";
import { RefusedError } from "../rtsp/refusal.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** Constructor options of {@linkcode Reconnection}. */
export interface ReconnectionOptions {
  /** Times the tries. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** When the last packet came, in milliseconds of the clock; `undefined` before the first. */
  readonly lastPacketMs: () => number | undefined;
  /** Tries: opens a session and brings it to the state that was lost. Rejects where that fails, and once `signal` aborts. */
  readonly reconnect: (state: SessionState, signal: AbortSignal) => Promise<void>;
  /** A wait begins, for a reason that the user should know. */
  readonly onWait: (reason: string) => void;
  /** The server is back. */
  readonly onBack: () => void;
  /** The server refuses so that it is not tried again. */
  readonly onRefused: (reason: string) => void;
}

/** The share by which a wait may be longer or shorter. */
const JITTER = 0.2;
/** After so many doublings a wait has its longest time in any case. */
const MAX_DOUBLINGS = 16;

/** How long to wait before another try, in milliseconds, after `tries` that have failed. `random` is from 0 up to, not including, 1. */
export function retryDelayMs(tries: number, random: number): number {
  const meanMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(tries, MAX_DOUBLINGS));
  return Math.round(meanMs * (1 - JITTER + 2 * JITTER * random));
}

/** Waits and tries, from {@linkcode start} until the server is back or {@linkcode stop}. Waits grow until packets come. */
export class Reconnection {
  readonly #options: ReconnectionOptions;
  #tries = 0;
  /** When the server was back, in milliseconds of the clock. */
  #backSinceMs = 0;
  /** Aborts when nobody wants the server back any more; `undefined` while no server is lost. */
  #stopping: AbortController | undefined;

  constructor(options: ReconnectionOptions) {
    this.#options = options;
  }

  /** The server is gone, for a reason to be told; it is brought back to `state`. */
  start(state: SessionState, reason: string): void {
    const { lastPacketMs } = this.#options;
    // Only packets that came for a while make the next wait a short one, and none before a try has ended.
    const isStable = (lastPacketMs() ?? -Infinity) - this.#backSinceMs >= RECONNECT_STABLE_MS;
    if (isStable && this.#stopping === undefined) this.#tries = 0;
    this.#stopping?.abort();
    this.#stopping = new AbortController();
    this.#wait(state, { reason, signal: this.#stopping.signal });
  }

  /** Nobody wants the server back any more. A try that is under way may go on, unheard. */
  stop(): void {
    this.#stopping?.abort();
    this.#stopping = undefined;
    this.#tries = 0;
  }

  #wait(state: SessionState, { reason, signal }: { readonly reason: string; readonly signal: AbortSignal }): void {
    const { clock, random, onWait } = this.#options;
    const delayMs = retryDelayMs(this.#tries++, random());
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener("abort", cancel);
      this.#try(state, signal).catch((error) => log.error("{error}", { error }));
    });
    signal.addEventListener("abort", cancel, { once: true });
    onWait(`${reason}; trying again in ${Math.max(1, Math.round(delayMs / 1000))} s`);
  }

  async #try(state: SessionState, signal: AbortSignal): Promise<void> {
    const { clock, reconnect, onBack, onRefused } = this.#options;
    try {
      await reconnect(state, signal);
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (!(error instanceof RefusedError && error.isFinal)) return this.#wait(state, { reason, signal });
      this.stop();
      return onRefused(reason);
    }
    // The server may be lost again already.
    if (signal.aborted) return;
    this.#backSinceMs = clock.nowMs();
    this.#stopping = undefined;
    onBack();
  }
}
