/**
 * What stands in front of the first scan of a JPEG: its frame header, scan header, tables and restart interval.
 *
 * @module
 */

import {
  type HuffmanTable,
  STANDARD_CHROMA_AC,
  STANDARD_CHROMA_DC,
  STANDARD_LUMA_AC,
  STANDARD_LUMA_DC,
} from "./huffman_tables.ts";
import { APP0, APP14, APP2, DHT, DQT, DRI, isFrameHeader, SOS } from "./markers.ts";
import {
  decodeFrameHeader,
  decodeHuffmanTables,
  decodeQuantTables,
  decodeRestartInterval,
  decodeScanHeader,
  type FrameHeader,
  type ScanHeader,
} from "./segment_data.ts";
import { malformed, readHeaderSegments, type Segment } from "./segments.ts";

/** Shorter segments do not count (libjpeg's jdmarker.c). */
const JFIF_BYTES = 14;
const ADOBE_BYTES = 12;
const MPF_BYTES = 4;
/** "AVI1" and the polarity. */
const AVI1_BYTES = 5;
/** Polarity of the lower lines of an interlaced frame; 1 is that of the upper ones, 0 that of a whole frame. */
const BOTTOM_FIELD = 2;

/** The header of a JPEG, up to its first scan. Tables are by number. */
export interface JpegHeader {
  readonly frame: FrameHeader;
  readonly scan: ScanHeader;
  /** Offset of the entropy-coded data of the first scan. */
  readonly scanStart: number;
  readonly quantTables: (Uint8Array | Uint16Array | undefined)[];
  readonly dcTables: (HuffmanTable | undefined)[];
  readonly acTables: (HuffmanTable | undefined)[];
  readonly restartInterval: number;
  /** Whether it has a JFIF segment. Colours are YCbCr then, whatever Adobe's segment says. */
  readonly hasJfif: boolean;
  /** The colour transform in Adobe's segment: 0 is RGB or CMYK, 1 YCbCr, 2 YCCK; `undefined` without that segment. */
  readonly adobeTransform: number | undefined;
  /** Whether it says of itself that it has the lower lines of an interlaced frame. */
  readonly isBottomField: boolean;
  /** Whether it has a list of pictures that lie behind it (CIPA DC-007). */
  readonly isMultiPicture: boolean;
}

/** Reads the header. Throws a `SyntaxError` for a malformed one. Missing Huffman tables are the standard ones. */
export function readJpegHeader(jpeg: Uint8Array): JpegHeader {
  const quantTables: JpegHeader["quantTables"] = [];
  const dcTables: JpegHeader["dcTables"] = [STANDARD_LUMA_DC, STANDARD_CHROMA_DC];
  const acTables: JpegHeader["acTables"] = [STANDARD_LUMA_AC, STANDARD_CHROMA_AC];
  let frame: FrameHeader | undefined;
  let restartInterval = 0;
  let hasJfif = false;
  let adobeTransform: number | undefined;
  let isBottomField = false;
  let isMultiPicture = false;
  for (const segment of readHeaderSegments(jpeg)) {
    if (segment.marker === DQT) {
      for (const { number, values } of decodeQuantTables(segment)) quantTables[number] = values;
    } else if (segment.marker === DHT) {
      for (const { tableClass, number, table } of decodeHuffmanTables(segment)) {
        (tableClass === 0 ? dcTables : acTables)[number] = table;
      }
    } else if (segment.marker === DRI) {
      restartInterval = decodeRestartInterval(segment);
    } else if (segment.marker === APP0 && hasSignature(segment, "JFIF\0", JFIF_BYTES)) {
      hasJfif = true;
    } else if (segment.marker === APP0 && hasSignature(segment, "AVI1", AVI1_BYTES)) {
      isBottomField = segment.data[4] === BOTTOM_FIELD;
    } else if (segment.marker === APP2 && hasSignature(segment, "MPF\0", MPF_BYTES)) {
      isMultiPicture = true;
    } else if (segment.marker === APP14 && hasSignature(segment, "Adobe", ADOBE_BYTES)) {
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
        hasJfif,
        adobeTransform,
        isBottomField,
        isMultiPicture,
      };
    }
  }
  throw malformed("it ends before its first scan");
}

function hasSignature({ data }: Segment, signature: string, minBytes: number): boolean {
  return data.length >= minBytes && new TextDecoder("latin1").decode(data.subarray(0, signature.length)) === signature;
}
