/**
 * Which JPEGs RTP/JPEG can carry (RFC 2435, 4.1): 8-bit YCbCr in 4:2:0 or 4:2:2, Huffman-coded, with one quantization table for
 * both chroma components. Everything else is refused, with the reason.
 *
 * @module
 */

import { equals } from "@std/bytes";
import { SOF0, SOF1, SOF10, SOF2, SOF3, SOF9 } from "../jpeg/markers.ts";
import { malformed } from "../jpeg/segments.ts";
import type { JpegHeader } from "../jpeg/jpeg_header.ts";
import type { FrameHeader } from "../jpeg/segment_data.ts";

/** Chroma sampling of RTP/JPEG: 4:2:2 (RFC 2435, type 0) or 4:2:0 (type 1). */
export type ChromaSampling = "4:2:2" | "4:2:0";

/** Quantization tables, 64 values each in zig-zag order. */
export type QuantTables = readonly [luma: Uint8Array, chroma: Uint8Array];

/**
 * RTP/JPEG cannot carry such a JPEG. The message names the property that it has no place for and, where re-encoding is not possible,
 * the program that changes it, if there is one.
 */
export class UnsupportedJpegError extends Error {
  override name = "UnsupportedJpegError";
  /** Whether it can be re-encoded. */
  readonly isReencodable: boolean;

  constructor(message: string, { isReencodable = false }: { readonly isReencodable?: boolean } = {}) {
    super(message);
    this.isReencodable = isReencodable;
  }
}

/** Tested with ffmpeg 5.1. */
const FFMPEG = "ffmpeg -i IN -pix_fmt yuvj420p -f mjpeg OUT re-encodes it";
/** Tested with libjpeg-turbo 2.1. */
const JPEGTRAN = "jpegtran IN > OUT makes such a JPEG Huffman-coded, without loss";

/** The chroma sampling. Throws an {@linkcode UnsupportedJpegError} where the frame header is not one for RTP/JPEG. */
export function checkSampling(header: Pick<JpegHeader, "frame" | "hasJfif" | "adobeTransform">): ChromaSampling {
  const { frame } = header;
  const { marker, precision, components } = frame;
  if (marker !== SOF0 && marker !== SOF1 && marker !== SOF2) {
    throw new UnsupportedJpegError(codingProblem(marker));
  }
  if (precision !== 8) {
    throw new UnsupportedJpegError(`its samples have ${precision} bits; RTP/JPEG carries 8. ${FFMPEG}`);
  }
  if (components.length === 4) {
    throw new UnsupportedJpegError(`it has four components, such as CMYK; RTP/JPEG carries YCbCr. ${FFMPEG}`);
  }
  if (components.length === 2) throw new UnsupportedJpegError("it has two components; RTP/JPEG carries YCbCr");
  const isReencodable = hasWholeRatios(components);
  if (components.length === 1) {
    throw new UnsupportedJpegError("it is grey; RTP/JPEG carries colour, 4:2:0 or 4:2:2", { isReencodable });
  }
  if (isRgb(header)) throw new UnsupportedJpegError("its colours are RGB; RTP/JPEG carries YCbCr", { isReencodable });
  const [luma, blue, red] = components;
  const across = luma.h / blue.h;
  const down = luma.v / blue.v;
  const isEven = blue.h === red.h && blue.v === red.v;
  if (isEven && across === 2 && down === 2) return "4:2:0";
  if (isEven && across === 2 && down === 1) return "4:2:2";
  const name = isEven && across === 1 && down === 1 ? "4:4:4" : components.map(({ h, v }) => `${h}x${v}`).join(", ");
  throw new UnsupportedJpegError(`its chroma sampling is ${name}; RTP/JPEG carries 4:2:0 and 4:2:2`, { isReencodable });
}

function codingProblem(marker: number): string {
  if (marker === SOF3) return `it is lossless; RTP/JPEG carries baseline JPEG. ${FFMPEG}`;
  if (marker === SOF9 || marker === SOF10) {
    return `it is arithmetic-coded; RTP/JPEG carries Huffman coding. ${JPEGTRAN}`;
  }
  return "it is hierarchical, or lossless and arithmetic-coded; RTP/JPEG carries baseline JPEG";
}

/** Whether decoders can bring all components to one size: libjpeg has no others. */
function hasWholeRatios(components: FrameHeader["components"]): boolean {
  const maxH = Math.max(...components.map(({ h }) => h));
  const maxV = Math.max(...components.map(({ v }) => v));
  return components.every(({ h, v }) => maxH % h === 0 && maxV % v === 0);
}

/** Whether three components are red, green and blue, by the rules of libjpeg (jdapimin.c), which everybody follows. */
function isRgb({ frame, hasJfif, adobeTransform }: Pick<JpegHeader, "frame" | "hasJfif" | "adobeTransform">): boolean {
  if (hasJfif) return false;
  if (adobeTransform !== undefined) return adobeTransform === 0;
  return String.fromCharCode(...frame.components.map(({ id }) => id)) === "RGB";
}

/**
 * The error for a frame of two fields with so many lines each. RTP/JPEG marks fields (RFC 2435, 3.1.1), but receivers show each as a
 * frame of half the height: ffmpeg 5.1 and GStreamer 1.22 do not look at the mark.
 */
export function interlacedError(lines: number): UnsupportedJpegError {
  return new UnsupportedJpegError(
    `it is interlaced: two fields of ${lines} lines each, which players of RTP/JPEG do not put together`,
    { isReencodable: true },
  );
}

/** The tables of luma and chroma, from those of the three components. Throws as {@linkcode checkSampling} does. */
export function checkQuantTables(tables: readonly (Uint8Array | Uint16Array | undefined)[]): QuantTables {
  const narrow = tables.map((table) => {
    if (table === undefined) throw malformed("a quantization table is missing");
    if (table instanceof Uint8Array) return table;
    if (table.every((value) => value < 256)) return Uint8Array.from(table);
    throw new UnsupportedJpegError("its quantization tables have 16 bits; RTP/JPEG carries tables of 8 bits", {
      isReencodable: true,
    });
  });
  const [luma, blue, red] = narrow;
  if (!equals(blue, red)) {
    throw new UnsupportedJpegError("its two chroma components have different quantization tables; RTP/JPEG has one", {
      isReencodable: true,
    });
  }
  return [luma, blue];
}
