/**
 * Writes the bits of a scan (ITU-T T.81, F.1.2.3). Bytes are stuffed at the end, so that a write at any bit takes one store and no
 * special cases.
 *
 * @module
 */

import { addStuffing } from "./byte_stuffing.ts";

/** Most bits that {@linkcode BitWriter.write} takes. */
export const MAX_WRITTEN_BITS = 24;

/** Bytes that a write touches. */
const STORE_BYTES = 4;

/** Writes bits in order. */
export class BitWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  /** Bytes that are complete. */
  #length = 0;
  /** The bits behind them, as the upper ones of 32; the others are 0. */
  #pending = 0;
  /** 0 to 7. */
  #pendingCount = 0;

  /** With less than `capacityBytes` the buffer need not grow. */
  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(capacityBytes + STORE_BYTES);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Makes room for so many bytes. */
  reserve(lengthBytes: number): void {
    const needed = this.#length + lengthBytes + STORE_BYTES;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  /** Writes the `count` bits of a number that has no others: 0 to 24, for which there must be room. */
  write(bits: number, count: number): void {
    const used = this.#pendingCount + count;
    const pending = this.#pending | bits << (32 - used);
    this.#view.setInt32(this.#length, pending);
    this.#length += used >> 3;
    this.#pending = pending << (used & 24);
    this.#pendingCount = used & 7;
  }

  /** Fills the last byte with ones, and returns a copy of all bytes with a zero byte behind each FF. */
  finish(): Uint8Array<ArrayBuffer> {
    this.reserve(1);
    const missing = -this.#pendingCount & 7;
    this.write((1 << missing) - 1, missing);
    return addStuffing(this.#bytes.subarray(0, this.#length));
  }
}
