/**
 * Which JPEGs RTP/JPEG can carry (RFC 2435, 4.1): 8-bit YCbCr in 4:2:0 or 4:2:2, Huffman-coded, with one quantization table for
 * both chroma components. Everything else is refused, with the reason.
 *
 * @module
 */

import { equals } from "@std/bytes";
import { SOF0, SOF1, SOF2, SOF9 } from "../jpeg/markers.ts";
import { malformed } from "../jpeg/segments.ts";
import type { JpegHeader } from "../jpeg/jpeg_header.ts";

/** Chroma sampling of RTP/JPEG: 4:2:2 (RFC 2435, type 0) or 4:2:0 (type 1). */
export type ChromaSampling = "4:2:2" | "4:2:0";

/** Quantization tables, 64 values each in zig-zag order. */
export type QuantTables = readonly [luma: Uint8Array, chroma: Uint8Array];

/** RTP/JPEG cannot carry such a JPEG. The message names the property that it has no place for. */
export class UnsupportedJpegError extends Error {
  override name = "UnsupportedJpegError";
}

/** The chroma sampling. Throws an {@linkcode UnsupportedJpegError} where the frame header is not one for RTP/JPEG. */
export function checkSampling(header: Pick<JpegHeader, "frame" | "hasJfif" | "adobeTransform">): ChromaSampling {
  const { frame } = header;
  const { marker, precision, components } = frame;
  if (marker !== SOF0 && marker !== SOF1 && marker !== SOF2) {
    throw new UnsupportedJpegError(
      marker >= SOF9 ? "it is arithmetic-coded; RTP/JPEG carries Huffman coding" : "it is lossless or hierarchical",
    );
  }
  if (precision !== 8) throw new UnsupportedJpegError(`its samples have ${precision} bits; RTP/JPEG carries 8`);
  if (components.length === 1) throw new UnsupportedJpegError("it is grey; RTP/JPEG carries colour, 4:2:0 or 4:2:2");
  if (components.length !== 3) {
    throw new UnsupportedJpegError(`it has ${components.length} components, such as CMYK; RTP/JPEG carries YCbCr`);
  }
  if (isRgb(header)) throw new UnsupportedJpegError("its colours are RGB; RTP/JPEG carries YCbCr");
  const [luma, blue, red] = components;
  const across = luma.h / blue.h;
  const down = luma.v / blue.v;
  const isEven = blue.h === red.h && blue.v === red.v;
  if (isEven && across === 2 && down === 2) return "4:2:0";
  if (isEven && across === 2 && down === 1) return "4:2:2";
  const name = isEven && across === 1 && down === 1 ? "4:4:4" : components.map(({ h, v }) => `${h}x${v}`).join(", ");
  throw new UnsupportedJpegError(`its chroma sampling is ${name}; RTP/JPEG carries 4:2:0 and 4:2:2`);
}

/** Whether three components are red, green and blue, by the rules of libjpeg (jdapimin.c), which everybody follows. */
function isRgb({ frame, hasJfif, adobeTransform }: Pick<JpegHeader, "frame" | "hasJfif" | "adobeTransform">): boolean {
  if (hasJfif) return false;
  if (adobeTransform !== undefined) return adobeTransform === 0;
  return String.fromCharCode(...frame.components.map(({ id }) => id)) === "RGB";
}

/** The tables of luma and chroma, from those of the three components. Throws as {@linkcode checkSampling} does. */
export function checkQuantTables(tables: readonly (Uint8Array | Uint16Array | undefined)[]): QuantTables {
  const narrow = tables.map((table) => {
    if (table === undefined) throw malformed("a quantization table is missing");
    if (table instanceof Uint8Array) return table;
    if (table.every((value) => value < 256)) return Uint8Array.from(table);
    throw new UnsupportedJpegError("its quantization tables have 16 bits; only tables of 8 bits are supported");
  });
  const [luma, blue, red] = narrow;
  if (!equals(blue, red)) {
    throw new UnsupportedJpegError("its two chroma components have different quantization tables; RTP/JPEG has one");
  }
  return [luma, blue];
}
