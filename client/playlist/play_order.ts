/**
 * The order in which the items of a playlist are played: theirs, or a random one.
 *
 * @module
 */

/** Says which item comes behind another. */
export class PlayOrder {
  readonly #random: () => number;
  readonly #count: number;
  #order: readonly number[];
  #shuffles = false;

  /** An order of `count` items; `random` gives numbers from 0 up to, not including, 1. */
  constructor(count: number, random: () => number) {
    this.#count = count;
    this.#random = random;
    this.#order = Array.from({ length: count }, (_, index) => index);
  }

  /** Whether it is a random one. */
  get shuffles(): boolean {
    return this.#shuffles;
  }

  /** Makes a random order that begins with the item that is played now, or goes back to that of the list. */
  setShuffles(shuffles: boolean, current: number): void {
    this.#shuffles = shuffles;
    const order = Array.from({ length: this.#count }, (_, index) => index);
    if (shuffles) {
      // Fisher and Yates, with the current item in front.
      [order[0], order[current]] = [order[current], order[0]];
      for (let last = order.length - 1; last > 1; last--) {
        const other = 1 + Math.floor(this.#random() * last);
        [order[last], order[other]] = [order[other], order[last]];
      }
    }
    this.#order = order;
  }

  /** The item behind another (1), or before it (-1); `undefined` where there is none. */
  beside(index: number, direction: 1 | -1): number | undefined {
    return this.#order[this.#order.indexOf(index) + direction];
  }
}
