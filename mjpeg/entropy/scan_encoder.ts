/**
 * Encodes coefficients with the standard Huffman tables (ITU-T T.81, F.1.2) into one interleaved baseline scan, as RTP/JPEG
 * needs it. The standard tables have a code for every coefficient of 8-bit baseline JPEG.
 *
 * @module
 */

import type { ComponentCoefficients } from "./coefficients.ts";
import { STANDARD_CHROMA_AC, STANDARD_CHROMA_DC, STANDARD_LUMA_AC, STANDARD_LUMA_DC } from "../jpeg/huffman_tables.ts";
import { createEncoder, type HuffmanEncoder } from "./huffman_codes.ts";

const LUMA = { dc: createEncoder(STANDARD_LUMA_DC), ac: createEncoder(STANDARD_LUMA_AC) };
const CHROMA = { dc: createEncoder(STANDARD_CHROMA_DC), ac: createEncoder(STANDARD_CHROMA_AC) };

const END_OF_BLOCK = 0x00;
const SIXTEEN_ZEROS = 0xf0;

/** Which blocks the scan has. */
export interface ScanLayout {
  /** Luma and two chromas. Luma has twice the chroma blocks of a line, and `lumaLines` times the lines. */
  readonly components: readonly [ComponentCoefficients, ComponentCoefficients, ComponentCoefficients];
  /** Lines of luma blocks an MCU: 1 for 4:2:2, 2 for 4:2:0. */
  readonly lumaLines: 1 | 2;
  /** MCUs a line. */
  readonly mcusPerLine: number;
  /** Lines of MCUs. */
  readonly mcuLines: number;
}

/** Encodes the entropy-coded data, without markers. Throws a `RangeError` for coefficients that 8-bit baseline does not have. */
export function encodeScan({ components, lumaLines, mcusPerLine, mcuLines }: ScanLayout): Uint8Array {
  const writer = new BlockWriter(components.reduce((sum, { values }) => sum + values.length, 0) >> 2);
  const predictions = [0, 0, 0];
  for (let line = 0; line < mcuLines; line++) {
    for (let column = 0; column < mcusPerLine; column++) {
      for (let index = 0; index < 3; index++) {
        const { values, blocksPerLine, blockLines } = components[index];
        const tables = index === 0 ? LUMA : CHROMA;
        const [across, down] = index === 0 ? [2, lumaLines] : [1, 1];
        for (let y = 0; y < down; y++) {
          // Where the MCU reaches beyond the blocks, repeat those at the edge. No decoder shows them.
          const start = Math.min(line * down + y, blockLines - 1) * blocksPerLine;
          for (let x = 0; x < across; x++) {
            const block = (start + Math.min(column * across + x, blocksPerLine - 1)) * 64;
            writer.write(values, block, { prediction: predictions[index], tables });
            predictions[index] = values[block];
          }
        }
      }
    }
  }
  return writer.finish();
}

/** Most codes a block can take: a symbol and a value for each coefficient. */
const BLOCK_MAX_CODES = 2 * 64;
/** Most bytes a block can take: codes of 16 bits, each byte followed by a zero. */
const BLOCK_MAX_BYTES = BLOCK_MAX_CODES * 2 * 2;

/** The tables of a component. */
interface Tables {
  readonly dc: HuffmanEncoder;
  readonly ac: HuffmanEncoder;
}

/** Turns blocks into codes and codes into bytes, with a zero byte after each FF. */
class BlockWriter {
  /** The codes of one block, each as length << 16 | bits. */
  readonly #codes = new Uint32Array(BLOCK_MAX_CODES);
  #count = 0;
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  /** The last bits, fewer than two bytes. Those above `#bitCount` mean nothing. */
  #bits = 0;
  /** 0 to 15. */
  #bitCount = 0;

  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(Math.max(2 * BLOCK_MAX_BYTES, capacityBytes));
  }

  /** Writes the block whose 64 coefficients begin at index `block`. */
  write(values: Int16Array, block: number, { prediction, tables }: { prediction: number; tables: Tables }): void {
    const { dc, ac } = tables;
    this.#count = 0;
    this.#value(dc, 0, values[block] - prediction);
    let end = block + 64;
    while (values[end - 1] === 0 && end > block + 1) end--;
    let last = block;
    for (let at = block + 1; at < end; at++) {
      const value = values[at];
      if (value === 0) continue;
      let run = at - last - 1;
      for (; run > 15; run -= 16) this.#codes[this.#count++] = ac[SIXTEEN_ZEROS];
      this.#value(ac, run, value);
      last = at;
    }
    if (end < block + 64) this.#codes[this.#count++] = ac[END_OF_BLOCK];
    this.#pack();
  }

  /** Fills the last byte with ones and returns a copy of all bytes. */
  finish(): Uint8Array {
    const missing = -this.#bitCount & 7;
    // Bits are packed two bytes at a time: a single last byte goes with a byte of zeros, which is cut off.
    const hasByte = this.#bitCount + missing === 8;
    this.#codes.set([missing << 16 | (1 << missing) - 1, 8 << 16]);
    this.#count = hasByte ? 2 : 1;
    this.#pack();
    return this.#bytes.slice(0, this.#length - (hasByte ? 1 : 0));
  }

  /** The symbol for run and size, then the bits of the value (T.81, F.1.2.1.1): one code where both fit 16 bits. */
  #value(table: HuffmanEncoder, run: number, value: number): void {
    // No branch, since signs are as good as random.
    const sign = value >> 31;
    const size = 32 - Math.clz32((value ^ sign) - sign);
    const code = size > 15 ? 0 : table[run << 4 | size];
    if (code === 0) throw new RangeError(`Cannot encode a coefficient of ${value}: baseline JPEG of 8 bits has none`);
    // Of a negative value, the low bits of value - 1 are coded.
    const bits = (value + sign) & ((1 << size) - 1);
    const length = (code >> 16) + size;
    if (length <= 16) {
      this.#codes[this.#count++] = length << 16 | (code & 0xffff) << size | bits;
    } else {
      this.#codes[this.#count++] = code;
      this.#codes[this.#count++] = size << 16 | bits;
    }
  }

  #pack(): void {
    if (this.#length + BLOCK_MAX_BYTES > this.#bytes.length) this.#grow();
    const [bytes, codes, count] = [this.#bytes, this.#codes, this.#count];
    let [length, bits, bitCount] = [this.#length, this.#bits, this.#bitCount];
    for (let index = 0; index < count; index++) {
      const code = codes[index];
      const size = code >>> 16;
      // At most 15 bits were left and 16 are new: 31 fit.
      bits = bits << size | code & 0xffff;
      bitCount += size;
      if (bitCount < 16) continue;
      bitCount -= 16;
      const [high, low] = [bits >> (bitCount + 8) & 0xff, bits >> bitCount & 0xff];
      bytes[length++] = high;
      if (high === 0xff) bytes[length++] = 0;
      bytes[length++] = low;
      if (low === 0xff) bytes[length++] = 0;
    }
    [this.#length, this.#bits, this.#bitCount] = [length, bits, bitCount];
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
