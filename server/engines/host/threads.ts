/**
 * The threads that the host works with: the first ones are lent by the main thread, those that are wanted later it starts itself.
 *
 * @module
 */

import { transfer } from "comlink";
import { type EndThread, type StartThread, startWorker, type ThreadPlan } from "../../../net/thread.ts";
import type { Distant } from "../rpc.ts";
import type { LenderApi } from "../thread_lender.ts";

/** Starts threads. */
export class Threads {
  readonly start: StartThread = (plan, port, onFailure) => this.#start(plan, port, onFailure);
  readonly #lender: Distant<LenderApi>;
  /** What is called when a lent thread fails, by its number. */
  readonly #failures = new Map<number, (reason: string) => void>();
  #lastNumber = 0;
  #isLending = true;

  constructor(lender: Distant<LenderApi>) {
    this.#lender = lender;
  }

  /** The main thread is about to give up its rights: it starts no more threads. */
  endLending(): void {
    this.#isLending = false;
  }

  /** A thread that was lent has failed. */
  fail(number: number, reason: string): void {
    this.#failures.get(number)?.(reason);
  }

  #start(plan: ThreadPlan, port: MessagePort, onFailure: (reason: string) => void): EndThread {
    if (!this.#isLending) return startWorker(plan, port, onFailure);
    const number = ++this.#lastNumber;
    this.#failures.set(number, onFailure);
    this.#lender.start(number, plan, transfer(port, [port])).catch((error) => this.fail(number, String(error)));
    return () => {
      this.#failures.delete(number);
      this.#lender.terminate(number);
    };
  }
}
