/**
 * Baseline JPEGs of given coefficients, with any Huffman tables and restart interval. The encoder is written for a reader, bit by
 * bit, and shares nothing with the one under test.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { ComponentCoefficients } from "../../mjpeg/entropy/coefficients.ts";
import type { HuffmanTable } from "../../mjpeg/jpeg/huffman_tables.ts";

/** What is encoded, and how. */
export interface HuffmanJpeg {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** In one scan, with an MCU of h x v blocks each. */
  readonly components: readonly ComponentCoefficients[];
  /** The first is for the first component, the second for the others. */
  readonly dc: readonly HuffmanTable[];
  /** The same for AC. */
  readonly ac: readonly HuffmanTable[];
  /** MCUs between two restart markers; 0 for none. */
  readonly restartInterval: number;
}

/** Encodes the JPEG. */
export function encodeHuffmanJpeg(jpeg: HuffmanJpeg): Uint8Array {
  const { width, height, components, dc, ac, restartInterval } = jpeg;
  const bytes = (values: Iterable<number>) => Uint8Array.from(values);
  const segment = (marker: number, data: readonly number[]) =>
    bytes([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 0xff, ...data]);
  const tables = (tableClass: number, of: readonly HuffmanTable[]) =>
    of.map(({ counts, symbols }, number) => segment(0xc4, [tableClass << 4 | number, ...counts, ...symbols]));
  return concat([
    bytes([0xff, 0xd8]),
    ...components.map(({ quantTable }, index) => segment(0xdb, [index, ...quantTable])),
    segment(0xc0, [
      ...[8, height >> 8, height & 0xff, width >> 8, width & 0xff, components.length],
      ...components.flatMap(({ h, v }, index) => [index + 1, h << 4 | v, index]),
    ]),
    ...tables(0, dc),
    ...tables(1, ac),
    segment(0xdd, [restartInterval >> 8, restartInterval & 0xff]),
    segment(0xda, [
      components.length,
      ...components.flatMap((_, index) => [index + 1, index === 0 ? 0x00 : 0x11]),
      ...[0, 63, 0],
    ]),
    bytes(scanBytes(jpeg)),
    bytes([0xff, 0xd9]),
  ]);
}

function scanBytes({ components, dc, ac, restartInterval }: HuffmanJpeg): number[] {
  const [{ h, v, blocksPerLine, blockLines }] = components;
  const mcusPerLine = blocksPerLine / h;
  const mcus = mcusPerLine * blockLines / v;
  const codes = { dc: dc.map(codesOf), ac: ac.map(codesOf) };
  const scan: number[] = [];
  let bits = "";
  let predictions = components.map(() => 0);
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (restartInterval > 0 && mcu > 0 && mcu % restartInterval === 0) {
      scan.push(...stuffed(bits), 0xff, 0xd0 + (mcu / restartInterval - 1) % 8);
      bits = "";
      predictions = components.map(() => 0);
    }
    components.forEach((component, index) => {
      const table = Math.min(index, 1);
      for (const block of blocksOf(component, { line: Math.floor(mcu / mcusPerLine), column: mcu % mcusPerLine })) {
        bits += blockBits(block, { prediction: predictions[index], dc: codes.dc[table], ac: codes.ac[table] });
        predictions[index] = block[0];
      }
    });
  }
  return [...scan, ...stuffed(bits)];
}

/** The blocks of an MCU. */
function blocksOf(
  { h, v, blocksPerLine, values }: ComponentCoefficients,
  { line, column }: { readonly line: number; readonly column: number },
): Int16Array[] {
  return Array.from({ length: h * v }, (_, index) => {
    const start = ((line * v + Math.floor(index / h)) * blocksPerLine + column * h + index % h) * 64;
    return values.subarray(start, start + 64);
  });
}

/** Codes as text of 0 and 1, by symbol. */
type Codes = ReadonlyMap<number, string>;

function codesOf({ counts, symbols }: HuffmanTable): Codes {
  const codes = new Map<number, string>();
  let code = 0;
  counts.forEach((count, index) => {
    for (let left = count; left > 0; left--) {
      codes.set(symbols[codes.size], (code++).toString(2).padStart(index + 1, "0"));
    }
    code *= 2;
  });
  return codes;
}

function blockBits(
  block: Int16Array,
  { prediction, dc, ac }: { readonly prediction: number; readonly dc: Codes; readonly ac: Codes },
): string {
  const difference = valueBits(block[0] - prediction);
  let bits = codeOf(dc, difference.length) + difference;
  let run = 0;
  for (const value of block.subarray(1)) {
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) bits += codeOf(ac, 0xf0);
    const own = valueBits(value);
    bits += codeOf(ac, run << 4 | own.length) + own;
    run = 0;
  }
  return run > 0 ? bits + codeOf(ac, 0x00) : bits;
}

function codeOf(codes: Codes, symbol: number): string {
  const code = codes.get(symbol);
  if (code === undefined) throw new RangeError(`The table has no code for symbol ${symbol}`);
  return code;
}

/** The bits of a value: those of a negative one are those of its opposite, each turned over. */
function valueBits(value: number): string {
  if (value === 0) return "";
  const bits = Math.abs(value).toString(2);
  return value > 0 ? bits : bits.replaceAll(/./g, (bit) => bit === "1" ? "0" : "1");
}

/** Whole bytes, the last filled with ones, with a zero byte behind each FF. */
function stuffed(bits: string): number[] {
  const filled = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  return (filled.match(/.{8}/g) ?? []).flatMap((byte) => byte === "11111111" ? [0xff, 0] : [parseInt(byte, 2)]);
}
