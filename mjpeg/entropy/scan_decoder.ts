/**
 * One scan's entropy-coded data to the coefficients of its components' blocks, sequential or progressive (ITU-T T.81, F.2 and
 * G.2).
 *
 * @module
 */

import { BitReader } from "./bit_reader.ts";
import { type HuffmanDecoder, LOOKUP_BITS } from "../jpeg/huffman_tables.ts";
import { malformed, type ScanHeader } from "../jpeg/segments.ts";

/** A component as far as a scan goes over it. */
export interface ScannedComponent {
  /** Horizontal sampling factor. */
  readonly h: number;
  /** Vertical sampling factor. */
  readonly v: number;
  /** Blocks a line, filled up to whole MCUs. */
  readonly blocksPerLine: number;
  /** Lines of blocks, filled up to whole MCUs. */
  readonly blockLines: number;
  /** Blocks a line that the picture covers: the extent of a scan of this component alone. */
  readonly ownBlocksPerLine: number;
  /** Lines of blocks that the picture covers. */
  readonly ownBlockLines: number;
  /** 64 values a block, in zig-zag order. */
  readonly values: Int16Array;
}

/** A component's part in a scan. */
export interface ScanPart {
  /** Where the values go. */
  readonly component: ScannedComponent;
  /** The table of its DC values, where there is one. */
  readonly dc: HuffmanDecoder | undefined;
  /** The table of its AC values, where there is one. */
  readonly ac: HuffmanDecoder | undefined;
}

/** How a scan is coded. */
export interface ScanOptions extends ScanHeader {
  /** Whether the frame is progressive. */
  readonly isProgressive: boolean;
  /** MCUs between two restart markers; 0 for none. */
  readonly restartInterval: number;
}

/** Decodes a scan into the values of its components. Throws a `SyntaxError` for what is malformed or breaks off. */
export function decodeScan(data: Uint8Array, parts: readonly ScanPart[], options: ScanOptions): void {
  new ScanDecoder(data, parts.map(toState), options).decode();
}

/** A part while it is being decoded. */
interface PartState {
  readonly component: ScannedComponent;
  readonly dc: HuffmanDecoder;
  readonly ac: HuffmanDecoder;
  /** The last DC value. */
  prediction: number;
}

/** The symbol of a run of sixteen zeros (T.81, F.1.2.2.1). */
const SIXTEEN_ZEROS = 0xf0;

/** Stands for a table that is missing: it has no codes. */
const NO_TABLE: HuffmanDecoder = {
  lookup: new Uint16Array(1 << LOOKUP_BITS),
  maxCode: new Int32Array(17).fill(-1),
  offset: new Int32Array(17),
  symbols: new Uint8Array(0),
};

function toState({ component, dc = NO_TABLE, ac = NO_TABLE }: ScanPart): PartState {
  return { component, dc, ac, prediction: 0 };
}

class ScanDecoder {
  readonly #reader: BitReader;
  readonly #parts: readonly PartState[];
  readonly #options: ScanOptions;
  /** Blocks for which the end-of-band run of a progressive scan still holds. */
  #endOfBandRun = 0;
  #mcusToRestart: number;

  constructor(data: Uint8Array, parts: readonly PartState[], options: ScanOptions) {
    this.#reader = new BitReader(data);
    this.#parts = parts;
    this.#options = options;
    this.#mcusToRestart = options.restartInterval;
  }

