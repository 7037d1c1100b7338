/**
 * Re-encodes JPEGs that RTP/JPEG cannot carry, such as grey and 4:4:4 ones. This takes time and loses some quality, so it is done
 * only where the user asks for it, and never where lossless conditioning is possible.
 *
 * @module
 */

import decodeJpeg, { init } from "@jsquash/jpeg/decode.js";
import { type Fields, splitFields } from "../jpeg/fields.ts";
import { isFrameHeader } from "../jpeg/markers.ts";
import { decodeFrameHeader, type FrameHeader } from "../jpeg/segment_data.ts";
import { malformed, readHeaderSegments } from "../jpeg/segments.ts";
import { type ConditionedJpeg, conditionJpeg } from "./conditioning.ts";
import { encodeBaselineJpeg, type RgbaImage } from "./jpeg_encoder.ts";
import mozjpegWasm from "./mozjpeg_decoder_wasm.js";
import { UnsupportedJpegError } from "./supported_jpeg.ts";

/** High enough that the loss is hard to see. */
const QUALITY = 90;

let ready: Promise<void> | undefined;
/** The decoder's last message. When it fails, its exception does not say why; this message does. */
let decoderMessage = "";

/** The library (@jsquash/jpeg 1.6.0) takes a module and options; its types know only the module. */
const initDecoder = init as unknown as (
  module: WebAssembly.Module,
  options: { readonly printErr: (text: string) => void },
) => Promise<void>;

/** Re-encodes a JPEG as 4:2:0. Rejects as {@linkcode decodeToPixels} does. */
export async function reencodeJpeg(
  jpeg: Uint8Array,
  options: { readonly maxPixels: number },
): Promise<ConditionedJpeg> {
  return conditionJpeg(await encodeBaselineJpeg(await decodeToPixels(jpeg, options), { quality: QUALITY }));
}

/**
 * The pixels of a JPEG, those of the two fields of an interlaced frame together. Rejects with an {@linkcode UnsupportedJpegError} where
 * it cannot be decoded, or has more than `maxPixels`.
 */
export async function decodeToPixels(
  jpeg: Uint8Array,
  { maxPixels }: { readonly maxPixels: number },
): Promise<RgbaImage> {
  const fields = splitFields(jpeg);
  const size = readFrameHeader(jpeg);
  const [width, height] = [size.width, size.height * (fields === undefined ? 1 : 2)];
  if (width * height > maxPixels) {
    throw new UnsupportedJpegError(`it has ${width}x${height} pixels; at most ${maxPixels} are re-encoded`);
  }
  return fields === undefined ? await decode(jpeg) : await decodeFields(fields);
}

/** Lines of both fields by turns; of the larger one as many as of the other. */
async function decodeFields({ top, bottom }: Fields): Promise<RgbaImage> {
  const images = [await decode(top), await decode(bottom)];
  const width = images[0].width;
  const height = 2 * Math.min(...images.map(({ height }) => height));
  const lineBytes = 4 * width;
  const data = new Uint8ClampedArray(height * lineBytes);
  for (let line = 0; line < height; line++) {
    const start = (line >> 1) * lineBytes;
    data.set(images[line % 2].data.subarray(start, start + lineBytes), line * lineBytes);
  }
  return { width, height, data };
}

async function decode(jpeg: Uint8Array): Promise<RgbaImage> {
  await (ready ??= initDecoder(mozjpegWasm, { printErr: (text) => decoderMessage = text }));
  decoderMessage = "";
  try {
    const { width, height, data } = await decodeJpeg(jpeg.slice().buffer, { preserveOrientation: false });
    return { width, height, data: Uint8ClampedArray.from(data) };
  } catch (error) {
    const reason = decoderMessage || (error instanceof Error ? error.message : String(error));
    throw new UnsupportedJpegError(`it cannot be decoded for re-encoding: ${reason}`);
  }
}

function readFrameHeader(jpeg: Uint8Array): FrameHeader {
  for (const segment of readHeaderSegments(jpeg)) {
    if (isFrameHeader(segment.marker)) return decodeFrameHeader(segment);
  }
  throw malformed("it has no frame header");
}
