/**
 * Walks the segments of a Huffman-coded JPEG and gives its scans, each with the tables that are in force. They are decoded to
 * coefficients or transcoded.
 *
 * @module
 */

import { STANDARD_CHROMA_AC, STANDARD_CHROMA_DC, STANDARD_LUMA_AC, STANDARD_LUMA_DC } from "../jpeg/huffman_tables.ts";
import { DHT, DQT, DRI, isFrameHeader, isSoiAt, SOF2, SOS } from "../jpeg/markers.ts";
import {
  decodeFrameHeader,
  decodeHuffmanTables,
  decodeQuantTables,
  decodeRestartInterval,
  decodeScanHeader,
  type FrameHeader,
  type ScanHeader,
} from "../jpeg/segment_data.ts";
import { findScanEnd, findSegment, malformed, type Segment } from "../jpeg/segments.ts";
import { MAX_BLOCKS, MAX_BLOCKS_PER_BYTE, MAX_SCANS } from "../limits.ts";
import { createDecoder, type HuffmanDecoder } from "./huffman_codes.ts";

/** A component of the frame, and how many blocks it has. */
export interface ScanComponent {
  readonly id: number;
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
  /** Number of its quantization table. */
  readonly quantNumber: number;
  /** 64 values in zig-zag order; `undefined` where the JPEG has none, or no scan of the component has come. */
  readonly quantTable: Uint8Array | Uint16Array | undefined;
}

/** A component and its tables in a scan; `undefined` for tables that the JPEG does not have. */
export interface ScanPart {
  readonly component: ScanComponent;
  readonly dc: HuffmanDecoder | undefined;
  readonly ac: HuffmanDecoder | undefined;
}

/** One scan of a JPEG. */
export interface Scan extends Omit<ScanHeader, "components"> {
  /** Samples a line of the image. */
  readonly width: number;
  /** Lines of the image. */
  readonly height: number;
  readonly isProgressive: boolean;
  /** All components of the frame, in the order of its header. Each is the same object in all scans. */
  readonly components: readonly ScanComponent[];
  /** Those of this scan, in its order. */
  readonly parts: readonly ScanPart[];
  /** MCUs between two restart markers; 0 for none. */
  readonly restartInterval: number;
  /** The entropy-coded data. */
  readonly data: Uint8Array;
}

/** What segments between scans may change. Tables are by number. */
interface Tables {
  readonly dc: (HuffmanDecoder | undefined)[];
  readonly ac: (HuffmanDecoder | undefined)[];
  readonly quant: (Uint8Array | Uint16Array | undefined)[];
  restartInterval: number;
}

/** A component's quantization table is the one in force at its first scan. */
type Component = { -readonly [Key in keyof ScanComponent]: ScanComponent[Key] };

const STANDARD_DC = [STANDARD_LUMA_DC, STANDARD_CHROMA_DC].map(createDecoder);
const STANDARD_AC = [STANDARD_LUMA_AC, STANDARD_CHROMA_AC].map(createDecoder);

/**
 * Gives the scans of sequential and progressive JPEGs. Missing Huffman tables are the standard ones, as in frames of AVI files. Throws a
 * `SyntaxError` for a JPEG that is malformed, and a `RangeError` for one that exceeds the limits; before or between the scans.
 */
export function* readScans(jpeg: Uint8Array): Generator<Scan> {
  if (!isSoiAt(jpeg, 0)) throw malformed("it does not start with FF D8");
  const tables: Tables = { dc: [...STANDARD_DC], ac: [...STANDARD_AC], quant: [], restartInterval: 0 };
  let frame: FrameHeader | undefined;
  let components: readonly Component[] = [];
  let scans = 0;
  for (let segment = findSegment(jpeg, 2); segment !== undefined;) {
    let next = segment.end;
    if (segment.marker === SOS) {
      if (frame === undefined) throw malformed("a scan before the frame header");
      if (scans++ === MAX_SCANS) throw new RangeError(`Cannot decode more than ${MAX_SCANS} scans of a JPEG`);
      const scan = decodeScanHeader(segment);
      next = findScanEnd(jpeg, segment.end);
      yield {
        ...scan,
        width: frame.width,
        height: frame.height,
        isProgressive: frame.marker === SOF2,
        components,
        parts: chooseParts(scan, { components, tables }),
        restartInterval: tables.restartInterval,
        data: jpeg.subarray(segment.end, next),
      };
      // Without EOI, the last scan ends with the bytes.
      if (next + 1 >= jpeg.length) return;
    } else if (isFrameHeader(segment.marker)) {
      if (frame !== undefined) throw malformed("a second frame header");
      frame = decodeFrameHeader(segment);
      components = layOut(frame, jpeg.length);
    } else {
      takeTables(segment, tables);
    }
    segment = findSegment(jpeg, next);
  }
}

function takeTables(segment: Segment, tables: Tables): void {
  if (segment.marker === DQT) {
    for (const { number, values } of decodeQuantTables(segment)) tables.quant[number] = values;
  } else if (segment.marker === DHT) {
    for (const { tableClass, number, table } of decodeHuffmanTables(segment)) {
      (tableClass === 0 ? tables.dc : tables.ac)[number] = createDecoder(table);
    }
  } else if (segment.marker === DRI) {
    tables.restartInterval = decodeRestartInterval(segment);
  }
}

function layOut({ width, height, components }: FrameHeader, jpegBytes: number): Component[] {
  const maxH = Math.max(...components.map(({ h }) => h));
  const maxV = Math.max(...components.map(({ v }) => v));
  const mcusPerLine = Math.ceil(width / (8 * maxH));
  const mcuLines = Math.ceil(height / (8 * maxV));
  const blocks = components.reduce((sum, { h, v }) => sum + mcusPerLine * h * mcuLines * v, 0);
  if (blocks > MAX_BLOCKS) {
    throw new RangeError(`Cannot decode ${width}x${height}: ${blocks} blocks, at most ${MAX_BLOCKS} are decoded`);
  }
  if (blocks > jpegBytes * MAX_BLOCKS_PER_BYTE) {
    throw malformed(`${jpegBytes} bytes cannot hold the ${blocks} blocks of ${width}x${height}`);
  }
  return components.map(({ id, h, v, quantTable }) => ({
    id,
    h,
    v,
    blocksPerLine: mcusPerLine * h,
    blockLines: mcuLines * v,
    ownBlocksPerLine: Math.ceil(Math.ceil(width * h / maxH) / 8),
    ownBlockLines: Math.ceil(Math.ceil(height * v / maxV) / 8),
    quantNumber: quantTable,
    quantTable: undefined,
  }));
}

/** The components of a scan with its tables. */
function chooseParts(
  scan: ScanHeader,
  { components, tables }: { readonly components: readonly Component[]; readonly tables: Tables },
): ScanPart[] {
  return scan.components.map(({ id, dcTable, acTable }) => {
    const component = components.find((candidate) => candidate.id === id);
    if (component === undefined) throw malformed(`a scan of component ${id}, which the frame header does not have`);
    component.quantTable ??= tables.quant[component.quantNumber];
    return { component, dc: tables.dc[dcTable], ac: tables.ac[acTable] };
  });
}
