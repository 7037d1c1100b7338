/**
 * Watches whether packets come over UDP at all, and when a stream that says BYE has really ended. Where nothing comes, the session may
 * fall back to TCP.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { BYE_WAIT_MS, FIRST_PACKET_TIMEOUT_MS } from "../limits.ts";

/** Constructor options of {@linkcode ArrivalWatch}. */
export interface ArrivalWatchOptions {
  readonly clock: Clock;
  /** Whether the session may fall back to TCP. */
  readonly canFallBack: () => boolean;
  /** Whether packets that were sent before a BYE may come behind it: they travel on their own, over UDP. */
  readonly mayOvertake: () => boolean;
  /** No packet came over UDP, for a reason to be told. */
  readonly onNothing: (reason: string) => void;
  /** The stream has ended. */
  readonly onEnd: () => void;
}

/** Runs from SETUP to TEARDOWN. */
export class ArrivalWatch {
  readonly #options: ArrivalWatchOptions;
  #hasPackets = false;
  #cancelFirstPacket: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;

  constructor(options: ArrivalWatchOptions) {
    this.#options = options;
  }

  /** Whether a packet of the video has come since {@linkcode restart}. */
  get hasPackets(): boolean {
    return this.#hasPackets;
  }

  /** The session is set up, perhaps not for the first time. */
  restart(): void {
    this.stop();
    this.#hasPackets = false;
  }

  /** A packet of the video has come. */
  note(): void {
    this.#hasPackets = true;
  }

  /** Packets are to come from now on. */
  expectPackets(): void {
    this.#cancelFirstPacket?.();
    if (!this.#options.canFallBack() || this.#hasPackets) return;
    this.#cancelFirstPacket = this.#options.clock.after(FIRST_PACKET_TIMEOUT_MS, () => {
      if (this.#hasPackets) return;
      this.#options.onNothing(`No packet of the video has come over UDP for ${FIRST_PACKET_TIMEOUT_MS / 1000} s`);
    });
  }

  /** No packets are to come for now. */
  pause(): void {
    this.#cancelFirstPacket?.();
  }

  /** The sender has said BYE. */
  takeBye(): void {
    this.#cancelEnd?.();
    if (!this.#options.mayOvertake()) return this.#reachEnd();
    this.#cancelEnd = this.#options.clock.after(BYE_WAIT_MS, () => this.#reachEnd());
  }

  stop(): void {
    this.#cancelFirstPacket?.();
    this.#cancelEnd?.();
  }

  #reachEnd(): void {
    const { canFallBack, onNothing, onEnd } = this.#options;
    if (canFallBack() && !this.#hasPackets) onNothing("The stream ended before a packet came over UDP");
    else onEnd();
  }
}
