/**
 * Huffman tables made ready for use: for decoding by lookup, for encoding by symbol.
 *
 * @module
 */

import type { HuffmanTable } from "../jpeg/huffman_tables.ts";

/** Codes of up to this many bits are decoded by one lookup. */
export const LOOKUP_BITS = 9;

/** A table for decoding (T.81, F.2.2.3). */
export interface HuffmanDecoder {
  /** By the next 9 bits: length << 8 | symbol, or 0 where the code is longer. */
  readonly lookup: Uint16Array;
  /** By length, 1 to 16: the largest code of that length, -1 where there is none. */
  readonly maxCode: Int32Array;
  /** By length: what to add to a code of that length to get the index of its symbol. */
  readonly offset: Int32Array;
  /** In the order of their codes. */
  readonly symbols: Uint8Array;
}

/** Makes a table for decoding. Throws a `SyntaxError` where a length has more codes than it has room for. */
export function createDecoder({ counts, symbols }: HuffmanTable): HuffmanDecoder {
  const lookup = new Uint16Array(1 << LOOKUP_BITS);
  const maxCode = new Int32Array(17).fill(-1);
  const offset = new Int32Array(17);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1];
    if (code + count > 1 << length) throw new SyntaxError(`Huffman table has too many codes of ${length} bits`);
    offset[length] = place - code;
    if (count > 0) maxCode[length] = code + count - 1;
    for (let index = 0; index < count; index++, code++, place++) {
      if (length > LOOKUP_BITS) continue;
      const first = code << (LOOKUP_BITS - length);
      lookup.fill(length << 8 | symbols[place], first, first + (1 << (LOOKUP_BITS - length)));
    }
    code <<= 1;
  }
  return { lookup, maxCode, offset, symbols };
}

/** A table for encoding. By symbol: length << 16 | code, or 0 where there is no code. */
export type HuffmanEncoder = Uint32Array;

/** Makes a table for encoding (T.81, C.2). */
export function createEncoder({ counts, symbols }: HuffmanTable): HuffmanEncoder {
  const encoder = new Uint32Array(256);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++, code <<= 1) {
    for (let index = 0; index < counts[length - 1]; index++) encoder[symbols[place++]] = length << 16 | code++;
  }
  return encoder;
}
