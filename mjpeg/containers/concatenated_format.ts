/**
 * JPEGs one after the other, as `ffmpeg -f mjpeg` writes them. Junk between them is skipped, such as padding or the boundaries of a
 * saved multipart stream.
 *
 * @module
 */

import { JpegScanner } from "../jpeg/jpeg_scanner.ts";
import { isJpegAt } from "../jpeg/markers.ts";
import type { Container, RandomAccess } from "./container.ts";
import type { FrameIndexBuilder, IndexEnd } from "./frame_index.ts";

const CHUNK_BYTES = 256 * 1024;

/** Files with a JPEG somewhere in their first bytes. */
export const CONCATENATED_JPEGS: Container = {
  name: "concatenated",
  signature: "a JPEG (ff d8)",
  recognizes(head) {
    for (let at = head.indexOf(0xff); at >= 0; at = head.indexOf(0xff, at + 1)) if (isJpegAt(head, at)) return true;
    return false;
  },
  index: indexConcatenatedJpegs,
};

/** Reads the whole file once. */
async function indexConcatenatedJpegs(file: RandomAccess, frames: FrameIndexBuilder): Promise<IndexEnd> {
  const scanner = new JpegScanner();
  for (let offset = 0; offset < file.lengthBytes; offset += CHUNK_BYTES) {
    const chunk = await file.read(offset, Math.min(CHUNK_BYTES, file.lengthBytes - offset));
    for (const image of scanner.push(chunk)) if (!frames.add(image)) return {};
  }
  const { openImageOffset: open, malformedImages } = scanner;
  if (open !== undefined) return { problem: `The last JPEG, at byte ${open}, is truncated by the end of the file` };
  if (malformedImages > 0) return { problem: `Malformed JPEGs between the whole ones are dropped: ${malformedImages}` };
  return {};
}
