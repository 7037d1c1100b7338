/**
 * What else than Motion-JPEG the video of a file can be, and what to do then.
 *
 * @module
 */

import { isSoiAt } from "../jpeg/markers.ts";
import type { FrameLocation } from "./index/frame_index.ts";

/** Reads some bytes of a file. */
export interface Reader {
  read(offset: number, lengthBytes: number): Uint8Array | Promise<Uint8Array>;
}

/** Names that people know, by those that files have. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^avc|^h264|^x264|MPEG4\/ISO\/AVC/i, "H.264"],
  [/^hvc|^hev|^hevc|^h265|HEVC/i, "H.265"],
  [/^vp08|^vp80|V_VP8/i, "VP8"],
  [/^vp09|^vp90|V_VP9/i, "VP9"],
  [/^av01|V_AV1/i, "AV1"],
  [/^mp4v|^xvid|^divx|^dx50|^fmp4|V_MPEG4/i, "MPEG-4"],
];

const ADVICE = "mjpegrtsp convert IN OUT.mjpeg makes it so, " +
  "or ffmpeg -i IN -c:v mjpeg -huffman default -pix_fmt yuvj420p OUT.avi";

/** How files name Motion-JPEG. */
const MOTION_JPEG = /^(?:[am]?v?jp|dmb1|ijpg|avdj|V_MJPEG)/i;

/** Whether the first frame is a JPEG, or damaged and its codec Motion-JPEG by its name. */
export async function isMotionJpeg(reader: Reader, frame: FrameLocation | undefined, codec: string): Promise<boolean> {
  if (frame !== undefined && isSoiAt(await reader.read(frame.offset, 2), 0)) return true;
  // Motion-JPEG B and JPEG 2000 have no markers of JPEG.
  return MOTION_JPEG.test(codec) && !/^(?:mjpb|mjp2)/i.test(codec);
}

/** The video of a file is of another codec: none of its frames is a JPEG, and a decoder is needed to make some of them. */
export class OtherCodecError extends SyntaxError {
  override name = "OtherCodecError";
}

/** Whether an error, which another thread may have thrown, is an {@linkcode OtherCodecError}. */
export function isOtherCodecError(error: unknown): error is Error {
  return error instanceof Error && error.name === OtherCodecError.name;
}

/** The error of a file whose video is of another codec. */
export function otherCodecError(format: string, codec: string): OtherCodecError {
  const [, name] = NAMES.find(([pattern]) => pattern.test(codec)) ?? [];
  const known = name === undefined ? JSON.stringify(codec) : `${name} (${codec})`;
  return new OtherCodecError(`The video of the ${format} file is ${known}, not Motion-JPEG; ${ADVICE}`);
}

/** The error of a file in a format that has no Motion-JPEG, or none that is read here. */
export function otherFormatError(format: string): OtherCodecError {
  return new OtherCodecError(`The file is ${format}, of which no Motion-JPEG is read; ${ADVICE}`);
}
