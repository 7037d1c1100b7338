/**
 * Transcodes a baseline JPEG to the standard Huffman tables symbol by symbol: each code becomes another one, the bits of its value are
 * copied (ITU-T T.81, F.1.2). That takes a third of the time of decoding coefficients and encoding them. Restart markers are left
 * out.
 *
 * @module
 */

import { malformed } from "../jpeg/segments.ts";
import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { BLOCK_END, type CodeMap, codeOf, coefficientsOf, createCodeMap } from "./code_map.ts";
import { extendValue, findCode, type HuffmanDecoder, type HuffmanEncoder, LOOKUP_BITS } from "./huffman_codes.ts";
import { CHROMA, LUMA, writeValue } from "./scan_encoder.ts";
import { readScans, type Scan, type ScanPart } from "./scans.ts";

/** Most bytes a block can take: 64 codes of 16 bits and values of 11. */
const BLOCK_MAX_BYTES = 64 * 4;

/** A JPEG in the standard tables. */
export interface TranscodedJpeg {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** Those of the three components, in zig-zag order. */
  readonly quantTables: readonly (Uint8Array | Uint16Array)[];
  /** The entropy-coded data, in one interleaved scan without restart markers. */
  readonly scan: Uint8Array;
}

/**
 * Transcodes a whole JPEG of one interleaved sequential scan whose chroma blocks are one an MCU. Gives `undefined` for any other, and
 * for a damaged one: its coefficients have to be decoded, which also tells what is wrong.
 */
export function transcodeSymbols(jpeg: Uint8Array): TranscodedJpeg | undefined {
  try {
    const [scan, second] = readScans(jpeg);
    if (scan === undefined || second !== undefined || !isPlainScan(scan)) return undefined;
    const { width, height, components } = scan;
    const quantTables = components.flatMap(({ quantTable }) => quantTable ?? []);
    if (quantTables.length < components.length) return undefined;
    return { width, height, quantTables, scan: new ScanTranscoder(scan).transcode() };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function isPlainScan({ isProgressive, components, parts }: Scan): boolean {
  return !isProgressive && components.length === 3 && parts.length === 3 &&
    parts.every(({ component }, index) => component === components[index]) &&
    components[1].h === 1 && components[1].v === 1 && components[2].h === 1 && components[2].v === 1;
}

/** A component while it is being transcoded. */
interface Component {
  readonly dc: HuffmanDecoder;
  readonly dcEncoder: HuffmanEncoder;
  readonly ac: CodeMap;
  /** The last DC coefficient that was read in this restart interval. */
  readPrediction: number;
  /** The last DC coefficient that was written. */
  writtenPrediction: number;
}

/** Throws a `SyntaxError` or a `RangeError` for what it cannot transcode. */
class ScanTranscoder {
  readonly #reader: BitReader;
  readonly #writer: BitWriter;
  readonly #components: readonly Component[];
  /** The component of each block of an MCU. */
  readonly #blocks: readonly Component[];
  readonly #mcus: number;
  readonly #restartInterval: number;

  constructor({ data, parts, restartInterval }: Scan) {
    this.#reader = new BitReader(data);
    // The standard tables make most data somewhat larger.
    this.#writer = new BitWriter(data.length + (data.length >> 2));
    this.#components = parts.map(createComponent);
    this.#blocks = parts.flatMap(({ component: { h, v } }, index) => Array(h * v).fill(this.#components[index]));
    const { blocksPerLine, blockLines } = parts[1].component;
    this.#mcus = blocksPerLine * blockLines;
    this.#restartInterval = restartInterval || this.#mcus;
  }

  transcode(): Uint8Array {
    for (let start = 0; start < this.#mcus; start += this.#restartInterval) {
      if (start > 0) this.#restart();
      this.#transcodeMcus(Math.min(this.#restartInterval, this.#mcus - start));
    }
    return this.#writer.finish();
  }

  #restart(): void {
    if (!this.#reader.nextInterval()) throw malformed("a restart marker is missing");
    for (const component of this.#components) component.readPrediction = 0;
  }

  #transcodeMcus(count: number): void {
    const blocks = this.#blocks;
    for (let mcu = 0; mcu < count; mcu++) {
      this.#writer.reserve(blocks.length * BLOCK_MAX_BYTES);
      for (let index = 0; index < blocks.length; index++) {
        this.#transcodeDc(blocks[index]);
        this.#transcodeAc(blocks[index].ac);
      }
      if (this.#reader.isPastEnd) throw malformed("its entropy-coded data is truncated");
    }
  }

  #transcodeDc(component: Component): void {
    const reader = this.#reader;
    const entry = findCode(component.dc, reader.peek());
    reader.skip(entry >> 8);
    const size = entry & 0xff;
    if (size > 15) throw malformed(`a value of ${size} bits`);
    const value = component.readPrediction + extendValue(reader.read(size), size);
    if (value !== value << 16 >> 16) throw malformed(`a DC coefficient of ${value}`);
    writeValue(this.#writer, value - component.writtenPrediction, { table: component.dcEncoder, run: 0 });
    component.readPrediction = component.writtenPrediction = value;
  }

  #transcodeAc(map: CodeMap): void {
    const { steps, codes } = map;
    const reader = this.#reader;
    const writer = this.#writer;
    let k = 1;
    while (k < 64) {
      const bits = reader.peek();
      const index = bits >>> (32 - LOOKUP_BITS);
      const step = steps[index];
      if (step === 0) {
        k += this.#transcodeLongCode(map);
        continue;
      }
      const length = step & 0xff;
      reader.skip(length);
      const code = codes[index];
      const value = bits >>> (32 - length) & ((1 << (step >> 8 & 15)) - 1);
      writer.write(code & 0xffffff | value, code >> 24);
      k += step >> 16;
    }
    if (k > 64 && k < BLOCK_END) throw malformed("a run beyond the end of a block");
  }

  /** Transcodes what the map has no place for, and returns the number of coefficients. */
  #transcodeLongCode({ from, to }: CodeMap): number {
    const entry = findCode(from, this.#reader.peek());
    this.#reader.skip(entry >> 8);
    const symbol = entry & 0xff;
    const code = codeOf(to, symbol);
    if (code === 0) throw malformed(`a coefficient of ${symbol & 15} bits`);
    this.#writer.write(code & 0xffff, code >> 16);
    this.#writer.write(this.#reader.read(symbol & 15), symbol & 15);
    return coefficientsOf(symbol);
  }
}

function createComponent({ dc, ac }: ScanPart, index: number): Component {
  if (dc === undefined || ac === undefined) throw malformed("a scan without its Huffman tables");
  const { dc: dcEncoder, ac: acEncoder } = index === 0 ? LUMA : CHROMA;
  return { dc, dcEncoder, ac: createCodeMap(ac, acEncoder), readPrediction: 0, writtenPrediction: 0 };
}
