/**
 * Decodes one scan: walks its MCUs and restart intervals (ITU-T T.81, A.2 and F.2.1.3), and hands each block to the block
 * decoder.
 *
 * @module
 */

import { malformed } from "../jpeg/segments.ts";
import { BitReader } from "./bit_reader.ts";
import { BlockDecoder, type BlockTarget } from "./block_decoder.ts";
import { type HuffmanDecoder, LOOKUP_BITS } from "./huffman_codes.ts";
import type { Scan, ScanComponent } from "./scans.ts";

/**
 * Decodes a scan into the coefficients of its components: 64 a block, in zig-zag order. Malformed or truncated data ends its restart interval; the coefficients
 * from there on stay as they are. Returns what is wrong with the first such interval, or `undefined`.
 */
export function decodeScan(scan: Scan, values: ReadonlyMap<ScanComponent, Int16Array>): string | undefined {
  return new ScanDecoder(scan, values).decode();
}

/** A part while it is being decoded. */
interface Part extends BlockTarget {
  readonly component: ScanComponent;
}

/** Stands for a missing table: no bits are a code of it. */
const NO_TABLE: HuffmanDecoder = {
  lookup: new Uint16Array(1 << LOOKUP_BITS),
  maxCode: new Int32Array(17).fill(-1),
  offset: new Int32Array(17),
  counts: new Uint8Array(16),
  symbols: new Uint8Array(0),
};

class ScanDecoder {
  readonly #reader: BitReader;
  readonly #blocks: BlockDecoder;
  readonly #parts: readonly Part[];
  readonly #restartInterval: number;

  constructor(scan: Scan, values: ReadonlyMap<ScanComponent, Int16Array>) {
    this.#reader = new BitReader(scan.data);
    this.#blocks = new BlockDecoder(this.#reader, scan);
    this.#parts = scan.parts.map(({ component, dc = NO_TABLE, ac = NO_TABLE }) => ({
      component,
      values: values.get(component)!,
      dc,
      ac,
      prediction: 0,
    }));
    this.#restartInterval = scan.restartInterval;
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
