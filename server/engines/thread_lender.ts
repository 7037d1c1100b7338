/**
 * Threads that the main thread starts for the host, while it still has the rights to. Since Deno 2.9.1 a thread that a worker starts
 * takes a second longer: it waits twice, for half a second, for an inspector that nobody has opened.
 *
 * @module
 */

import { type EndThread, startWorker, type ThreadPlan } from "../../net/thread.ts";

/** What the host asks of the main thread. */
export interface LenderApi {
  /** Starts a thread that does what it is asked through `port`; `number` names it from now on. */
  start(number: number, plan: ThreadPlan, port: MessagePort): void;
  /** Ends it where it is. */
  terminate(number: number): void;
}

/** Starts threads. */
export class ThreadLender implements LenderApi {
  readonly #onFailure: (number: number, reason: string) => void;
  readonly #lent = new Map<number, EndThread>();

  /** `onFailure` is told which thread has failed. */
  constructor(onFailure: (number: number, reason: string) => void) {
    this.#onFailure = onFailure;
  }

  start(number: number, plan: ThreadPlan, port: MessagePort): void {
    this.#lent.set(number, startWorker(plan, port, (reason) => this.#onFailure(number, reason)));
  }

  terminate(number: number): void {
    this.#lent.get(number)?.();
    this.#lent.delete(number);
  }

  /** Ends all. */
  close(): void {
    for (const number of this.#lent.keys()) this.terminate(number);
  }
}
