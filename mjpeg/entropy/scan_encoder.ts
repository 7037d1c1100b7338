/**
 * Encodes coefficients with the standard Huffman tables (ITU-T T.81, F.1.2) into one interleaved baseline scan, as RTP/JPEG
 * needs it. The standard tables have a code for every coefficient of 8-bit baseline JPEG.
 *
 * @module
 */

import type { ComponentCoefficients } from "./coefficients.ts";
import { STANDARD_CHROMA_AC, STANDARD_CHROMA_DC, STANDARD_LUMA_AC, STANDARD_LUMA_DC } from "../jpeg/huffman_tables.ts";
import { BitWriter, MAX_WRITTEN_BITS } from "./bit_writer.ts";
import {
  bitsOfValue,
  createEncoder,
  END_OF_BLOCK,
  type HuffmanEncoder,
  SIXTEEN_ZEROS,
  sizeOfValue,
} from "./huffman_codes.ts";

/** The tables of a component. */
export interface ComponentEncoder {
  readonly dc: HuffmanEncoder;
  readonly ac: HuffmanEncoder;
}

/** The standard tables of luma. */
export const LUMA: ComponentEncoder = { dc: createEncoder(STANDARD_LUMA_DC), ac: createEncoder(STANDARD_LUMA_AC) };
/** The standard tables of both chromas. */
export const CHROMA: ComponentEncoder = {
  dc: createEncoder(STANDARD_CHROMA_DC),
  ac: createEncoder(STANDARD_CHROMA_AC),
};

/** Most bytes a block can take: 64 codes of 16 bits and values of 15. */
const BLOCK_MAX_BYTES = 64 * 4;

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
  const writer = new BitWriter(components.reduce((sum, { values }) => sum + values.length, 0) >> 2);
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
            writer.reserve(BLOCK_MAX_BYTES);
            writeBlock(writer, values, { block, prediction: predictions[index], tables });
            predictions[index] = values[block];
          }
        }
      }
    }
  }
  return writer.finish();
}

/** Writes the block whose 64 coefficients begin at index `block`. */
function writeBlock(
  writer: BitWriter,
  values: Int16Array,
  { block, prediction, tables }: {
    readonly block: number;
    readonly prediction: number;
    readonly tables: ComponentEncoder;
  },
): void {
  const { dc, ac } = tables;
  writeValue(writer, values[block] - prediction, { table: dc, run: 0 });
  let end = block + 64;
  while (values[end - 1] === 0 && end > block + 1) end--;
  let last = block;
  for (let at = block + 1; at < end; at++) {
    const value = values[at];
    if (value === 0) continue;
    let run = at - last - 1;
    for (; run > 15; run -= 16) writeCode(writer, ac[SIXTEEN_ZEROS]);
    writeValue(writer, value, { table: ac, run });
    last = at;
  }
  if (end < block + 64) writeCode(writer, ac[END_OF_BLOCK]);
}

/** Writes the symbol for run and size, then the bits of the value (T.81, F.1.2.1.1). */
export function writeValue(
  writer: BitWriter,
  value: number,
  { table, run }: { readonly table: HuffmanEncoder; readonly run: number },
): void {
  const size = sizeOfValue(value);
  const code = size > 15 ? 0 : table[run << 4 | size];
  if (code === 0) throw new RangeError(`Cannot encode a coefficient of ${value}: baseline JPEG of 8 bits has none`);
  const bits = bitsOfValue(value, size);
  const length = (code >> 16) + size;
  if (length <= MAX_WRITTEN_BITS) {
    writer.write((code & 0xffff) << size | bits, length);
  } else {
    writeCode(writer, code);
    writer.write(bits, size);
  }
}

function writeCode(writer: BitWriter, code: number): void {
  writer.write(code & 0xffff, code >> 16);
}
