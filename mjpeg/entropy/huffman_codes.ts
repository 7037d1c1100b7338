/**
 * Huffman tables made ready for use: for decoding by lookup, for encoding by symbol.
 *
 * @module
 */

import type { HuffmanTable } from "../jpeg/huffman_tables.ts";
import { malformed } from "../jpeg/segments.ts";

/** Codes of up to this many bits are decoded by one lookup. */
export const LOOKUP_BITS = 10;

/** The symbol that ends a block (T.81, F.1.2.2.1). */
export const END_OF_BLOCK = 0x00;
/** The symbol for a run of sixteen zeros (T.81, F.1.2.2.1). */
export const SIXTEEN_ZEROS = 0xf0;

/** A table for decoding (T.81, F.2.2.3). */
export interface HuffmanDecoder extends HuffmanTable {
  /** By the next 10 bits: length << 8 | symbol, or 0 where the code is longer. */
  readonly lookup: Uint16Array;
  /** By length, 1 to 16: the largest code of that length, -1 where there is none. */
  readonly maxCode: Int32Array;
  /** By length: what to add to a code of that length to get the index of its symbol. */
  readonly offset: Int32Array;
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
  return { counts, symbols, lookup, maxCode, offset };
}

/** Finds the code at the start of 32 bits: length << 8 | symbol. Throws a `SyntaxError` where the table has none. */
export function findCode(table: HuffmanDecoder, bits: number): number {
  return table.lookup[bits >>> (32 - LOOKUP_BITS)] || findLongCode(table, bits);
}

function findLongCode({ maxCode, offset, symbols }: HuffmanDecoder, bits: number): number {
  for (let length = LOOKUP_BITS + 1; length <= 16; length++) {
    const code = bits >>> (32 - length);
    if (code <= maxCode[length]) return length << 8 | symbols[code + offset[length]];
  }
  throw malformed("a code that its Huffman table does not have, or a scan without the table");
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

/** The value of `size` bits, 0 to 15: EXTEND of T.81, F.2.2.1. It has no branch, since signs are as good as random. */
export function extendValue(bits: number, size: number): number {
  const isNegative = (bits - (1 << size >> 1)) >> 31;
  return bits + (isNegative & (1 - (1 << size)));
}

/** How many bits a value has: SSSS of T.81, table F.1. It has no branch, since signs are as good as random. */
export function sizeOfValue(value: number): number {
  const sign = value >> 31;
  return 32 - Math.clz32((value ^ sign) - sign);
}

/** The bits of a value (T.81, F.1.2.1.1): of a negative one, the low bits of value - 1. */
export function bitsOfValue(value: number, size: number): number {
  return (value + (value >> 31)) & ((1 << size) - 1);
}
