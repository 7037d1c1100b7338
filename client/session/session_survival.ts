/**
 * A session over UDP outlives its connection (RFC 2326, 1.1): a proxy restarts, a radio link fades, and packets go on. Connects again
 * for what is to be asked, and gives the session up where the server does not answer and nothing comes any more.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { SURVIVAL_MS } from "../limits.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

/** Constructor options of {@linkcode SessionSurvival}. */
export interface SessionSurvivalOptions {
  readonly clock: Clock;
  /** Asks the server, on another connection, whether it knows the session. Resolves to whether it has answered. */
  readonly ask: () => Promise<boolean>;
  /** Packets that have come so far. */
  readonly packets: () => number;
  /** Nothing is left of the session. */
  readonly onGone: (reason: string) => void;
}

/** Watches over a session whose connection has ended. */
export class SessionSurvival {
  readonly #options: SessionSurvivalOptions;
  #cancel: (() => void) | undefined;
  /** When the server has answered last, in milliseconds of the clock. */
  #aliveMs = -Infinity;

  constructor(options: SessionSurvivalOptions) {
    this.#options = options;
  }

  /** The connection has ended. */
  start(reason: string): void {
    const { clock, ask, packets, onGone } = this.#options;
    // Some servers close a connection behind each answer.
    if (clock.nowMs() - this.#aliveMs < SURVIVAL_MS) return;
    log.info("{reason}: connecting again; the session goes on over UDP", { reason });
    this.stop();
    const before = packets();
    this.#cancel = clock.after(SURVIVAL_MS, () => {
      if (packets() === before) onGone(reason);
    });
    const cancel = this.#cancel;
    ask().then((isAlive) => {
      if (!isAlive) return;
      this.#aliveMs = clock.nowMs();
      cancel();
    }, (error) => log.error("cannot ask for the session: {reason}", { reason: String(error) }));
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
