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
} from "./huffman_tables.ts";
import { EOI, SOI, SOS } from "./markers.ts";
import { DHT, DQT, DRI, SOF0 } from "./segments.ts";

const APP0 = 0xe0;
/** JFIF 1.01, pixels without a density, no thumbnail. */
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];

const HUFFMAN_SEGMENTS = [
  huffmanSegment(0x00, STANDARD_LUMA_DC),
  huffmanSegment(0x10, STANDARD_LUMA_AC),
  huffmanSegment(0x01, STANDARD_CHROMA_DC),
  huffmanSegment(0x11, STANDARD_CHROMA_AC),
];

/** What the headers of a JPEG are written from. */
export type JpegHeader = Omit<ConditionedJpeg, "isRecoded" | "scan">;

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
  const { width, height, sampling, quantTables: [luma, chroma], restartInterval } = header;
  const lumaSampling = sampling === "4:2:0" ? 0x22 : 0x21;
  return concat([
    Uint8Array.of(0xff, SOI),
    segment(APP0, JFIF),
    segment(DQT, [0, ...luma]),
    segment(DQT, [1, ...chroma]),
    segment(SOF0, [
      ...[8, height >> 8, height & 0xff, width >> 8, width & 0xff, 3],
      ...[1, lumaSampling, 0],
      ...[2, 0x11, 1],
      ...[3, 0x11, 1],
    ]),
    ...HUFFMAN_SEGMENTS,
    ...(restartInterval > 0 ? [segment(DRI, [restartInterval >> 8, restartInterval & 0xff])] : []),
    segment(SOS, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
  ]);
}

function segment(marker: number, data: readonly number[]): Uint8Array {
  const length = data.length + 2;
  return Uint8Array.of(0xff, marker, length >> 8, length & 0xff, ...data);
}

function huffmanSegment(classAndNumber: number, { counts, symbols }: HuffmanTable): Uint8Array {
  return segment(DHT, [classAndNumber, ...counts, ...symbols]);
}
