/**
 * What the log calls a session. Whoever knows its identifier can end it, so that stays between server and client.
 *
 * @module
 */

const numbers = new WeakMap<object, number>();
let counter: Int32Array = new Int32Array(1);

/** Has the threads of a server that get the same counter, in shared memory, count their sessions together. */
export function countSessionsWith(shared: Int32Array<SharedArrayBuffer>): void {
  counter = shared;
}

/** The number of a session in the log: they are counted from 1. */
export function numberOf(session: object): number {
  let number = numbers.get(session);
  if (number === undefined) numbers.set(session, number = Atomics.add(counter, 0, 1) + 1);
  return number;
}
