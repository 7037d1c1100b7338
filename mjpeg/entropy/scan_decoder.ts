/**
 * Decodes one scan: walks its MCUs and restart intervals (ITU-T T.81, A.2 and F.2.1.3), and hands each block to the block
 * decoder.
 *
 * @module
 */

import type { ScanHeader } from "../jpeg/segment_data.ts";
import { malformed } from "../jpeg/segments.ts";
import { BitReader } from "./bit_reader.ts";
import { BlockDecoder, type BlockTarget } from "./block_decoder.ts";
import { type HuffmanDecoder, LOOKUP_BITS } from "./huffman_codes.ts";

/** What a scan needs of a component. */
export interface ScannedComponent {
  /** Horizontal sampling factor. */
  readonly h: number;
  /** Vertical sampling factor. */
  readonly v: number;
  /** Blocks a line, with those that fill up the last MCU. */
  readonly blocksPerLine: number;
  /** Lines of blocks, with those that fill up the last MCUs. */
  readonly blockLines: number;
  /** Blocks a line that the image covers; a scan of this component alone has no more. */
  readonly ownBlocksPerLine: number;
  /** Lines of blocks that the image covers. */
  readonly ownBlockLines: number;
  /** Where its coefficients go: 64 a block, in zig-zag order. */
  readonly values: Int16Array;
}

/** A component and its tables in a scan; `undefined` for tables that the JPEG does not have. */
export interface ScanPart {
  readonly component: ScannedComponent;
  readonly dc: HuffmanDecoder | undefined;
  readonly ac: HuffmanDecoder | undefined;
}

/** How a scan is coded. */
export interface ScanOptions extends ScanHeader {
  readonly isProgressive: boolean;
  /** MCUs between two restart markers; 0 for none. */
  readonly restartInterval: number;
}

/**
 * Decodes a scan into the coefficients of its components. Malformed or truncated data ends its restart interval; the coefficients
 * from there on stay as they are. Returns what is wrong with the first such interval, or `undefined`.
 */
export function decodeScan(data: Uint8Array, parts: readonly ScanPart[], options: ScanOptions): string | undefined {
  return new ScanDecoder(data, parts, options).decode();
}

/** A part while it is being decoded. */
interface Part extends BlockTarget {
  readonly component: ScannedComponent;
}

/** Stands for a missing table: no bits are a code of it. */
const NO_TABLE: HuffmanDecoder = {
  lookup: new Uint16Array(1 << LOOKUP_BITS),
  maxCode: new Int32Array(17).fill(-1),
  offset: new Int32Array(17),
  symbols: new Uint8Array(0),
};

class ScanDecoder {
  readonly #reader: BitReader;
  readonly #blocks: BlockDecoder;
  readonly #parts: readonly Part[];
  readonly #restartInterval: number;

  constructor(data: Uint8Array, parts: readonly ScanPart[], options: ScanOptions) {
    this.#reader = new BitReader(data);
    this.#blocks = new BlockDecoder(this.#reader, options);
    this.#parts = parts.map(({ component, dc = NO_TABLE, ac = NO_TABLE }) => ({
      component,
      values: component.values,
      dc,
      ac,
      prediction: 0,
    }));
    this.#restartInterval = options.restartInterval;
  }

  decode(): string | undefined {
    const [first] = this.#parts;
    // Only a scan of one component leaves out the blocks that fill up MCUs (T.81, A.2.2).
    const isAlone = this.#parts.length === 1;
    const { h, v, blocksPerLine, blockLines, ownBlocksPerLine, ownBlockLines } = first.component;
    const mcusPerLine = isAlone ? ownBlocksPerLine : blocksPerLine / h;
    const count = mcusPerLine * (isAlone ? ownBlockLines : blockLines / v);
    const interval = this.#restartInterval || count;
    let damage: string | undefined;
    for (let start = 0; start < count; start += interval) {
      if (start > 0 && !this.#restart()) return damage ?? "a restart marker is missing";
      try {
        this.#decodeInterval({ start, end: Math.min(start + interval, count), mcusPerLine });
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        damage ??= error.message;
      }
    }
    return damage;
  }

  /** Decodes MCUs `start` to `end`, the end not included. */
  #decodeInterval({ start, end, mcusPerLine }: { start: number; end: number; mcusPerLine: number }): void {
    const [first] = this.#parts;
    const isAlone = this.#parts.length === 1;
    let line = Math.floor(start / mcusPerLine);
    let column = start % mcusPerLine;
    for (let mcu = start; mcu < end; mcu++) {
      if (isAlone) this.#blocks.decode(first, (line * first.component.blocksPerLine + column) * 64);
      else for (const part of this.#parts) this.#decodeMcu(part, { line, column });
      if (this.#reader.isPastEnd) throw malformed("its entropy-coded data is truncated");
      if (++column < mcusPerLine) continue;
      column = 0;
      line++;
    }
  }

  #decodeMcu(part: Part, { line, column }: { readonly line: number; readonly column: number }): void {
    const { h, v, blocksPerLine } = part.component;
    for (let y = 0; y < v; y++) {
      const start = ((line * v + y) * blocksPerLine + column * h) * 64;
      for (let x = 0; x < h; x++) this.#blocks.decode(part, start + x * 64);
    }
  }

  /** Moves to the next restart interval; false where there is none. */
  #restart(): boolean {
    this.#blocks.restart();
    for (const part of this.#parts) part.prediction = 0;
    return this.#reader.nextInterval();
  }
}
