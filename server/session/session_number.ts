/**
 * What the log calls a session. Whoever knows its identifier can end it, so that stays between server and client.
 *
 * @module
 */

const numbers = new WeakMap<object, number>();
let count = 0;

/** The number of a session in the log: they are counted from 1. */
export function numberOf(session: object): number {
  let number = numbers.get(session);
  if (number === undefined) numbers.set(session, number = ++count);
  return number;
}
