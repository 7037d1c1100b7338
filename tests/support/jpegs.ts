/**
 * JPEGs of many kinds, made with mozjpeg.
 *
 * @module
 */

import encodeJpeg, { init } from "@jsquash/jpeg/encode.js";
import { concat } from "@std/bytes";
import { decodeCoefficients } from "../../mjpeg/entropy/coefficients.ts";
import { encodeScan } from "../../mjpeg/entropy/scan_encoder.ts";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import mozjpegWasm from "../../mjpeg/conditioning/mozjpeg_encoder_wasm.js";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";

/** What is encoded, and how. */
export interface JpegKind {
  /** Default 48. */
  readonly width?: number;
  /** Default 32. */
  readonly height?: number;
  /** Default 75. */
  readonly quality?: number;
  readonly progressive?: boolean;
  /** Optimized Huffman tables. */
  readonly optimized?: boolean;
  /** 1 is 4:4:4, 2 is 4:2:0. */
  readonly chromaSubsample?: 1 | 2;
  readonly grey?: boolean;
  /** Each seed gives another image. */
  readonly seed?: number;
  /** 0 is black, 255 white: all of the image, in place of gradients, edges and noise. */
  readonly brightness?: number;
}

const YCBCR = 3;
const GREY = 1;
let ready: Promise<void> | undefined;

/** Encodes an image with gradients, edges and noise. */
export async function makeJpeg(kind: JpegKind = {}): Promise<Uint8Array> {
  const { width = 48, height = 32, quality = 75, seed = 0 } = kind;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let index = 0; index < width * height; index++) {
    const x = index % width;
    const y = Math.floor(index / width);
    const noise = (index * 7919 + seed * 104_729) % 61;
    data[4 * index] = x * 5 + noise & 255;
    data[4 * index + 1] = y * 7 + seed * 20 & 255;
    data[4 * index + 2] = (x ^ y) * 4 + noise & 255;
    data[4 * index + 3] = 255;
    if (kind.brightness !== undefined) data.fill(kind.brightness, 4 * index, 4 * index + 3);
  }
  await (ready ??= init(mozjpegWasm));
  const image = { data, width, height, colorSpace: "srgb" } as ImageData;
  const jpeg = new Uint8Array(
    await encodeJpeg(image, {
      quality,
      baseline: !kind.progressive,
      progressive: kind.progressive ?? false,
      arithmetic: false,
      optimize_coding: true,
      color_space: kind.grey ? GREY : YCBCR,
      auto_subsample: false,
      chroma_subsample: kind.chromaSubsample ?? 2,
      quant_table: 0,
    }),
  );
  // mozjpeg in @jsquash/jpeg 1.6.0 writes broken files when it is told not to optimize, so standard tables are put in afterwards.
  const isPlain = !kind.progressive && !kind.optimized && kind.chromaSubsample !== 1 && !kind.grey;
  return isPlain ? rebuildJpeg(conditionJpeg(jpeg)) : jpeg;
}

/** The same picture, 4:2:0 with the standard tables, with a restart marker behind each line of MCUs but the last. */
export function withRestartMarkers(jpeg: Uint8Array): Uint8Array {
  const { width, height, components } = decodeCoefficients(jpeg);
  const [luma, blue, red] = components;
  const mcusPerLine = Math.ceil(width / 16);
  const lines = Array.from({ length: Math.ceil(height / 16) }, (_, line) => {
    const linesOf = (component: typeof luma, count: number) => {
      const lengthOfLines = 64 * component.blocksPerLine * count;
      const values = component.values.subarray(line * lengthOfLines, (line + 1) * lengthOfLines);
      return { ...component, values, blockLines: count };
    };
    return encodeScan({
      components: [linesOf(luma, 2), linesOf(blue, 1), linesOf(red, 1)],
      lumaLines: 2,
      mcusPerLine,
      mcuLines: 1,
    });
  });
  const scan = concat(lines.flatMap((line, index) =>
    index === 0 ? [line] : [[0xff, 0xd0 + (index - 1) % 8], line].map(
      (bytes) => Uint8Array.from(bytes),
    )
  ));
  return rebuildJpeg({ ...conditionJpeg(jpeg), scan, restartInterval: mcusPerLine });
}
