/**
 * Which frame of the test pattern a JPEG is, as a viewer would read it from the picture.
 *
 * @module
 */

import decodeJpeg, { init } from "@jsquash/jpeg/decode.js";
import mozjpegWasm from "../../mjpeg/conditioning/mozjpeg_decoder_wasm.js";
import { readFrameCode } from "../../mjpeg/testsrc/frame_code.ts";

let ready: Promise<void> | undefined;

/** The number that the test pattern shows in its pixels; `undefined` in other pictures. */
export async function frameNumberOf(jpeg: Uint8Array): Promise<number | undefined> {
  await (ready ??= init(mozjpegWasm));
  return readFrameCode(await decodeJpeg(jpeg.slice().buffer, { preserveOrientation: false }));
}
