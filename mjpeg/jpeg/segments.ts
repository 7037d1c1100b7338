/**
 * The segments of a JPEG up to its entropy-coded data, and what they say (ITU-T T.81, B.2). Stands before everything that
 * looks into a frame: conditioning, the RTP payload, probing.
 *
 * @module
 */

import { MAX_HEADER_SEGMENTS } from "../limits.ts";
import type { HuffmanTable } from "./huffman_tables.ts";
import { EOI, RST0, RST7, SOI, SOS, TEM } from "./markers.ts";

/** Define quantization tables. */
export const DQT = 0xdb;
/** Define Huffman tables. */
export const DHT = 0xc4;
/** Define restart interval. */
export const DRI = 0xdd;
/** Start of frame, baseline DCT. */
export const SOF0 = 0xc0;
/** Start of frame, extended sequential DCT. */
export const SOF1 = 0xc1;
/** Start of frame, progressive DCT. */
export const SOF2 = 0xc2;
/** Adobe's application segment, which tells the colour space. */
export const APP14 = 0xee;
/** Define arithmetic coding conditioning: shares the numbers of the frame headers, but is none. */
const DAC = 0xcc;
/** Reserved for extensions; shares the numbers of the frame headers, too. */
const JPG = 0xc8;

/** A marker segment. */
export interface Segment {
  /** Code of the marker, the byte behind FF. */
  readonly marker: number;
  /** What follows the length; a view of the JPEG. */
  readonly data: Uint8Array;
  /** Offset of the byte behind the segment. */
  readonly end: number;
}

/** A component as SOF has it (T.81, B.2.2). */
export interface FrameComponent {
  /** Component identifier. */
  readonly id: number;
  /** Horizontal sampling factor, 1 to 4. */
  readonly h: number;
  /** Vertical sampling factor, 1 to 4. */
  readonly v: number;
  /** Quantization table, 0 to 3. */
  readonly quantTable: number;
}

/** A frame header, SOF (T.81, B.2.2). */
export interface FrameHeader {
  /** The marker: SOF0, SOF1, SOF2, … */
  readonly marker: number;
  /** Sample precision in bits. */
  readonly precision: number;
  /** Lines; 0 where DNL would tell, which nobody uses. */
  readonly height: number;
  /** Samples a line, from 1. */
  readonly width: number;
  /** 1 to 4 of them. */
  readonly components: readonly FrameComponent[];
}

/** A scan header, SOS (T.81, B.2.3). */
export interface ScanHeader {
  /** The components of the scan, in its order, with their tables. */
  readonly components: readonly { readonly id: number; readonly dcTable: number; readonly acTable: number }[];
  /** Start of spectral selection, 0 to 63. */
  readonly spectralStart: number;
  /** End of spectral selection, 0 to 63. */
  readonly spectralEnd: number;
  /** Successive approximation, high. */
  readonly approximationHigh: number;
  /** Successive approximation, low. */
  readonly approximationLow: number;
}

/** Whether a marker is that of a frame header. */
export function isFrameHeader(marker: number): boolean {
  return marker >= SOF0 && marker <= 0xcf && marker !== DHT && marker !== DAC && marker !== JPG;
}

/**
 * The segment whose marker stands at `offset` or, behind fill bytes, after it; `undefined` at EOI. Throws a `SyntaxError`
 * where there is none.
 */
export function readSegment(jpeg: Uint8Array, offset: number): Segment | undefined {
  let at = offset;
  if (jpeg[at] !== 0xff) throw malformed(`no marker at byte ${at}`);
  while (jpeg[at] === 0xff) at++;
  const marker = jpeg[at++];
  if (marker === EOI) return undefined;
  if (marker === TEM || (marker >= RST0 && marker <= RST7)) return { marker, data: jpeg.subarray(at, at), end: at };
  if (at + 2 > jpeg.length) throw malformed(`it breaks off at byte ${jpeg.length}`);
  const length = jpeg[at] << 8 | jpeg[at + 1];
  if (length < 2 || at + length > jpeg.length) {
    throw malformed(`the segment at byte ${offset} announces ${length} bytes, ${jpeg.length - at} are left`);
  }
  return { marker, data: jpeg.subarray(at + 2, at + length), end: at + length };
}

/** The segments from the start of a JPEG up to and with its first SOS. */
export function* readHeaderSegments(jpeg: Uint8Array): Generator<Segment> {
  if (jpeg[0] !== 0xff || jpeg[1] !== SOI) throw malformed("it does not start with FF D8");
  for (let offset = 2, count = 1;; count++) {
    if (count > MAX_HEADER_SEGMENTS) throw malformed(`more than ${MAX_HEADER_SEGMENTS} segments before its first scan`);
    const segment = readSegment(jpeg, offset);
    if (segment === undefined) throw malformed("it ends before its first scan");
    yield segment;
    if (segment.marker === SOS) return;
    offset = segment.end;
  }
}

