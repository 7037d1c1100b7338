/**
 * Encodes pixels to baseline JPEG with the standard Huffman tables, the only kind that RTP/JPEG carries (RFC 2435, 3.1.6). Uses
 * mozjpeg in WebAssembly without its extensions to baseline. It writes broken files when it is told not to optimize Huffman tables
 * (@jsquash/jpeg 1.6.0), so it optimizes them, and the result is transcoded losslessly to the standard tables.
 *
 * @module
 */

import encodeJpeg, { init } from "@jsquash/jpeg/encode.js";
import { conditionJpeg } from "./conditioning.ts";
import mozjpegWasm from "./mozjpeg_encoder_wasm.js";
import { rebuildJpeg } from "./rebuild.ts";

/** Pixels in rows from the top left, each as red, green, blue and alpha bytes; alpha is ignored. */
export interface RgbaImage {
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** width * height * 4 bytes. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Options of {@linkcode encodeBaselineJpeg}. */
export interface EncodeJpegOptions {
  /** 1 (worst) to 100, default 60. */
  quality?: number;
}

/** MozJpegColorSpace.YCbCr of the library, whose enum exists in its types only. */
const YCBCR = 3;
/** The tables of Annex K, which RFC 2435 scales for Q 1 to 99. */
const QUANT_TABLE_ANNEX_K = 0;

let ready: Promise<void> | undefined;

/** Encodes a 4:2:0 baseline sequential JPEG with the tables of ITU-T T.81, Annex K. The bytes are the caller's. */
export async function encodeBaselineJpeg(image: RgbaImage, options: EncodeJpegOptions = {}): Promise<Uint8Array> {
  const { width, height, data } = image;
  if (data.length !== width * height * 4) {
    throw new RangeError(
      `Cannot encode JPEG: ${width}x${height} needs ${width * height * 4} bytes, got ${data.length}`,
    );
  }
  await (ready ??= init(mozjpegWasm));
  const bytes = await encodeJpeg({ data, width, height, colorSpace: "srgb" } as ImageData, {
    quality: options.quality ?? 60,
    baseline: true,
    progressive: false,
    arithmetic: false,
    optimize_coding: true,
    color_space: YCBCR,
    quant_table: QUANT_TABLE_ANNEX_K,
    auto_subsample: false,
    chroma_subsample: 2,
  });
  return rebuildJpeg(conditionJpeg(new Uint8Array(bytes)));
}