  decode(): void {
    const decodeBlock = this.#blockDecoder();
    const [first] = this.#parts;
    const isAlone = this.#parts.length === 1;
    const { h, v, blocksPerLine, blockLines, ownBlocksPerLine, ownBlockLines } = first.component;
    const mcusPerLine = isAlone ? ownBlocksPerLine : blocksPerLine / h;
    const mcuLines = isAlone ? ownBlockLines : blockLines / v;
    for (let line = 0; line < mcuLines; line++) {
      for (let column = 0; column < mcusPerLine; column++) {
        this.#beginMcu();
        if (isAlone) decodeBlock(first, (line * blocksPerLine + column) * 64);
        else for (const part of this.#parts) this.#decodeMcu(decodeBlock, part, { line, column });
        if (this.#reader.isPastEnd) throw malformed("its entropy-coded data breaks off");
      }
    }
  }

  #decodeMcu(
    decodeBlock: (part: PartState, block: number) => void,
    part: PartState,
    { line, column }: { line: number; column: number },
  ): void {
    const { h, v, blocksPerLine } = part.component;
    for (let y = 0; y < v; y++) {
      const start = ((line * v + y) * blocksPerLine + column * h) * 64;
      for (let x = 0; x < h; x++) decodeBlock(part, start + x * 64);
    }
  }

  #beginMcu(): void {
    const { restartInterval } = this.#options;
    if (restartInterval === 0) return;
    if (this.#mcusToRestart === 0) {
      this.#reader.nextInterval();
      for (const part of this.#parts) part.prediction = 0;
      this.#endOfBandRun = 0;
      this.#mcusToRestart = restartInterval;
    }
    this.#mcusToRestart--;
  }

  #blockDecoder(): (part: PartState, block: number) => void {
    const { isProgressive, spectralStart, spectralEnd, approximationHigh, approximationLow } = this.#options;
    if (!isProgressive) return (part, block) => this.#decodeSequential(part, block);
    if (spectralStart > spectralEnd || approximationLow > 13) throw malformed("a progressive scan out of range");
    const band = { start: spectralStart, end: spectralEnd, low: approximationLow };
    if (spectralStart === 0) {
      return approximationHigh === 0
        ? (part, block) => this.#decodeDcFirst(part, block, band.low)
        : (part, block) => this.#refineDc(part, block, band.low);
    }
    return approximationHigh === 0
      ? (part, block) => this.#decodeAcFirst(part, block, band)
      : (part, block) => this.#refineAc(part, block, band);
  }

  #decodeSequential(part: PartState, block: number): void {
    const { component: { values }, dc, ac } = part;
    const reader = this.#reader;
    part.prediction += this.#signed(this.#symbol(dc));
    values[block] = part.prediction;
    for (let k = 1; k < 64; k++) {
      const bits = reader.peek16();
      const entry = ac.lookup[bits >> (16 - LOOKUP_BITS)] || findLong(ac, bits);
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
      // Mostly the value was looked at together with its code.
      const end = length + size;
      reader.skip(end <= 16 ? end : length);
      const value = end <= 16 ? bits >> (16 - end) & ((1 << size) - 1) : reader.read(size);
      values[block + k] = extend(value, size);
    }
  }

  #decodeDcFirst(part: PartState, block: number, low: number): void {
    part.prediction += this.#signed(this.#symbol(part.dc));
    part.component.values[block] = part.prediction << low;
  }

  #refineDc({ component }: PartState, block: number, low: number): void {
    if (this.#reader.readBit() === 1) component.values[block] |= 1 << low;
  }

  #decodeAcFirst(
    { component: { values }, ac }: PartState,
    block: number,
    { start, end, low }: { start: number; end: number; low: number },
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

  /** T.81, G.1.2.3: correction bits for what is known already, and new values of one bit between them. */
  #refineAc(
    { component: { values }, ac }: PartState,
    block: number,
    { start, end, low }: { start: number; end: number; low: number },
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
    const bits = this.#reader.peek16();
    const entry = table.lookup[bits >> (16 - LOOKUP_BITS)] || findLong(table, bits);
    this.#reader.skip(entry >> 8);
    return entry & 0xff;
  }

  #signed(size: number): number {
    if (size > 15) throw malformed(`a value of ${size} bits`);
    return size === 0 ? 0 : extend(this.#reader.read(size), size);
  }
}

/** EXTEND of T.81, F.2.2.1, without a branch: signs are as good as random. */
function extend(value: number, size: number): number {
  const isNegative = (value - (1 << (size - 1))) >> 31;
  return value + (isNegative & (1 - (1 << size)));
}

/** The entry, length << 8 | symbol, of a code at the start of 16 bits that is longer than what the lookup has. */
function findLong({ maxCode, offset, symbols }: HuffmanDecoder, bits: number): number {
  for (let length = LOOKUP_BITS + 1; length <= 16; length++) {
    const code = bits >> (16 - length);
    if (code <= maxCode[length]) return length << 8 | symbols[code + offset[length]];
  }
  throw malformed("a code that its Huffman table does not have, or a scan without the table");
}
