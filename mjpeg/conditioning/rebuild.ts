/**
 * A whole JPEG from what RTP/JPEG carries of it (RFC 2435, appendix B): the headers that the sender took off are written
 * anew, the standard Huffman tables included, which Safari and others need.
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
import { EOI, SOI, SOS } from "../jpeg/markers.ts";
import { DHT, DQT, DRI, type FrameHeader, SOF0 } from "../jpeg/segments.ts";

const APP0 = 0xe0;
/** JFIF 1.01, pixels without a density, no thumbnail. */
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];

const COMPONENT_IDS = [1, 2, 3];

const HUFFMAN_SEGMENTS = [
  huffmanSegment(0x00, STANDARD_LUMA_DC),
  huffmanSegment(0x10, STANDARD_LUMA_AC),
  huffmanSegment(0x01, STANDARD_CHROMA_DC),
  huffmanSegment(0x11, STANDARD_CHROMA_AC),
];

/** What the headers of a JPEG are written from. */
export type JpegHeader = Omit<ConditionedJpeg, "isRecoded" | "scan">;

/** Segments of a JPEG's header that its sender gives itself: they stand in for those that would be written. */
export interface GivenSegments {
  /** One behind the other, SOS the last if it is among them. */
  readonly bytes: Uint8Array;
  /** Their markers. */
  readonly markers: ReadonlySet<number>;
  /** The frame header among them, if there is one. */
  readonly frame: FrameHeader | undefined;
}

/** The JPEG of `image`, from SOI to EOI, in bytes of its own. */
export function rebuildJpeg(image: JpegHeader & Pick<ConditionedJpeg, "scan">): Uint8Array<ArrayBuffer> {
  return joinJpeg(encodeJpegHeader(image), image.scan);
}

/** A JPEG of its headers and its entropy-coded data, whose EOI some senders leave on, in bytes of its own. */
export function joinJpeg(header: Uint8Array, scan: Uint8Array): Uint8Array<ArrayBuffer> {
  const hasEnd = scan.length >= 2 && scan[scan.length - 2] === 0xff && scan[scan.length - 1] === EOI;
  return concat(hasEnd ? [header, scan] : [header, scan, Uint8Array.of(0xff, EOI)]);
}

/** All that stands before the entropy-coded data: from SOI to SOS. */
export function encodeJpegHeader(header: JpegHeader): Uint8Array<ArrayBuffer> {
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
 * The same with `given` segments, which go before what `header` says: that is written only where they leave it open. Tables
 * of the same number replace those that are written; where they are the only ones, `quantTables` may be left out.
 */
export function encodeJpegHeaderAround(
  given: GivenSegments,
  header: Omit<JpegHeader, "quantTables"> & Partial<Pick<JpegHeader, "quantTables">>,
): Uint8Array<ArrayBuffer> {
  const { bytes, markers, frame } = given;
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

function quantSegments({ quantTables: [luma, chroma] }: Pick<JpegHeader, "quantTables">): Uint8Array[] {
  return [segment(DQT, [0, ...luma]), segment(DQT, [1, ...chroma])];
}

function frameSegment({ width, height, sampling }: Pick<JpegHeader, "width" | "height" | "sampling">): Uint8Array {
  const [luma, blue, red] = COMPONENT_IDS;
  return segment(SOF0, [
    ...[8, height >> 8, height & 0xff, width >> 8, width & 0xff, COMPONENT_IDS.length],
    ...[luma, sampling === "4:2:0" ? 0x22 : 0x21, 0],
    ...[blue, 0x11, 1],
    ...[red, 0x11, 1],
  ]);
}

function restartSegments({ restartInterval }: Pick<JpegHeader, "restartInterval">): Uint8Array[] {
  return restartInterval > 0 ? [segment(DRI, [restartInterval >> 8, restartInterval & 0xff])] : [];
}

/** One scan of all components, the first with the tables of luma, the others with those of chroma. */
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
