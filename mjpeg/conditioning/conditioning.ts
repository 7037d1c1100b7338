/**
 * Lossless conditioning: any JPEG whose picture RTP/JPEG can carry becomes one that it does carry, baseline sequential with
 * the standard Huffman tables in one interleaved scan (RFC 2435, 3.1 and appendix A). Most need nothing but their tables
 * taken out; optimised or missing Huffman tables, progressive and non-interleaved scans are coded anew from the same
 * coefficients, so that the pixels stay identical. Stands between a file's frames and the RTP payload.
 *
 * @module
 */

import { equals } from "@std/bytes";
import { type ComponentCoefficients, decodeCoefficients } from "../entropy/coefficients.ts";
import {
  equalTables,
  type HuffmanTable,
  STANDARD_CHROMA_AC,
  STANDARD_CHROMA_DC,
  STANDARD_LUMA_AC,
  STANDARD_LUMA_DC,
} from "../jpeg/huffman_tables.ts";
import { encodeScan } from "../entropy/scan_encoder.ts";
import {
  APP14,
  decodeFrameHeader,
  decodeHuffmanTables,
  decodeQuantTables,
  decodeRestartInterval,
  decodeScanHeader,
  DHT,
  DQT,
  DRI,
  findScanEnd,
  type FrameHeader,
  isFrameHeader,
  malformed,
  readHeaderSegments,
  type ScanHeader,
  SOF0,
  SOF1,
  SOF2,
} from "../jpeg/segments.ts";
import { SOS } from "../jpeg/markers.ts";

/** What of a JPEG goes into RTP packets: everything else a receiver rebuilds from it. */
export interface ConditionedJpeg {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** 4:2:2 (RFC 2435, type 0) or 4:2:0 (type 1). */
  readonly sampling: "4:2:2" | "4:2:0";
  /** Quantization tables of luma and chroma, 64 values each, in zig-zag order. */
  readonly quantTables: readonly [luma: Uint8Array, chroma: Uint8Array];
  /** MCUs between two restart markers; 0 where there are none. */
  readonly restartInterval: number;
  /** The entropy-coded data; a view of the JPEG where it needed no coding anew. */
  readonly scan: Uint8Array;
  /** Whether the data was coded anew. */
  readonly isRecoded: boolean;
}

/** RTP/JPEG cannot carry such a picture at all: the message says which property is in the way. */
export class UncarriableJpegError extends Error {
  /** The class's name, for logs. */
  override name = "UncarriableJpegError";
}

/** Tables by number, as they stand at the first scan. */
interface Header {
  readonly frame: FrameHeader;
  readonly scan: ScanHeader;
  readonly scanStart: number;
  readonly quantTables: (Uint8Array | Uint16Array | undefined)[];
  readonly dcTables: (HuffmanTable | undefined)[];
  readonly acTables: (HuffmanTable | undefined)[];
  readonly restartInterval: number;
  /** The colour transform of Adobe's segment, where there is one: 0 is RGB or CMYK, 1 YCbCr, 2 YCCK. */
  readonly adobeTransform: number | undefined;
}

/**
 * Conditions one JPEG. Throws an {@linkcode UncarriableJpegError} for what RTP/JPEG cannot carry, and a `SyntaxError` for
 * what is malformed.
 */
export function conditionJpeg(jpeg: Uint8Array): ConditionedJpeg {
  return takeApart(jpeg) ?? recode(jpeg);
}

/** The same, but `undefined` for what has to be coded anew, which takes milliseconds. */
export function takeApart(jpeg: Uint8Array): ConditionedJpeg | undefined {
  const header = readHeader(jpeg);
  const sampling = checkCarriable(header);
  const { frame, restartInterval } = header;
  const { width, height } = frame;
  if (!isCarriedAsItIs(header, sampling)) return undefined;
  return {
    width,
    height,
    sampling,
    quantTables: checkQuantTables(frame.components.map(({ quantTable }) => header.quantTables[quantTable])),
    restartInterval,
    scan: jpeg.subarray(header.scanStart, findScanEnd(jpeg, header.scanStart)),
    isRecoded: false,
  };
}

function readHeader(jpeg: Uint8Array): Header {
  const quantTables: Header["quantTables"] = [];
  const dcTables: Header["dcTables"] = [STANDARD_LUMA_DC, STANDARD_CHROMA_DC];
  const acTables: Header["acTables"] = [STANDARD_LUMA_AC, STANDARD_CHROMA_AC];
  let frame: FrameHeader | undefined;
  let restartInterval = 0;
  let adobeTransform: number | undefined;
  for (const segment of readHeaderSegments(jpeg)) {
    if (segment.marker === DQT) {
      for (const { number, values } of decodeQuantTables(segment)) quantTables[number] = values;
    } else if (segment.marker === DHT) {
      for (const { tableClass, number, table } of decodeHuffmanTables(segment)) {
        (tableClass === 0 ? dcTables : acTables)[number] = table;
      }
    } else if (segment.marker === DRI) {
      restartInterval = decodeRestartInterval(segment);
    } else if (segment.marker === APP14 && new TextDecoder().decode(segment.data.subarray(0, 5)) === "Adobe") {
      adobeTransform = segment.data[11];
    } else if (isFrameHeader(segment.marker)) {
      frame = decodeFrameHeader(segment);
    } else if (segment.marker === SOS) {
      if (frame === undefined) throw malformed("a scan before the frame header");
      const scan = decodeScanHeader(segment);
      return {
        frame,
        scan,
        scanStart: segment.end,
        quantTables,
        dcTables,
        acTables,
        restartInterval,
        adobeTransform,
      };
    }
  }
  throw malformed("it ends before its first scan");
}

