/**
 * Rebuilds a whole JPEG from the parts that RTP/JPEG carries (RFC 2435, appendix B): writes the headers that the sender took off.
 * The standard Huffman tables are among them, since Safari and others need them.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { ConditionedJpeg } from "./conditioning.ts";
import {
  type HuffmanTable,
  STANDARD_CHROMA_AC,
  STANDARD_CHROMA_DC,
  STANDARD_LUMA_AC,
  STANDARD_LUMA_DC,
} from "../jpeg/huffman_tables.ts";
import { APP0, DHT, DQT, DRI, EOI, SOF0, SOI, SOS } from "../jpeg/markers.ts";
import type { FrameHeader } from "../jpeg/segment_data.ts";
import { endsWithEoi } from "../jpeg/whole_jpeg.ts";

/** JFIF 1.01, square pixels, no thumbnail. */
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];

const COMPONENT_IDS = [1, 2, 3];

const HUFFMAN_SEGMENTS = [
  huffmanSegment(0x00, STANDARD_LUMA_DC),
  huffmanSegment(0x10, STANDARD_LUMA_AC),
  huffmanSegment(0x01, STANDARD_CHROMA_DC),
  huffmanSegment(0x11, STANDARD_CHROMA_AC),
];

/** What the headers of a JPEG are written from. */
export type HeaderFields = Omit<ConditionedJpeg, "isTranscoded" | "scan">;

/** Header segments that the sender of a JPEG wrote itself. They replace those that would be written. */
export interface HeaderSegments {
  /** The segments in order; if SOS is among them, it is the last. */
  readonly bytes: Uint8Array;
  readonly markers: ReadonlySet<number>;
  /** The frame header among them, if there is one. */
  readonly frame: FrameHeader | undefined;
}

/** The whole JPEG, from SOI to EOI, which is added unless the sender left it on. The bytes are the caller's. */
export function rebuildJpeg(image: HeaderFields & Pick<ConditionedJpeg, "scan">): Uint8Array<ArrayBuffer> {
  const parts = [encodeJpegHeader(image), image.scan];
  return concat(endsWithEoi(image.scan) ? parts : [...parts, Uint8Array.of(0xff, EOI)]);
}

/** Everything in front of the entropy-coded data: from SOI to SOS. */
export function encodeJpegHeader(header: HeaderFields): Uint8Array<ArrayBuffer> {
  return concat([
    Uint8Array.of(0xff, SOI),
    segment(APP0, JFIF),
    ...quantSegments(header),
    frameSegment(header),
    ...HUFFMAN_SEGMENTS,
    ...restartSegments(header),
    scanSegment(COMPONENT_IDS),
  ]);
}

/**
 * Like {@linkcode encodeJpegHeader}, but appends `segments` and writes only what they do not say. Their tables replace those of
 * the same number; if they have all quantization tables, `quantTables` may be missing.
 */
export function encodeJpegHeaderWith(
  segments: HeaderSegments,
  header: Omit<HeaderFields, "quantTables"> & Partial<Pick<HeaderFields, "quantTables">>,
): Uint8Array<ArrayBuffer> {
  const { bytes, markers, frame } = segments;
  return concat([
    Uint8Array.of(0xff, SOI),
    ...(markers.has(APP0) ? [] : [segment(APP0, JFIF)]),
    ...(header.quantTables === undefined ? [] : quantSegments({ quantTables: header.quantTables })),
    ...(frame === undefined ? [frameSegment(header)] : []),
    ...HUFFMAN_SEGMENTS,
    ...(markers.has(DRI) ? [] : restartSegments(header)),
    bytes,
    ...(markers.has(SOS) ? [] : [scanSegment(frame?.components.map(({ id }) => id) ?? COMPONENT_IDS)]),
  ]);
}

function quantSegments({ quantTables: [luma, chroma] }: Pick<HeaderFields, "quantTables">): Uint8Array[] {
  return [segment(DQT, [0, ...luma]), segment(DQT, [1, ...chroma])];
}

function frameSegment({ width, height, sampling }: Pick<HeaderFields, "width" | "height" | "sampling">): Uint8Array {
  const [luma, blue, red] = COMPONENT_IDS;
  return segment(SOF0, [
    ...[8, height >> 8, height & 0xff, width >> 8, width & 0xff, COMPONENT_IDS.length],
    ...[luma, sampling === "4:2:0" ? 0x22 : 0x21, 0],
    ...[blue, 0x11, 1],
    ...[red, 0x11, 1],
  ]);
}

function restartSegments({ restartInterval }: Pick<HeaderFields, "restartInterval">): Uint8Array[] {
  return restartInterval > 0 ? [segment(DRI, [restartInterval >> 8, restartInterval & 0xff])] : [];
}

/** One scan of all components: the first with the luma tables, the others with the chroma tables. */
function scanSegment(ids: readonly number[]): Uint8Array {
  return segment(SOS, [ids.length, ...ids.flatMap((id, index) => [id, index === 0 ? 0x00 : 0x11]), 0, 63, 0]);
}

function segment(marker: number, data: readonly number[]): Uint8Array {
  const length = data.length + 2;
  return Uint8Array.of(0xff, marker, length >> 8, length & 0xff, ...data);
}

function huffmanSegment(classAndNumber: number, { counts, symbols }: HuffmanTable): Uint8Array {
  return segment(DHT, [classAndNumber, ...counts, ...symbols]);
}
