/**
 * The networking lab's movie file (`movie.Mjpeg`): in front of each JPEG stands its length in bytes, as five ASCII digits. (The
 * assignment says bits; its file and its VideoStream.py say bytes.)
 *
 * @module
 */

import { isJpegAt, isSoiAt } from "../jpeg/markers.ts";
import type { Container, RandomAccess } from "./container.ts";
import type { FrameIndexBuilder, IndexEnd } from "./frame_index.ts";

const LAB_HEADER_BYTES = 5;
/** SOI and EOI. */
const MIN_JPEG_BYTES = 4;
/** Largest frame that five digits can announce. */
export const LAB_FRAME_MAX_BYTES = 99_999;

/**
 * Decodes the five ASCII digits at the start of `header`; `undefined` where other bytes stand there. Python's `int()` would also
 * take spaces and a sign, but no lab file has them.
 */
export function decodeLabHeader(header: Uint8Array): number | undefined {
  if (header.length < LAB_HEADER_BYTES) return undefined;
  let length = 0;
  for (let index = 0; index < LAB_HEADER_BYTES; index++) {
    const digit = header[index] - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    length = length * 10 + digit;
  }
  return length;
}

/** Encodes the five digits for a frame of `lengthBytes`. Throws a `RangeError` above {@linkcode LAB_FRAME_MAX_BYTES}. */
export function encodeLabHeader(lengthBytes: number): Uint8Array {
  if (!Number.isInteger(lengthBytes) || lengthBytes < 1 || lengthBytes > LAB_FRAME_MAX_BYTES) {
    throw new RangeError(
      `Cannot store a frame of ${lengthBytes} bytes in the lab's format: five digits reach ${LAB_FRAME_MAX_BYTES}`,
    );
  }
  return new TextEncoder().encode(String(lengthBytes).padStart(LAB_HEADER_BYTES, "0"));
}

/** Files that start with a length header. Five other bytes before a JPEG count as a malformed header, which is then reported. */
export const LAB_FORMAT: Container = {
  name: "lab",
  signature: "five digits and a JPEG",
  recognizes: (head) => decodeLabHeader(head) !== undefined || !isJpegAt(head, 0) && isJpegAt(head, LAB_HEADER_BYTES),
  index: indexLabFile,
};

/** Reads only the length headers and the first two bytes after them. */
async function indexLabFile(file: RandomAccess, frames: FrameIndexBuilder): Promise<IndexEnd> {
  const probeBytes = LAB_HEADER_BYTES + 2;
  for (let offset = 0; offset < file.lengthBytes;) {
    const name = `Frame ${frames.count + 1} at byte ${offset}`;
    const probe = await file.read(offset, Math.min(probeBytes, file.lengthBytes - offset));
    const lengthBytes = decodeLabHeader(probe);
    if (lengthBytes === undefined) {
      const found = new TextDecoder("latin1").decode(probe.subarray(0, LAB_HEADER_BYTES));
      return { problem: `${name} has the length header ${JSON.stringify(found)}, not five digits` };
    }
    const start = offset + LAB_HEADER_BYTES;
    const left = file.lengthBytes - start;
    if (lengthBytes > left) {
      return { problem: `${name} announces ${lengthBytes} bytes, but only ${left} are left in the file` };
    }
    if (lengthBytes < MIN_JPEG_BYTES || !isSoiAt(probe, LAB_HEADER_BYTES)) {
      return { problem: `${name} is not a JPEG: it does not start with FF D8` };
    }
    if (!frames.add({ offset: start, lengthBytes })) break;
    offset = start + lengthBytes;
  }
  return {};
}
