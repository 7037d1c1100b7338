/**
 * Huffman tables: the four of ITU-T T.81, Annex K.3, which RFC 2435 takes for granted, and the two forms in which tables
 * are used, to decode and to encode.
 *
 * @module
 */

/** A Huffman table as DHT has it (T.81, B.2.4.2). */
export interface HuffmanTable {
  /** Number of codes of 1 to 16 bits. */
  readonly counts: Uint8Array;
  /** The symbols in the order of their codes, 1 to 256. */
  readonly symbols: Uint8Array;
}

/** Annex K.3.1, luminance DC. */
export const STANDARD_LUMA_DC: HuffmanTable = table(
  [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
);

/** Annex K.3.1, chrominance DC. */
export const STANDARD_CHROMA_DC: HuffmanTable = table(
  [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
);

/** Annex K.3.2, luminance AC. */
export const STANDARD_LUMA_AC: HuffmanTable = table(
  [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  hex(`
    01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738
    393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5
    a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa`),
);

/** Annex K.3.2, chrominance AC. */
export const STANDARD_CHROMA_AC: HuffmanTable = table(
  [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
  hex(`
    0001020311040521310612415107617113223281081442 91a1b1c109233352f0156272d10a162434e125f11718191a262728292a353637
    38393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3
    a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa`),
);

/** Whether two tables give the same codes to the same symbols. */
export function equalTables(left: HuffmanTable, right: HuffmanTable): boolean {
  return left.counts.every((count, index) => count === right.counts[index]) &&
    left.symbols.length === right.symbols.length &&
    left.symbols.every((symbol, index) => symbol === right.symbols[index]);
}

/** Codes of up to this many bits are decoded by one look into a table. */
export const LOOKUP_BITS = 9;

/** A table made ready for decoding (T.81, F.2.2.3). */
export interface HuffmanDecoder {
  /** By the next 9 bits: length << 8 | symbol, or 0 where the code is longer. */
  readonly lookup: Uint16Array;
  /** By length, 1 to 16: the largest code of that length, -1 where there is none. */
  readonly maxCode: Int32Array;
  /** By length: what to add to a code of that length to find its symbol's place. */
  readonly offset: Int32Array;
  /** In the order of their codes. */
  readonly symbols: Uint8Array;
}

/** Throws a `SyntaxError` for a table whose codes do not fit their lengths. */
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

/** By symbol: length << 16 | code, or 0 where the table has no code for it. */
export type HuffmanEncoder = Uint32Array;

/** A table made ready for encoding (T.81, C.2). */
export function createEncoder({ counts, symbols }: HuffmanTable): HuffmanEncoder {
  const encoder = new Uint32Array(256);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++, code <<= 1) {
    for (let index = 0; index < counts[length - 1]; index++) encoder[symbols[place++]] = length << 16 | code++;
  }
  return encoder;
}

function table(counts: readonly number[], symbols: readonly number[]): HuffmanTable {
  return { counts: new Uint8Array(counts), symbols: new Uint8Array(symbols) };
}

function hex(digits: string): number[] {
  return digits.replace(/\s/g, "").match(/../g)!.map((byte) => parseInt(byte, 16));
}
