/**
 * Reading is fair: a connection that has taken its share waits for its next turn, behind all others that wait, while the server does
 * what else is due. However many clients send as fast as they are read, frames leave in time.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { READ_SHARE_BYTES, READ_SHARE_PER_OUTPUT_BYTES, READS_PER_TURN } from "../limits.ts";

/** The turns of all connections of a server. */
export class ReadTurns {
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;

  /** Resolves when the caller's turn has come, which is in another turn of the event loop. */
  next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#run();
    return promise;
  }

  #run(): void {
    if (this.#isRunning || this.#waiting.length === 0) return;
    this.#isRunning = true;
    setImmediate(() => {
      this.#isRunning = false;
      for (const goOn of this.#waiting.splice(0, READS_PER_TURN)) goOn();
      this.#run();
    });
  }
}

/** What one connection has read in its turn. */
export class ReadShare {
  readonly #turns: ReadTurns;
  #takenBytes = 0;

  constructor(turns: ReadTurns) {
    this.#turns = turns;
  }

  /** Whether the connection has to wait for its next turn. */
  get isTaken(): boolean {
    return this.#takenBytes >= READ_SHARE_BYTES;
  }

  /** So many bytes were read, which gave so many requests and packets. */
  take(bytes: number, outputs: number): void {
    this.#takenBytes += bytes + outputs * READ_SHARE_PER_OUTPUT_BYTES;
  }

  /** Waits for the next turn, where the connection may take its share again. */
  async renew(): Promise<void> {
    await this.#turns.next();
    this.#takenBytes = 0;
  }
}
