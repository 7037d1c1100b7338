/**
 * What the segments of a JPEG hold: frame and scan headers, quantization and Huffman tables, restart intervals (ITU-T T.81,
 * B.2). Every decoder here throws a `SyntaxError` for malformed data; tables are views of the JPEG where that is possible.
 *
 * @module
 */

import type { HuffmanTable } from "./huffman_tables.ts";
import { malformed, type Segment } from "./segments.ts";

/** A component in SOF (T.81, B.2.2). */
export interface FrameComponent {
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
  /** SOF0, SOF1, SOF2, … */
  readonly marker: number;
  /** Sample precision in bits. */
  readonly precision: number;
  /** Lines, from 1. A height of 0, which DNL would give later, is refused: no encoder uses it. */
  readonly height: number;
  /** Samples a line, from 1. */
  readonly width: number;
  /** 1 to 4. */
  readonly components: readonly FrameComponent[];
}

/** A scan header, SOS (T.81, B.2.3). */
export interface ScanHeader {
  /** In the order of the scan; tables by number, 0 to 3. */
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

/** Decodes SOF (T.81, B.2.2). */
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

/** Decodes SOS (T.81, B.2.3). */
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

/**
 * Decodes DQT (T.81, B.2.4.1): tables of 64 values in zig-zag order, by number. Bytes behind the last table are passed over, as ffmpeg
 * does.
 */
export function* decodeQuantTables({ data }: Segment): Generator<{ number: number; values: Uint8Array | Uint16Array }> {
  for (let at = 0; at < data.length;) {
    const [is16Bit, number] = [data[at] >> 4 !== 0, data[at] & 15];
    at++;
    const end = at + (is16Bit ? 128 : 64);
    if (end > data.length && at > 1) return;
    if (number > 3 || end > data.length) throw malformed(`quantization table ${number} is truncated`);
    const values = is16Bit
      ? Uint16Array.from({ length: 64 }, (_, index) => data[at + 2 * index] << 8 | data[at + 2 * index + 1])
      : data.subarray(at, end);
    yield { number, values };
    at = end;
  }
}

/** Decodes DHT (T.81, B.2.4.2): tables by class, 0 for DC and 1 for AC, and number. */
export function* decodeHuffmanTables(
  { data }: Segment,
): Generator<{ tableClass: number; number: number; table: HuffmanTable }> {
  for (let at = 0; at < data.length;) {
    const [tableClass, number] = [data[at] >> 4, data[at] & 15];
    const counts = data.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const end = at + 17 + total;
    if (tableClass > 1 || number > 3 || counts.length < 16 || total > 256 || end > data.length) {
      throw malformed(`Huffman table ${number} of class ${tableClass} is truncated`);
    }
    yield { tableClass, number, table: { counts, symbols: data.subarray(at + 17, end) } };
    at = end;
  }
}

/** Decodes DRI (T.81, B.2.4.4): MCUs between two restart markers, 0 for none. */
export function decodeRestartInterval({ data }: Segment): number {
  if (data.length < 2) throw malformed("restart interval is truncated");
  return data[0] << 8 | data[1];
}
