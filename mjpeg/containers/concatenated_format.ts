/**
 * JPEG images one after the other, as `ffmpeg -f mjpeg` writes them, with or without junk between them (the boundaries
 * of a saved multipart stream, padding).
 *
 * @module
 */

import { type FrameIndex, FrameIndexBuilder, type IndexOptions, type RandomAccess } from "./frame_index.ts";
import { JpegScanner } from "../jpeg/markers.ts";

const CHUNK_BYTES = 256 * 1024;

/** Finds every image by reading the file through once. A file without one whole image throws a `SyntaxError`. */
export async function indexConcatenatedFile(source: RandomAccess, options: IndexOptions = {}): Promise<FrameIndex> {
  const builder = new FrameIndexBuilder("concatenated", options);
  const scanner = new JpegScanner();
  for (let offset = 0; offset < source.lengthBytes; offset += CHUNK_BYTES) {
    options.signal?.throwIfAborted();
    const chunk = await source.read(offset, Math.min(CHUNK_BYTES, source.lengthBytes - offset));
    for (const { offset, lengthBytes } of scanner.push(chunk)) {
      if (!builder.add(offset, lengthBytes)) return builder.finishFull();
    }
  }
  const open = scanner.openImageOffset;
  if (open !== undefined) return builder.finish(`The JPEG at byte ${open} breaks off at the end of the file`);
  if (scanner.brokenImages > 0) {
    return builder.finish(`${scanner.brokenImages} malformed JPEGs between the whole ones are left out`);
  }
  return builder.finish();
}
