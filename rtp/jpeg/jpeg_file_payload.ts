/**
 * Payloads that carry a JPEG file with all its headers in place of the entropy-coded data of RFC 2435, as small cameras with an RTP
 * code of their own send them: behind the main header, or without any. Entropy-coded data never begins with FF D8 FF, since FF is
 * followed by 00 or RST there (ITU-T T.81, F.1.2.3), and neither does a main header with an offset of 0.
 *
 * @module
 */

import { JPEG_HEADER_BYTES } from "./jpeg_payload.ts";

/** Bytes in front of the file in each payload of a frame: none, or the main header. */
export type FileHeaderBytes = 0 | typeof JPEG_HEADER_BYTES;

/** Whether a JPEG file begins at `at`. */
export function isJpegFileAt(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === 0xd8 && bytes[at + 2] === 0xff;
}

/** How the first payload of a frame carries a JPEG file; `undefined` where it does not. */
export function findJpegFile(payload: Uint8Array): FileHeaderBytes | undefined {
  if (isJpegFileAt(payload, 0)) return 0;
  const isFirst = payload[1] === 0 && payload[2] === 0 && payload[3] === 0;
  return isFirst && isJpegFileAt(payload, JPEG_HEADER_BYTES) ? JPEG_HEADER_BYTES : undefined;
}

/** A piece of the file. `expected` is its place where the payload does not tell. Too short a payload has an empty piece. */
export function decodeFilePayload(
  payload: Uint8Array,
  { headerBytes, expected }: { readonly headerBytes: FileHeaderBytes; readonly expected: number },
): { readonly offset: number; readonly data: Uint8Array } {
  const hasOffset = headerBytes > 0 && payload.length >= headerBytes;
  return {
    offset: hasOffset ? payload[1] << 16 | payload[2] << 8 | payload[3] : expected,
    data: payload.subarray(headerBytes),
  };
}
