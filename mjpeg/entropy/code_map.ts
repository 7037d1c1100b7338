/**
 * Which code of one Huffman table stands for which code of another, by lookup: for transcoding without looking at symbols.
 *
 * @module
 */

import { MAX_WRITTEN_BITS } from "./bit_writer.ts";
import { END_OF_BLOCK, type HuffmanDecoder, type HuffmanEncoder, LOOKUP_BITS, SIXTEEN_ZEROS } from "./huffman_codes.ts";

/** How far a block moves on at its end: beyond the 64 coefficients and any run. */
export const BLOCK_END = 128;

/** A map of the codes of AC coefficients. */
export interface CodeMap {
  readonly from: HuffmanDecoder;
  readonly to: HuffmanEncoder;
  /**
   * By the next 10 bits: coefficients << 16 | bits of the value << 8 | bits of code and value, or 0 where the code is longer, the codes
   * that are written are too long, or there is none.
   */
  readonly steps: Int32Array;
  /** By the next 10 bits: bits of code and value << 24 | code to be written, in front of as many zeros as the value has bits. */
  readonly codes: Int32Array;
}

/** Makes the map. */
export function createCodeMap(from: HuffmanDecoder, to: HuffmanEncoder): CodeMap {
  const steps = new Int32Array(1 << LOOKUP_BITS);
  const codes = new Int32Array(1 << LOOKUP_BITS);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= LOOKUP_BITS; length++, code <<= 1) {
    for (let index = 0; index < from.counts[length - 1]; index++, code++) {
      const symbol = from.symbols[place++];
      const size = symbol & 15;
      const other = codeOf(to, symbol);
      const lengthBits = (other >> 16) + size;
      if (other === 0 || lengthBits > MAX_WRITTEN_BITS) continue;
      const first = code << (LOOKUP_BITS - length);
      const end = first + (1 << (LOOKUP_BITS - length));
      steps.fill(coefficientsOf(symbol) << 16 | size << 8 | (length + size), first, end);
      codes.fill(lengthBits << 24 | (other & 0xffff) << size, first, end);
    }
  }
  return { from, to, steps, codes };
}

/** How many coefficients a symbol stands for: those of its run and one more. */
export function coefficientsOf(symbol: number): number {
  return isEndOfBlock(symbol) ? BLOCK_END : (symbol >> 4) + 1;
}

/** The code to be written for a symbol: length << 16 | code, or 0 where 8-bit baseline JPEG has none. */
export function codeOf(to: HuffmanEncoder, symbol: number): number {
  return to[isEndOfBlock(symbol) ? END_OF_BLOCK : symbol];
}

/** Decoders take any run without a value for the end of a block, but for sixteen zeros. */
function isEndOfBlock(symbol: number): boolean {
  return (symbol & 15) === 0 && symbol !== SIXTEEN_ZEROS;
}
