/**
 * A growing list of whole numbers in four or six bytes each. Six bytes hold offsets in files of any size, and microseconds of nine
 * years.
 *
 * @module
 */

const FIRST_CAPACITY = 256;
const HIGH = 2 ** 32;

/** Numbers in the order in which they were pushed. */
export class UintList {
  readonly #end: number;
  #low = new Uint32Array(FIRST_CAPACITY);
  /** The upper 16 bits of each number; empty in a list of four bytes. */
  #high: Uint16Array;
  #length = 0;

  /** Takes numbers of so many bytes. */
  constructor(bytes: 4 | 6) {
    this.#end = 2 ** (8 * bytes);
    this.#high = new Uint16Array(bytes === 6 ? FIRST_CAPACITY : 0);
  }

  get length(): number {
    return this.#length;
  }

  /** Throws a `RangeError` unless `value` is a whole number that the bytes hold. */
  push(value: number): void {
    if (!(Number.isInteger(value) && value >= 0 && value < this.#end)) {
      throw new RangeError(`Cannot store ${value}: whole numbers of 0 to ${this.#end - 1} are possible`);
    }
    if (this.#length === this.#low.length) this.#resize(2 * this.#length);
    this.#low[this.#length] = value % HIGH;
    if (this.#end > HIGH) this.#high[this.#length] = value / HIGH;
    this.#length++;
  }

  /** The number at `index`, 0 to length - 1. */
  at(index: number): number {
    return this.#end > HIGH ? this.#high[index] * HIGH + this.#low[index] : this.#low[index];
  }

  /** Frees the memory reserved for more numbers. */
  trim(): void {
    this.#resize(this.#length);
  }

  #resize(capacity: number): void {
    const [low, high] = [new Uint32Array(capacity), new Uint16Array(this.#end > HIGH ? capacity : 0)];
    low.set(this.#low.subarray(0, this.#length));
    high.set(this.#high.subarray(0, this.#length));
    [this.#low, this.#high] = [low, high];
  }
}
