/**
 * Tells a client that mostly sends what nobody can use: packets of no session, malformed ones, blank lines, requests that are none.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { MAX_RUBBISH_BYTES, RUBBISH_BYTES_PER_SECOND } from "../limits.ts";

/** Each byte that was of use makes up for one that was not, besides itself. */
const CREDIT = 2;

/** Measures one connection. */
export class RubbishMeter {
  readonly #clock: Clock;
  #bytes = 0;
  #measuredMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#measuredMs = clock.nowMs();
  }

  /** Whether there was too much rubbish, by far and for long. */
  get isFull(): boolean {
    return this.#bytes > MAX_RUBBISH_BYTES;
  }

  /** So many bytes have come; some is forgotten with time. */
  addRead(bytes: number): void {
    const nowMs = this.#clock.nowMs();
    const forgotten = (nowMs - this.#measuredMs) / 1000 * RUBBISH_BYTES_PER_SECOND;
    this.#measuredMs = nowMs;
    this.#bytes = Math.max(0, this.#bytes - forgotten) + bytes;
  }

  /** Of what has come, so many bytes were of use. */
  addUseful(bytes: number): void {
    this.#bytes = Math.max(0, this.#bytes - CREDIT * bytes);
  }
}
