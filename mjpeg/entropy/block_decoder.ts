/**
 * Decodes the blocks of a scan: entropy-coded bits to coefficients, sequential (ITU-T T.81, F.2.2) or progressive (G.2).
 *
 * @module
 */

import { malformed } from "../jpeg/segments.ts";
import { type BitReader, PEEKED_BITS } from "./bit_reader.ts";
import { extendValue, findCode, type HuffmanDecoder, SIXTEEN_ZEROS } from "./huffman_codes.ts";
import type { Scan } from "./scans.ts";

/** What the blocks of one component need. */
export interface BlockTarget {
  /** 64 coefficients a block, in zig-zag order. */
  readonly values: Int16Array;
  readonly dc: HuffmanDecoder;
  readonly ac: HuffmanDecoder;
  /** The DC coefficient of the block before. */
  prediction: number;
}

/** Decodes one block, whose 64 coefficients begin at index `block` of the values. */
export type DecodeBlock = (target: BlockTarget, block: number) => void;

/** How the blocks of a scan are coded. */
export type BlockCoding = Pick<
  Scan,
  "isProgressive" | "spectralStart" | "spectralEnd" | "approximationHigh" | "approximationLow"
>;

/** Which coefficients a progressive scan brings, and from which bit on. */
interface Band {
  readonly start: number;
  readonly end: number;
  readonly low: number;
}

/** Decodes one block after the other. */
export class BlockDecoder {
  /** Throws a `SyntaxError` for malformed data. */
  readonly decode: DecodeBlock;
  readonly #reader: BitReader;
  /** Blocks that the end-of-band run of a progressive scan still covers. */
  #endOfBandRun = 0;

  constructor(reader: BitReader, coding: BlockCoding) {
    this.#reader = reader;
    this.decode = this.#chooseDecoder(coding);
  }

  /** Starts the next restart interval, at which the reader is. */
  restart(): void {
    this.#endOfBandRun = 0;
  }

  #chooseDecoder(coding: BlockCoding): DecodeBlock {
    const { isProgressive, spectralStart, spectralEnd, approximationHigh, approximationLow } = coding;
    if (!isProgressive) return (target, block) => this.#decodeSequential(target, block);
    if (spectralStart > spectralEnd || approximationLow > 13) throw malformed("a progressive scan out of range");
    const band: Band = { start: spectralStart, end: spectralEnd, low: approximationLow };
    if (spectralStart === 0) {
      return approximationHigh === 0
        ? (target, block) => this.#decodeDcFirst(target, block, band.low)
        : (target, block) => this.#refineDc(target, block, band.low);
    }
    return approximationHigh === 0
      ? (target, block) => this.#decodeAcFirst(target, block, band)
      : (target, block) => this.#refineAc(target, block, band);
  }

  #decodeSequential(target: BlockTarget, block: number): void {
    const { values, dc, ac } = target;
    const reader = this.#reader;
    target.prediction += this.#signed(this.#symbol(dc));
    values[block] = target.prediction;
    for (let k = 1; k < 64; k++) {
      const bits = reader.peek();
      const entry = findCode(ac, bits);
      const length = entry >> 8;
      const size = entry & 15;
      if (size === 0) {
        reader.skip(length);
        if ((entry & 0xff) !== SIXTEEN_ZEROS) return;
        k += 15;
        continue;
      }
      k += entry >> 4 & 15;
      if (k > 63) throw malformed("a run beyond the end of a block");
      // Nearly always the value is among the bits that were peeked for the code.
      const end = length + size;
      const isPeeked = end <= PEEKED_BITS;
      reader.skip(isPeeked ? end : length);
      const value = isPeeked ? bits >>> (32 - end) & ((1 << size) - 1) : reader.read(size);
      values[block + k] = extendValue(value, size);
    }
  }

  #decodeDcFirst(target: BlockTarget, block: number, low: number): void {
    target.prediction += this.#signed(this.#symbol(target.dc));
    target.values[block] = target.prediction << low;
  }

  #refineDc({ values }: BlockTarget, block: number, low: number): void {
    if (this.#reader.readBit() === 1) values[block] |= 1 << low;
  }

  #decodeAcFirst(
    { values, ac }: BlockTarget,
    block: number,
    { start, end, low }: Band,
  ): void {
    if (this.#endOfBandRun > 0) {
      this.#endOfBandRun--;
      return;
    }
    for (let k = start; k <= end; k++) {
      const symbol = this.#symbol(ac);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0) {
        if (run < 15) {
          this.#endOfBandRun = (1 << run) - 1 + this.#reader.read(run);
          return;
        }
        k += 15;
        continue;
      }
      k += run;
      if (k > end) throw malformed("a run beyond the end of a band");
      values[block + k] = this.#signed(size) * (1 << low);
    }
  }

  /** T.81, G.1.2.3: correction bits for coefficients that are known, and new coefficients of one bit between them. */
  #refineAc(
    { values, ac }: BlockTarget,
    block: number,
    { start, end, low }: Band,
  ): void {
    const bit = 1 << low;
    let k = start;
    if (this.#endOfBandRun === 0) {
      for (; k <= end; k++) {
        const symbol = this.#symbol(ac);
        let run = symbol >> 4;
        let value = 0;
        if ((symbol & 15) !== 0) {
          value = this.#reader.readBit() === 1 ? bit : -bit;
        } else if (run < 15) {
          this.#endOfBandRun = (1 << run) + this.#reader.read(run);
          break;
        }
        for (; k <= end; k++) {
          if (values[block + k] !== 0) this.#correct(values, block + k, bit);
          else if (run-- === 0) break;
        }
        if (value !== 0) {
          if (k > end) throw malformed("a run beyond the end of a band");
          values[block + k] = value;
        }
      }
    }
    if (this.#endOfBandRun > 0) {
      for (; k <= end; k++) if (values[block + k] !== 0) this.#correct(values, block + k, bit);
      this.#endOfBandRun--;
    }
  }

  #correct(values: Int16Array, at: number, bit: number): void {
    if (this.#reader.readBit() === 1 && (values[at] & bit) === 0) values[at] += values[at] > 0 ? bit : -bit;
  }

  #symbol(table: HuffmanDecoder): number {
    const entry = findCode(table, this.#reader.peek());
    this.#reader.skip(entry >> 8);
    return entry & 0xff;
  }

  #signed(size: number): number {
    if (size > 15) throw malformed(`a value of ${size} bits`);
    return extendValue(this.#reader.read(size), size);
  }
}
