/**
 * Comes back to a server that has gone: it is tried again after a second, two, four, up to half a minute, each time a little
 * sooner or later, so that many players do not come back at once.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { SessionState } from "../../rtsp/session_state.ts";
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS, RECONNECT_STABLE_MS } from "../limits.ts";
import { RefusedError } from "../rtsp/refusal.ts";
import type { Notice } from "../../page/playback.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** Constructor options of {@linkcode Reconnection}. */
export interface ReconnectionOptions {
  /** Times the tries. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Tries: opens a session and brings it to the state that was lost, unless that is forgotten meanwhile. */
  readonly comeBack: (state: SessionState) => Promise<void>;
  /** Takes what the user should know. */
  readonly onNotice: (notice: Notice) => void;
}

/** The share by which a time may be longer or shorter. */
const JITTER = 0.2;
/** Doublings after which the time is the longest in any case. */
const MAX_DOUBLINGS = 16;

/** Waits, longer from try to try until something comes. */
export class Reconnection {
  readonly #options: ReconnectionOptions;
  #lostState: SessionState | undefined;
  #tries = 0;
  #backSinceMs = 0;
  #cancel: (() => void) | undefined;

  /** Has lost nothing yet. */
  constructor(options: ReconnectionOptions) {
    this.#options = options;
  }

  /** The state to come back to, from when it is lost until the server is back or it is forgotten. */
  get lostState(): SessionState | undefined {
    return this.#lostState;
  }

  /** Whether a try is to come. */
  get isWaiting(): boolean {
    return this.#cancel !== undefined;
  }

  /** The server has gone for a reason to be told; tries to come back to `state` after a while. */
  lose(state: SessionState, reason: string): void {
    const { clock, random, onNotice } = this.#options;
    this.#cancel?.();
    this.#lostState = state;
    const meanMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(this.#tries++, MAX_DOUBLINGS));
    const delayMs = Math.round(meanMs * (1 - JITTER + 2 * JITTER * random()));
    this.#cancel = clock.after(delayMs, () => {
      this.#cancel = undefined;
      this.#try(state).catch((error) => log.error("{error}", { error }));
    });
    onNotice({ level: "warning", text: `${reason}; trying again in ${Math.max(1, Math.round(delayMs / 1000))} s` });
  }

  /** A packet has come. Once they come for a while, the next time to wait is a short one again. */
  note(): void {
    if (this.#tries === 0 || this.#lostState !== undefined) return;
    if (this.#options.clock.nowMs() - this.#backSinceMs >= RECONNECT_STABLE_MS) this.#tries = 0;
  }

  /** Nobody wants the server back any more. */
  forget(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#lostState = undefined;
    this.#tries = 0;
  }

  async #try(state: SessionState): Promise<void> {
    const { comeBack, onNotice } = this.#options;
    try {
      await comeBack(state);
    } catch (error) {
      if (this.#lostState === undefined) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (!(error instanceof RefusedError && error.isFinal)) return this.lose(state, reason);
      this.forget();
      return onNotice({ level: "error", text: reason });
    }
    this.#backSinceMs = this.#options.clock.nowMs();
    // It may be lost again already.
    if (this.#lostState === undefined || this.isWaiting) return;
    this.#lostState = undefined;
    onNotice({ level: "info", text: "The server is back" });
  }
}
