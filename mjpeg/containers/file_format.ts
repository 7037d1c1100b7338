/**
 * Tells by its content, never by its name, which layout a Motion-JPEG file has, and indexes it.
 *
 * @module
 */

import { indexConcatenatedFile } from "./concatenated_format.ts";
import type { FileFormat, FrameIndex, IndexOptions, RandomAccess } from "./frame_index.ts";
import { decodeLabHeader, indexLabFile, LAB_HEADER_BYTES } from "./lab_format.ts";
import { SOI } from "../jpeg/markers.ts";

/** Bytes of junk that may stand before the first image. */
const PROBE_BYTES = 64 * 1024;

/** The layout of a file that starts with `head` (up to 64 KiB), or `undefined` where no JPEG is in sight. */
export function detectFileFormat(head: Uint8Array): FileFormat | undefined {
  if (isSoi(head, 0)) return "concatenated";
  if (isSoi(head, LAB_HEADER_BYTES) || decodeLabHeader(head) !== undefined) return "lab";
  for (let at = head.indexOf(0xff); at >= 0; at = head.indexOf(0xff, at + 1)) {
    if (isSoi(head, at)) return "concatenated";
  }
  return undefined;
}

/**
 * Finds every frame of a Motion-JPEG file. Throws a `SyntaxError` that says what is wrong where the file is empty, is
 * no JPEG, or holds not one whole frame.
 */
export async function indexFile(source: RandomAccess, options: IndexOptions = {}): Promise<FrameIndex> {
  if (source.lengthBytes === 0) throw new SyntaxError("The file is empty");
  const head = await source.read(0, Math.min(PROBE_BYTES, source.lengthBytes));
  const format = detectFileFormat(head);
  switch (format) {
    case "lab":
      return await indexLabFile(source, options);
    case "concatenated":
      return await indexConcatenatedFile(source, options);
    case undefined: {
      const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
      throw new SyntaxError(
        `The file is not a JPEG: it starts with ${start}; expected a JPEG (ff d8) or five digits and a JPEG`,
      );
    }
  }
}

function isSoi(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === SOI && (bytes.length <= at + 2 || bytes[at + 2] === 0xff);
}
