/**
 * Decodes a JPEG to its quantized DCT coefficients, sequential or progressive. From them it can be transcoded losslessly.
 * Walks the segments and hands each scan to the scan decoder.
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
import { decodeScan, type ScannedComponent, type ScanPart } from "./scan_decoder.ts";

/** The blocks of one component, line by line. */
export interface ComponentCoefficients {
  /** Horizontal sampling factor. */
  readonly h: number;
  /** Vertical sampling factor. */
  readonly v: number;
  /** Blocks a line, with those that fill up the last MCU. */
  readonly blocksPerLine: number;
  /** Lines of blocks, with those that fill up the last MCUs. */
  readonly blockLines: number;
  /** 64 coefficients a block, in zig-zag order. */
  readonly values: Int16Array;
  /** 64 values in zig-zag order. */
  readonly quantTable: Uint8Array | Uint16Array;
}

/** A JPEG decoded to its coefficients, before dequantization. */
export interface CoefficientImage {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** In the order of the frame header. */
  readonly components: readonly ComponentCoefficients[];
  /** Why some coefficients may be missing, which are 0 then; `undefined` for a whole JPEG. */
  readonly damage: string | undefined;
}

/** What segments between scans may change. Tables are by number. */
interface Tables {
  readonly dc: (HuffmanDecoder | undefined)[];
  readonly ac: (HuffmanDecoder | undefined)[];
  readonly quant: (Uint8Array | Uint16Array | undefined)[];
  restartInterval: number;
}

/** A component while it is being decoded. */
interface Component extends ScannedComponent {
  readonly id: number;
  readonly quantNumber: number;
  quantTable: Uint8Array | Uint16Array | undefined;
}

/**
 * Decodes sequential and progressive Huffman-coded JPEGs of 8 bits. Missing Huffman tables are the standard ones, as in frames
 * of AVI files. What is damaged from its first scan on is decoded as far as it goes. Throws a `SyntaxError` for a JPEG that is
 * malformed before, and a `RangeError` for one that exceeds the limits.
 */
export function decodeCoefficients(jpeg: Uint8Array): CoefficientImage {
  if (!isSoiAt(jpeg, 0)) throw malformed("it does not start with FF D8");
  const decoder = new CoefficientDecoder(jpeg);
  let damage: string | undefined;
  try {
    damage = decoder.decode();
  } catch (error) {
    if (!(error instanceof SyntaxError) || decoder.scans === 0) throw error;
    damage = error.message;
  }
  return { ...decoder.image(), damage };
}

/** Walks the segments of one JPEG. */
class CoefficientDecoder {
  /** Scans that were decoded. */
  scans = 0;
  readonly #jpeg: Uint8Array;
  readonly #tables: Tables = {
    dc: [STANDARD_LUMA_DC, STANDARD_CHROMA_DC].map(createDecoder),
    ac: [STANDARD_LUMA_AC, STANDARD_CHROMA_AC].map(createDecoder),
    quant: [],
    restartInterval: 0,
  };
  #frame: FrameHeader | undefined;
  #components: Component[] = [];

  constructor(jpeg: Uint8Array) {
    this.#jpeg = jpeg;
  }

  /** Decodes to the end; returns what is wrong with the first damaged scan. */
  decode(): string | undefined {
    let damage: string | undefined;
    for (let segment = findSegment(this.#jpeg, 2); segment !== undefined;) {
      let next = segment.end;
      if (segment.marker === SOS) {
        next = findScanEnd(this.#jpeg, segment.end);
        const problem = this.#decodeScan(segment, this.#jpeg.subarray(segment.end, next));
        damage ??= problem;
        if (!hasMarker(this.#jpeg, next)) break;
      } else {
        this.#takeSegment(segment);
      }
      segment = findSegment(this.#jpeg, next);
    }
    return damage;
  }

  image(): Omit<CoefficientImage, "damage"> {
    if (this.#frame === undefined || this.scans === 0) throw malformed("it has no frame header or no scan");
    return {
      width: this.#frame.width,
      height: this.#frame.height,
      components: this.#components.map(({ h, v, blocksPerLine, blockLines, values, quantTable, quantNumber }) => {
        if (quantTable === undefined) throw malformed(`quantization table ${quantNumber} or a scan is missing`);
        return { h, v, blocksPerLine, blockLines, values, quantTable };
      }),
    };
  }

  #takeSegment(segment: Segment): void {
    const tables = this.#tables;
    if (segment.marker === DQT) {
      for (const { number, values } of decodeQuantTables(segment)) tables.quant[number] = values;
    } else if (segment.marker === DHT) {
      for (const { tableClass, number, table } of decodeHuffmanTables(segment)) {
        (tableClass === 0 ? tables.dc : tables.ac)[number] = createDecoder(table);
      }
    } else if (segment.marker === DRI) {
      tables.restartInterval = decodeRestartInterval(segment);
    } else if (isFrameHeader(segment.marker)) {
      if (this.#frame !== undefined) throw malformed("a second frame header");
      this.#frame = decodeFrameHeader(segment);
      this.#components = createComponents(this.#frame, this.#jpeg.length);
    }
  }

  #decodeScan(segment: Segment, data: Uint8Array): string | undefined {
    if (this.#frame === undefined) throw malformed("a scan before the frame header");
    if (this.scans === MAX_SCANS) throw new RangeError(`Cannot decode more than ${MAX_SCANS} scans of a JPEG`);
    const scan = decodeScanHeader(segment);
    const parts = chooseParts(scan, { components: this.#components, tables: this.#tables });
    this.scans++;
    return decodeScan(data, parts, {
      ...scan,
      isProgressive: this.#frame.marker === SOF2,
      restartInterval: this.#tables.restartInterval,
    });
  }
}

/** Whether there may be more segments. Without EOI, the last scan ends with the bytes. */
function hasMarker(jpeg: Uint8Array, offset: number): boolean {
  return offset + 1 < jpeg.length;
}

function createComponents({ width, height, components }: FrameHeader, jpegBytes: number): Component[] {
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
  return components.map(({ id, h, v, quantTable }) => {
    const [blocksPerLine, blockLines] = [mcusPerLine * h, mcuLines * v];
    return {
      id,
      h,
      v,
      blocksPerLine,
      blockLines,
      values: new Int16Array(blocksPerLine * blockLines * 64),
      quantNumber: quantTable,
      quantTable: undefined,
      ownBlocksPerLine: Math.ceil(Math.ceil(width * h / maxH) / 8),
      ownBlockLines: Math.ceil(Math.ceil(height * v / maxV) / 8),
    };
  });
}

/** The components of a scan with its tables. A component's quantization table is the one in force at its first scan. */
function chooseParts(
  scan: ScanHeader,
  { components, tables }: { components: readonly Component[]; tables: Tables },
): ScanPart[] {
  return scan.components.map(({ id, dcTable, acTable }) => {
    const component = components.find((candidate) => candidate.id === id);
    if (component === undefined) throw malformed(`a scan of component ${id}, which the frame header does not have`);
    component.quantTable ??= tables.quant[component.quantNumber];
    return { component, dc: tables.dc[dcTable], ac: tables.ac[acTable] };
  });
}
