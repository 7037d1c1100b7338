/**
 * Reads the bits of a scan (ITU-T T.81, F.2.2.5). Stuffed bytes are removed first, so that a read at any bit takes one load and no
 * special cases.
 *
 * @module
 */

import { removeStuffing } from "./byte_stuffing.ts";

/**
 * Zero bytes after the data. Who reads past its end notices after an MCU: four components of 4x4 blocks, with 64 codes of 16 bits and
 * values of 15 each.
 */
const PADDING_BYTES = 4 * 4 * 4 * 64 * 4;

/** Bits that {@linkcode BitReader.peek} gives. */
export const PEEKED_BITS = 25;

/** Reads bits in order, one restart interval after the other. */
export class BitReader {
  readonly #bytes: DataView;
  /** Where each restart interval ends, in bytes. */
  readonly #intervalEnds: readonly number[];
  #interval = 0;
  /** The next bit, from the start of the scan. */
  #position = 0;
  /** The bit behind the restart interval. */
  #end: number;

  /** `data` is the entropy-coded data of a scan, between SOS and the next marker except RST. */
  constructor(data: Uint8Array) {
    const { bytes, intervalEnds } = removeStuffing(data, { paddingBytes: PADDING_BYTES });
    this.#bytes = new DataView(bytes.buffer);
    this.#intervalEnds = intervalEnds;
    this.#end = 8 * intervalEnds[0];
  }

  /** Whether more bits were read than the restart interval has. */
  get isPastEnd(): boolean {
    return this.#position > this.#end;
  }

  /** Moves to the next restart interval; false where there is none. */
  nextInterval(): boolean {
    if (this.#interval + 1 === this.#intervalEnds.length) return false;
    this.#position = this.#end;
    this.#end = 8 * this.#intervalEnds[++this.#interval];
    return true;
  }

  /** The next 25 bits, which stay unread, as the upper ones of 32; the others mean nothing. Zeros after the end of the data. */
  peek(): number {
    return this.#bytes.getInt32(this.#position >> 3) << (this.#position & 7);
  }

  /** Skips bits that were peeked. */
  skip(count: number): void {
    this.#position += count;
  }

  readBit(): number {
    return this.read(1);
  }

  /** Reads 0 to 16 bits. */
  read(count: number): number {
    const bits = this.peek() >>> 1 >>> (31 - count);
    this.#position += count;
    return bits;
  }
}
