/**
 * Which request keeps a session alive (RFC 2326, 12.37): the best one that the server offers and that has not failed. Remembered over
 * the sessions of a player, since some cameras hang up on a method that they list.
 *
 * @module
 */

/** By preference. All servers have OPTIONS (RFC 2326, 10.1); the others only where they are listed. */
const METHODS = ["GET_PARAMETER", "OPTIONS", "SET_PARAMETER"] as const;

/** The methods that are left for one server. */
export class KeepaliveMethods {
  readonly #refused = new Set<string>();
  readonly #unanswered = new Set<string>();

  /** The best method; `undefined` where all are refused. `offers` tells what the server lists. */
  best(offers: (method: string) => boolean): string | undefined {
    const left = METHODS.filter((method) => !this.#refused.has(method) && (method === "OPTIONS" || offers(method)));
    return left.find((method) => !this.#unanswered.has(method)) ?? left[0];
  }

  /** The server has refused a method, or ended the connection in answer to it. */
  refuse(method: string): void {
    this.#refused.add(method);
  }

  /** The server has not answered a method: others are tried first, and this one again where none is answered. */
  doubt(method: string): void {
    this.#unanswered.add(method);
    if (METHODS.every((one) => this.#unanswered.has(one) || this.#refused.has(one))) this.#unanswered.clear();
  }
}
