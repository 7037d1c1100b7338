/**
 * A growing list of whole numbers in four or six bytes each. Six bytes hold offsets in files of any size, and microseconds of nine
 * years.
 *
 * @module
 */

const FIRST_CAPACITY = 256;
const HIGH = 2 ** 32;

/** Numbers that do not change any more. They are in shared memory: another thread that gets them reads the same bytes. */
export interface Uints {
  /** The lower 32 bits of each number. */
  readonly low: Uint32Array;
  /** The upper 16 bits; empty where the numbers have four bytes. */
  readonly high: Uint16Array;
}

/** The number at `index`, 0 to length - 1. */
export function uintAt({ low, high }: Uints, index: number): number {
  return high.length > 0 ? high[index] * HIGH + low[index] : low[index];
}

/** The first `count` numbers of a list, and behind them those of another one of as many bytes, each with `added` to it. */
export function joinUints(
  list: Uints,
  { count, more, added = 0 }: { readonly count: number; readonly more: Uints; readonly added?: number },
): Uints {
  const length = count + more.low.length;
  const isHigh = more.high.length > 0;
  const low = new Uint32Array(new SharedArrayBuffer(Uint32Array.BYTES_PER_ELEMENT * length));
  const high = new Uint16Array(new SharedArrayBuffer(isHigh ? Uint16Array.BYTES_PER_ELEMENT * length : 0));
  low.set(list.low.subarray(0, count));
  high.set(list.high.subarray(0, isHigh ? count : 0));
  for (let index = 0; index < more.low.length; index++) {
    const value = uintAt(more, index) + added;
    low[count + index] = value % HIGH;
    if (isHigh) high[count + index] = value / HIGH;
  }
  return { low, high };
}

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

  /** All numbers, as they are now. */
  finish(): Uints {
    const low = new Uint32Array(new SharedArrayBuffer(this.#low.BYTES_PER_ELEMENT * this.#length));
    const high = new Uint16Array(
      new SharedArrayBuffer(this.#end > HIGH ? this.#high.BYTES_PER_ELEMENT * this.#length : 0),
    );
    low.set(this.#low.subarray(0, low.length));
    high.set(this.#high.subarray(0, high.length));
    return { low, high };
  }

  #resize(capacity: number): void {
    const [low, high] = [new Uint32Array(capacity), new Uint16Array(this.#end > HIGH ? capacity : 0)];
    low.set(this.#low.subarray(0, this.#length));
    high.set(this.#high.subarray(0, this.#length));
    [this.#low, this.#high] = [low, high];
  }
}
