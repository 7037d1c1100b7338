/**
 * The bits of a scan (ITU-T T.81, F.2.2.5): entropy-coded data without the zero bytes behind FF, restart interval by restart
 * interval, so that a decoder reads at any bit with three loads and no cases.
 *
 * @module
 */

import { RST0, RST7 } from "../jpeg/markers.ts";
import { malformed } from "../jpeg/segments.ts";

/** Zero bytes behind the data, for bits that are looked at ahead. */
const PADDING_BYTES = 4;

/** Reads bits one behind the other. */
export class BitReader {
  readonly #bytes: Uint8Array;
  /** Where each restart interval ends, in bits. */
  readonly #ends: number[] = [];
  #interval = 0;
  /** The next bit, counted from the start of the scan. */
  #position = 0;
  #end: number;

  /** At the start of a scan's data, from behind SOS up to the next marker other than RST. */
  constructor(data: Uint8Array) {
    this.#bytes = new Uint8Array(data.length + PADDING_BYTES);
    let length = 0;
    let start = 0;
    for (let at = data.indexOf(0xff); at >= 0; at = data.indexOf(0xff, start)) {
      const next = data[at + 1];
      const isRestart = next >= RST0 && next <= RST7;
      // FF 00 is a byte FF; further FF are fill bytes in front of a marker.
      const end = next === 0 ? at + 1 : at;
      this.#bytes.set(data.subarray(start, end), length);
      length += end - start;
      start = next === 0 || isRestart ? at + 2 : at + 1;
      if (isRestart) this.#ends.push(8 * length);
    }
    this.#bytes.set(data.subarray(start), length);
    this.#ends.push(8 * (length + data.length - start));
    this.#end = this.#ends[0];
  }

  /** Whether more bits were read than there are in the restart interval. */
  get isPastEnd(): boolean {
    return this.#position > this.#end;
  }

  /** Goes on with the next restart interval. Throws a `SyntaxError` where there is none. */
  nextInterval(): void {
    this.#position = this.#end;
    this.#interval++;
    if (this.#interval === this.#ends.length) throw malformed("a restart marker is missing");
    this.#end = this.#ends[this.#interval];
  }

  /** The next 16 bits, which are not taken yet; behind the end of the data, zeros. */
  peek16(): number {
    const at = this.#position >> 3;
    const bytes = this.#bytes;
    return (bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2]) >> (8 - (this.#position & 7)) & 0xffff;
  }

  /** Takes bits that were looked at. */
  skip(count: number): void {
    this.#position += count;
  }

  /** Takes one bit. */
  readBit(): number {
    const at = this.#position++;
    return this.#bytes[at >> 3] >> (7 - (at & 7)) & 1;
  }

  /** Takes up to 16 bits. */
  read(count: number): number {
    const bits = this.peek16() >> (16 - count);
    this.#position += count;
    return bits;
  }
}