/** The chroma sampling, where RTP/JPEG can carry the picture. */
function checkCarriable({ frame, adobeTransform }: Header): ConditionedJpeg["sampling"] {
  const { marker, precision, components } = frame;
  if (marker !== SOF0 && marker !== SOF1 && marker !== SOF2) {
    throw new UncarriableJpegError(
      marker >= 0xc9 ? "it is arithmetic-coded; RTP/JPEG carries Huffman coding" : "it is lossless or hierarchical",
    );
  }
  if (precision !== 8) throw new UncarriableJpegError(`its samples have ${precision} bits; RTP/JPEG carries 8`);
  if (components.length === 1) throw new UncarriableJpegError("it is grey; RTP/JPEG carries colour, 4:2:0 or 4:2:2");
  if (components.length !== 3) {
    throw new UncarriableJpegError(`it has ${components.length} components, such as CMYK; RTP/JPEG carries YCbCr`);
  }
  const ids = String.fromCharCode(...components.map(({ id }) => id));
  if (adobeTransform === 0 || ids === "RGB") {
    throw new UncarriableJpegError("its colours are RGB; RTP/JPEG carries YCbCr");
  }
  const [luma, blue, red] = components;
  const across = luma.h / blue.h;
  const down = luma.v / blue.v;
  const isEven = blue.h === red.h && blue.v === red.v;
  if (isEven && across === 2 && down === 2) return "4:2:0";
  if (isEven && across === 2 && down === 1) return "4:2:2";
  const name = isEven && across === 1 && down === 1 ? "4:4:4" : components.map(({ h, v }) => `${h}x${v}`).join(", ");
  throw new UncarriableJpegError(`its chroma sampling is ${name}; RTP/JPEG carries 4:2:0 and 4:2:2`);
}

/** Whether the scan can go into packets without being coded anew. */
function isCarriedAsItIs(
  { frame, scan, dcTables, acTables }: Header,
  sampling: ConditionedJpeg["sampling"],
): boolean {
  const [luma, blue] = frame.components;
  const isPlain = (frame.marker === SOF0 || frame.marker === SOF1) && scan.components.length === 3 &&
    luma.h === 2 && luma.v === (sampling === "4:2:0" ? 2 : 1) && blue.h === 1 && blue.v === 1;
  return isPlain && scan.components.every(({ id, dcTable, acTable }, index) => {
    const dc = dcTables[dcTable];
    const ac = acTables[acTable];
    return id === frame.components[index].id && dc !== undefined && ac !== undefined &&
      equalTables(dc, index === 0 ? STANDARD_LUMA_DC : STANDARD_CHROMA_DC) &&
      equalTables(ac, index === 0 ? STANDARD_LUMA_AC : STANDARD_CHROMA_AC);
  });
}

function recode(jpeg: Uint8Array): ConditionedJpeg {
  const sampling = checkCarriable(readHeader(jpeg));
  const { width, height, components } = decodeCoefficients(jpeg);
  const quantTables = checkQuantTables(components.map(({ quantTable }) => quantTable));
  const lumaLines = sampling === "4:2:0" ? 2 : 1;
  const scan = encodeScan({
    components: components as unknown as [ComponentCoefficients, ComponentCoefficients, ComponentCoefficients],
    lumaLines,
    mcusPerLine: Math.ceil(width / 16),
    mcuLines: Math.ceil(height / (8 * lumaLines)),
  });
  return { width, height, sampling, quantTables, restartInterval: 0, scan, isRecoded: true };
}

function checkQuantTables(
  tables: readonly (Uint8Array | Uint16Array | undefined)[],
): readonly [luma: Uint8Array, chroma: Uint8Array] {
  const narrow = tables.map((table) => {
    if (table === undefined) throw malformed("a quantization table is missing");
    if (table instanceof Uint8Array) return table;
    if (table.every((value) => value < 256)) return Uint8Array.from(table);
    throw new UncarriableJpegError("its quantization tables have 16 bits; here those of 8 bits are carried");
  });
  const [luma, blue, red] = narrow;
  if (!equals(blue, red)) {
    throw new UncarriableJpegError("its two chroma components have different quantization tables; RTP/JPEG has one");
  }
  return [luma, blue];
}
