/**
 * What conditioning makes of a frame, on either side of the worker.
 *
 * @module
 */

import type { ConditionedJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { readJpegHeader } from "../../mjpeg/jpeg/jpeg_header.ts";
import { MAX_REENCODED_PIXELS } from "../limits.ts";

/** A frame that RTP/JPEG carries. */
export interface ConditionedFrame {
  /** What goes into packets. */
  readonly image: ConditionedJpeg;
  /** Why the frame was re-encoded, with some loss; `undefined` where its pixels are the source's own. */
  readonly reencodedBecause: string | undefined;
}

/** Whether re-encoding would help with an error of a frame: it knows the kind, and the frame is not too large. */
export function isReencodable(error: unknown, jpeg: Uint8Array): boolean {
  if (!(error instanceof UnsupportedJpegError && error.isReencodable)) return false;
  const { width, height } = readJpegHeader(jpeg).frame;
  return width * height <= MAX_REENCODED_PIXELS;
}

/** Whether an error says what is wrong with a frame, rather than with the program. */
export function isUnusable(error: unknown): error is Error {
  return error instanceof UnsupportedJpegError || error instanceof SyntaxError || error instanceof RangeError;
}
