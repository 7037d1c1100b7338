/**
 * Reads the bits of a scan (ITU-T T.81, F.2.2.5). The zero bytes after FF are removed first, so that a read at any bit takes
 * three loads and no special cases.
 *
 * @module
 */

import { isRestart } from "../jpeg/markers.ts";

/** Zero bytes after the data, for peeking past its end. */
const PADDING_BYTES = 4;

/** Reads bits in order, one restart interval after the other. */
export class BitReader {
  readonly #bytes: Uint8Array;
  /** Where each restart interval ends, in bits from the start of the scan. */
  readonly #ends: number[] = [];
  #interval = 0;
  /** The next bit, from the start of the scan. */
  #position = 0;
  #end: number;

  /** `data` is the entropy-coded data of a scan, between SOS and the next marker except RST. */
  constructor(data: Uint8Array) {
    this.#bytes = new Uint8Array(data.length + PADDING_BYTES);
    let length = 0;
    let start = 0;
    for (let at = data.indexOf(0xff); at >= 0; at = data.indexOf(0xff, start)) {
      const next = data[at + 1];
      const isEnd = isRestart(next);
      // FF 00 is a byte FF. Any other FF is a fill byte in front of a marker.
      const end = next === 0 ? at + 1 : at;
      this.#bytes.set(data.subarray(start, end), length);
      length += end - start;
      start = next === 0 || isEnd ? at + 2 : at + 1;
      if (isEnd) this.#ends.push(8 * length);
    }
    this.#bytes.set(data.subarray(start), length);
    this.#ends.push(8 * (length + data.length - start));
    this.#end = this.#ends[0];
  }

  /** Whether more bits were read than the restart interval has. */
  get isPastEnd(): boolean {
    return this.#position > this.#end;
  }

  /** Moves to the next restart interval; false where there is none. */
  nextInterval(): boolean {
    if (this.#interval + 1 === this.#ends.length) return false;
    this.#position = this.#end;
    this.#end = this.#ends[++this.#interval];
    return true;
  }

  /** The next 16 bits, which stay unread; zeros after the end of the data. */
  peek16(): number {
    const at = this.#position >> 3;
    const bytes = this.#bytes;
    return (bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2]) >> (8 - (this.#position & 7)) & 0xffff;
  }

  /** Skips bits that were peeked. */
  skip(count: number): void {
    this.#position += count;
  }

  readBit(): number {
    const at = this.#position++;
    return this.#bytes[at >> 3] >> (7 - (at & 7)) & 1;
  }

  /** Reads 0 to 16 bits. */
  read(count: number): number {
    const bits = this.peek16() >> (16 - count);
    this.#position += count;
    return bits;
  }
}
