/**
 * Threads that condition frames for an engine, which may not start one itself: the host does.
 *
 * @module
 */

import { transfer } from "comlink";
import type { StartThread } from "../../../net/thread.ts";
import type { HostApi } from "../messages.ts";
import type { Distant } from "../rpc.ts";

/** The transcoders of one engine. */
export class DistantTranscoders {
  /** Has one started, whatever the plan says: it is the host that knows what it runs. */
  readonly start: StartThread = (_plan, port, onFailure) => this.#start(port, onFailure);
  readonly #host: Distant<HostApi>;
  readonly #failures = new Map<number, (reason: string) => void>();
  #lastNumber = 0;

  constructor(host: Distant<HostApi>) {
    this.#host = host;
  }

  /** One has failed. */
  fail(number: number, reason: string): void {
    this.#failures.get(number)?.(reason);
  }

  #start(port: MessagePort, onFailure: (reason: string) => void): () => void {
    const number = ++this.#lastNumber;
    this.#failures.set(number, onFailure);
    this.#host.openTranscoder(number, transfer(port, [port])).catch((error) => this.fail(number, String(error)));
    return () => {
      this.#failures.delete(number);
      this.#host.closeTranscoder(number);
    };
  }
}
