/**
 * Calls between threads, over Comlink: what one thread offers, another one asks for.
 *
 * @module
 */

import { type Endpoint, expose, transferHandlers, wrap } from "comlink";
import { tellError, type ToldError, toldError } from "../../net/told_error.ts";

/** What another thread offers: each answer comes later. A call into a thread that has ended is never answered. */
export type Distant<T> = {
  readonly [Name in keyof T]: T[Name] extends (...args: infer Arguments) => infer Result
    ? (...args: Arguments) => Promise<Awaited<Result>>
    : never;
};

/** Offers something to the thread at the other end of a port; without one, to that which has started this thread. */
export function offer(what: object, port?: MessagePort): void {
  if (port === undefined) expose(what);
  else expose(what, port as Endpoint);
}

/** What the thread at the other end of a port, or a worker, offers. */
export function distant<T>(end: MessagePort | Worker): Distant<T> {
  return wrap<T>(end as Endpoint) as unknown as Distant<T>;
}

/** What Comlink knows of a value that was thrown. */
interface Thrown {
  readonly value: unknown;
}

const thrown = transferHandlers.get("throw")!;

// Comlink would leave out what kind of error it is.
transferHandlers.set("throw", {
  canHandle: thrown.canHandle as (value: unknown) => value is Thrown,
  serialize: ({ value }: Thrown): [ToldError, Transferable[]] => [tellError(value), []],
  deserialize: (told: ToldError): never => {
    throw toldError(told);
  },
});
