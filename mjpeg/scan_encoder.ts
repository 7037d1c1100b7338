/**
 * Entropy coding with the standard Huffman tables (ITU-T T.81, F.1.2): coefficients to the one interleaved baseline scan
 * that RTP/JPEG carries. The tables have a code for every value that 8-bit baseline JPEG can hold.
 *
 * @module
 */

import type { ComponentCoefficients } from "./coefficients.ts";
import {
  createEncoder,
  type HuffmanEncoder,
  STANDARD_CHROMA_AC,
  STANDARD_CHROMA_DC,
  STANDARD_LUMA_AC,
  STANDARD_LUMA_DC,
} from "./huffman_tables.ts";

const LUMA = { dc: createEncoder(STANDARD_LUMA_DC), ac: createEncoder(STANDARD_LUMA_AC) };
const CHROMA = { dc: createEncoder(STANDARD_CHROMA_DC), ac: createEncoder(STANDARD_CHROMA_AC) };

const END_OF_BLOCK = 0x00;
const SIXTEEN_ZEROS = 0xf0;

/** Which blocks make the scan. */
export interface ScanLayout {
  /** Luma and two chromas, whose sampling is 2:1 horizontally and `lumaLines`:1 vertically. */
  readonly components: readonly [ComponentCoefficients, ComponentCoefficients, ComponentCoefficients];
  /** Lines of luma blocks an MCU: 1 for 4:2:2, 2 for 4:2:0. */
  readonly lumaLines: 1 | 2;
  /** MCUs a line. */
  readonly mcusPerLine: number;
  /** Lines of MCUs. */
  readonly mcuLines: number;
}

/** The entropy-coded data, without markers. Throws a `RangeError` for values that baseline JPEG cannot hold. */
export function encodeScan({ components, lumaLines, mcusPerLine, mcuLines }: ScanLayout): Uint8Array {
  const writer = new BitWriter(components.reduce((sum, { values }) => sum + values.length, 0) >> 2);
  const predictions = [0, 0, 0];
  for (let line = 0; line < mcuLines; line++) {
    for (let column = 0; column < mcusPerLine; column++) {
      for (let index = 0; index < 3; index++) {
        const component = components[index];
        const tables = index === 0 ? LUMA : CHROMA;
        const [across, down] = index === 0 ? [2, lumaLines] : [1, 1];
        for (let y = 0; y < down; y++) {
          for (let x = 0; x < across; x++) {
            const block = blockOffset(component, { column: column * across + x, line: line * down + y });
            predictions[index] = encodeBlock(writer, component.values, {
              block,
              prediction: predictions[index],
              tables,
            });
          }
        }
      }
    }
  }
  return writer.finish();
}

/** A place beyond the blocks that there are shows what is at the edge; no decoder shows it. */
function blockOffset(
  { blocksPerLine, blockLines }: ComponentCoefficients,
  { column, line }: { column: number; line: number },
): number {
  return (Math.min(line, blockLines - 1) * blocksPerLine + Math.min(column, blocksPerLine - 1)) * 64;
}

/** Writes one block; returns its DC value. */
function encodeBlock(
  writer: BitWriter,
  values: Int16Array,
  { block, prediction, tables }: {
    block: number;
    prediction: number;
    tables: { readonly dc: HuffmanEncoder; readonly ac: HuffmanEncoder };
  },
): number {
  const dc = values[block];
  writer.value(tables.dc, 0, dc - prediction);
  let run = 0;
  for (let k = 1; k < 64; k++) {
    const value = values[block + k];
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) writer.symbol(tables.ac, SIXTEEN_ZEROS);
    writer.value(tables.ac, run, value);
    run = 0;
  }
  if (run > 0) writer.symbol(tables.ac, END_OF_BLOCK);
  return dc;
}

/** Bits to bytes, a zero byte behind each FF. */
class BitWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  #bits = 0;
  #bitCount = 0;

  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(Math.max(1024, capacityBytes));
  }

  /** A symbol without further bits. */
  symbol(table: HuffmanEncoder, symbol: number): void {
    const code = table[symbol];
    this.#put(code & 0xffff, code >> 16);
  }

  /** The symbol of a run and a value's size, then the value's bits (T.81, F.1.2.1.1). */
  value(table: HuffmanEncoder, run: number, value: number): void {
    const size = 32 - Math.clz32(Math.abs(value));
    const code = size > 15 ? 0 : table[run << 4 | size];
    if (code === 0) throw new RangeError(`Cannot encode a coefficient of ${value}: baseline JPEG of 8 bits has none`);
    this.#put(code & 0xffff, code >> 16);
    if (size > 0) this.#put(value < 0 ? value + (1 << size) - 1 : value, size);
  }

  /** Fills the last byte with ones and returns all bytes, the caller's own. */
  finish(): Uint8Array {
    if (this.#bitCount > 0) this.#put((1 << (8 - this.#bitCount)) - 1, 8 - this.#bitCount);
    return this.#bytes.slice(0, this.#length);
  }

  #put(bits: number, count: number): void {
    this.#bits = this.#bits << count | bits;
    this.#bitCount += count;
    while (this.#bitCount >= 8) {
      this.#bitCount -= 8;
      const byte = this.#bits >> this.#bitCount & 0xff;
      if (this.#length + 2 > this.#bytes.length) this.#grow();
      this.#bytes[this.#length++] = byte;
      if (byte === 0xff) this.#bytes[this.#length++] = 0;
    }
    this.#bits &= (1 << this.#bitCount) - 1;
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
