/**
 * Reading is fair: a connection that has taken its share waits for its next turn, behind all others that wait, while the server does
 * what else is due. However many clients send as fast as they are read, frames leave in time.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { READS_PER_TURN } from "../limits.ts";

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
