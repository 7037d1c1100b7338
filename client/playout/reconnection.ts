/**
 * Tries a server that has gone again: after a second, two, four, up to half a minute, each time a little sooner or later, so that many
 * players do not reconnect at once.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { Notice } from "../../page/playback.ts";
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
  /** Whether the server is lost and to be tried again. */
  readonly isWanted: () => boolean;
  /** Tries: opens a session and brings it to the state that was lost, unless that is not wanted any more. */
  readonly reconnect: (state: SessionState) => Promise<void>;
  /** The server refuses for good: nothing is tried any more. */
  readonly onRefused: () => void;
  /** Takes what the user should know. */
  readonly onNotice: (notice: Notice) => void;
}

/** The share by which a time may be longer or shorter. */
const JITTER = 0.2;
/** Doublings after which the time is the longest in any case. */
const MAX_DOUBLINGS = 16;

/** Waits, longer from try to try until packets come for a while. */
export class Reconnection {
  readonly #options: ReconnectionOptions;
  #tries = 0;
  /** When the server was there again last. */
  #backSinceMs = 0;
  #cancel: (() => void) | undefined;

  constructor(options: ReconnectionOptions) {
    this.#options = options;
  }

  /** Whether a try is to come. */
  get isWaiting(): boolean {
    return this.#cancel !== undefined;
  }

  /**
   * The server has gone for a reason to be told; tries to come back to `state` after a while: a short one where packets came for a
   * while before, the last at `lastPacketMs` of the clock.
   */
  start(state: SessionState, reason: string, { lastPacketMs }: { readonly lastPacketMs: number | undefined }): void {
    if (lastPacketMs !== undefined && lastPacketMs - this.#backSinceMs >= RECONNECT_STABLE_MS) this.#tries = 0;
    this.#schedule(state, reason);
  }

  /** Nobody wants the server back any more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#tries = 0;
  }

  #schedule(state: SessionState, reason: string): void {
    const { clock, random, onNotice } = this.#options;
    this.#cancel?.();
    const meanMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(this.#tries++, MAX_DOUBLINGS));
    const delayMs = Math.round(meanMs * (1 - JITTER + 2 * JITTER * random()));
    this.#cancel = clock.after(delayMs, () => {
      this.#cancel = undefined;
      this.#try(state).catch((error) => log.error("{error}", { error }));
    });
    onNotice({ level: "warning", text: `${reason}; trying again in ${Math.max(1, Math.round(delayMs / 1000))} s` });
  }

  async #try(state: SessionState): Promise<void> {
    const { reconnect, isWanted, onRefused, onNotice } = this.#options;
    try {
      await reconnect(state);
    } catch (error) {
      if (!isWanted()) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (!(error instanceof RefusedError && error.isFinal)) return this.#schedule(state, reason);
      this.stop();
      onRefused();
      return onNotice({ level: "error", text: reason });
    }
    this.#backSinceMs = this.#options.clock.nowMs();
    // It may be lost again already.
    if (!isWanted()) onNotice({ level: "info", text: "The server is back" });
  }
}
