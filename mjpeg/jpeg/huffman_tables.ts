/**
 * Huffman tables as DHT has them, and the four standard tables (ITU-T T.81, Annex K.3), the only ones that RFC 2435 allows.
 *
 * @module
 */

import { equals } from "@std/bytes";
import { decodeHex } from "@std/encoding/hex";

/** A Huffman table as DHT has it (T.81, B.2.4.2). */
export interface HuffmanTable {
  /** How many codes have 1 bit, 2 bits, … 16 bits. */
  readonly counts: Uint8Array;
  /** In the order of their codes; 1 to 256. */
  readonly symbols: Uint8Array;
}

/** Annex K.3.1, luminance DC. */
export const STANDARD_LUMA_DC: HuffmanTable = table(
  [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  "000102030405060708090a0b",
);

/** Annex K.3.1, chrominance DC. */
export const STANDARD_CHROMA_DC: HuffmanTable = table(
  [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
  "000102030405060708090a0b",
);

/** Annex K.3.2, luminance AC. */
export const STANDARD_LUMA_AC: HuffmanTable = table(
  [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  `
    01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738
    393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5
    a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa`,
);

/** Annex K.3.2, chrominance AC. */
export const STANDARD_CHROMA_AC: HuffmanTable = table(
  [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
  `
    0001020311040521310612415107617113223281081442 91a1b1c109233352f0156272d10a162434e125f11718191a262728292a353637
    38393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3
    a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa`,
);

/** Whether two tables give the same codes to the same symbols. */
export function equalTables(left: HuffmanTable, right: HuffmanTable): boolean {
  return equals(left.counts, right.counts) && equals(left.symbols, right.symbols);
}

/** `symbols` are hexadecimal digits. */
function table(counts: readonly number[], symbols: string): HuffmanTable {
  return { counts: Uint8Array.from(counts), symbols: decodeHex(symbols.replace(/\s/g, "")) };
}
