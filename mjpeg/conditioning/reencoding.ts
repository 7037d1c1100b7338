/**
 * Pictures that RTP/JPEG cannot carry at all, such as grey ones and 4:4:4, made into ones that it can: decoded and encoded
 * once more, at the cost of time and of some quality. Only where the user asks for it; what can be conditioned without loss
 * does not come here.
 *
 * @module
 */

import decodeJpeg, { init } from "@jsquash/jpeg/decode.js";
import { type ConditionedJpeg, conditionJpeg, UncarriableJpegError } from "./conditioning.ts";
import { encodeBaselineJpeg, type RgbaImage } from "./jpeg_encoder.ts";
import mozjpegWasm from "./mozjpeg_decoder_wasm.js";
import { decodeFrameHeader, isFrameHeader, malformed, readHeaderSegments } from "../jpeg/segments.ts";

/** Scale of the quantization tables: what is lost is hard to see. */
const QUALITY = 90;

let ready: Promise<void> | undefined;
/** What the decoder said last: it ends its program where it cannot go on, and tells the reason apart from that. */
let complaint = "";

/** The library takes a module and options (jSquash 1.6.0), of which its types know one. */
const initDecoder = init as unknown as (
  module: WebAssembly.Module,
  options: { readonly printErr: (text: string) => void },
) => Promise<void>;

/**
 * Encodes a picture anew, as 4:2:0. Rejects with an {@linkcode UncarriableJpegError} for one that cannot be decoded, and
 * for one of more than `maxPixels`.
 */
export async function reencodeJpeg(
  jpeg: Uint8Array,
  { maxPixels }: { readonly maxPixels: number },
): Promise<ConditionedJpeg> {
  const { width, height } = readFrameHeader(jpeg);
  if (width * height > maxPixels) {
    throw new UncarriableJpegError(`it has ${width}x${height} pixels; at most ${maxPixels} are encoded anew`);
  }
  return conditionJpeg(await encodeBaselineJpeg(await decode(jpeg), { quality: QUALITY }));
}

async function decode(jpeg: Uint8Array): Promise<RgbaImage> {
  await (ready ??= initDecoder(mozjpegWasm, { printErr: (text) => complaint = text }));
  complaint = "";
  try {
    const { width, height, data } = await decodeJpeg(jpeg.slice().buffer, { preserveOrientation: false });
    return { width, height, data: Uint8ClampedArray.from(data) };
  } catch (error) {
    const reason = complaint || (error instanceof Error ? error.message : String(error));
    throw new UncarriableJpegError(`it cannot be decoded to be encoded anew: ${reason}`);
  }
}

function readFrameHeader(jpeg: Uint8Array): ReturnType<typeof decodeFrameHeader> {
  for (const segment of readHeaderSegments(jpeg)) {
    if (isFrameHeader(segment.marker)) return decodeFrameHeader(segment);
  }
  throw malformed("it has no frame header");
}