/**
 * Where the entropy-coded data from `start` on ends: at the first marker other than a restart, or at the end of the bytes.
 */
export function findScanEnd(jpeg: Uint8Array, start: number): number {
  for (let at = jpeg.indexOf(0xff, start); at >= 0; at = jpeg.indexOf(0xff, at + 1)) {
    const next = jpeg[at + 1];
    if (next === undefined) return at;
    if (next !== 0 && next !== 0xff && !(next >= RST0 && next <= RST7)) return at;
  }
  return jpeg.length;
}

/** SOF. Throws a `SyntaxError` for one that is malformed. */
export function decodeFrameHeader({ marker, data }: Segment): FrameHeader {
  const count = data[5];
  if (data.length < 6 || data.length < 6 + 3 * count || count < 1 || count > 4) {
    throw malformed(`frame header of ${data.length} bytes for ${count} components`);
  }
  const components = Array.from({ length: count }, (_, index) => {
    const at = 6 + 3 * index;
    return { id: data[at], h: data[at + 1] >> 4, v: data[at + 1] & 15, quantTable: data[at + 2] };
  });
  const isValid = ({ h, v, quantTable }: FrameComponent) => h >= 1 && h <= 4 && v >= 1 && v <= 4 && quantTable <= 3;
  if (!components.every(isValid)) throw malformed("frame header with a sampling factor or table out of range");
  const [height, width] = [data[1] << 8 | data[2], data[3] << 8 | data[4]];
  if (width === 0 || height === 0) throw malformed(`a size of ${width}x${height}`);
  return { marker, precision: data[0], height, width, components };
}

/** SOS. Throws a `SyntaxError` for one that is malformed. */
export function decodeScanHeader({ data }: Segment): ScanHeader {
  const count = data[0];
  if (!(count >= 1 && count <= 4) || data.length < 4 + 2 * count) {
    throw malformed(`scan header of ${data.length} bytes for ${count} components`);
  }
  const components = Array.from({ length: count }, (_, index) => {
    const tables = data[2 + 2 * index];
    return { id: data[1 + 2 * index], dcTable: tables >> 4, acTable: tables & 15 };
  });
  const [spectralStart, spectralEnd, approximation] = data.subarray(1 + 2 * count);
  if (spectralStart > 63 || spectralEnd > 63 || components.some(({ dcTable, acTable }) => dcTable > 3 || acTable > 3)) {
    throw malformed("scan header with a table or a spectral selection out of range");
  }
  return {
    components,
    spectralStart,
    spectralEnd,
    approximationHigh: approximation >> 4,
    approximationLow: approximation & 15,
  };
}

/** The tables of a DQT (T.81, B.2.4.1), each 64 values in zig-zag order, by their number. */
export function* decodeQuantTables({ data }: Segment): Generator<{ number: number; values: Uint8Array | Uint16Array }> {
  for (let at = 0; at < data.length;) {
    const [is16Bit, number] = [data[at] >> 4 !== 0, data[at] & 15];
    at++;
    const end = at + (is16Bit ? 128 : 64);
    if (number > 3 || end > data.length) throw malformed(`quantization table ${number} breaks off`);
    const values = is16Bit
      ? Uint16Array.from({ length: 64 }, (_, index) => data[at + 2 * index] << 8 | data[at + 2 * index + 1])
      : data.subarray(at, end);
    yield { number, values };
    at = end;
  }
}

/** The tables of a DHT (T.81, B.2.4.2), by their class, 0 DC or 1 AC, and number. */
export function* decodeHuffmanTables(
  { data }: Segment,
): Generator<{ tableClass: number; number: number; table: HuffmanTable }> {
  for (let at = 0; at < data.length;) {
    const [tableClass, number] = [data[at] >> 4, data[at] & 15];
    const counts = data.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const end = at + 17 + total;
    if (tableClass > 1 || number > 3 || counts.length < 16 || total > 256 || end > data.length) {
      throw malformed(`Huffman table ${number} of class ${tableClass} breaks off`);
    }
    yield { tableClass, number, table: { counts, symbols: data.subarray(at + 17, end) } };
    at = end;
  }
}

/** DRI: MCUs between two restart markers, 0 for none. */
export function decodeRestartInterval({ data }: Segment): number {
  if (data.length < 2) throw malformed("restart interval breaks off");
  return data[0] << 8 | data[1];
}

/** What is wrong with a JPEG, as an error. */
export function malformed(what: string): SyntaxError {
  return new SyntaxError(`Malformed JPEG: ${what}`);
}
