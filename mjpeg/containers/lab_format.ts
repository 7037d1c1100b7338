/**
 * The networking lab's movie file (`movie.Mjpeg`): each JPEG preceded by its length in bytes as five ASCII digits.
 * (The assignment's text says bits; its file and its VideoStream.py say bytes.)
 *
 * @module
 */

import { type FrameIndex, FrameIndexBuilder, type IndexOptions, type RandomAccess } from "./frame_index.ts";

/** Bytes of a length header. */
export const LAB_HEADER_BYTES = 5;
/** Largest frame that five digits can announce. */
export const LAB_FRAME_MAX_BYTES = 99_999;

/**
 * The length that the five ASCII digits at the start of `header` announce, or `undefined` where they are not five
 * digits. Python's `int()` would also take spaces and signs around them; no lab file has any.
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

/** The five digits for a frame of `lengthBytes`. Throws a `RangeError` above {@linkcode LAB_FRAME_MAX_BYTES}. */
export function encodeLabHeader(lengthBytes: number): Uint8Array {
  if (!Number.isInteger(lengthBytes) || lengthBytes < 1 || lengthBytes > LAB_FRAME_MAX_BYTES) {
    throw new RangeError(
      `Cannot store a frame of ${lengthBytes} bytes in the lab's format: five digits reach ${LAB_FRAME_MAX_BYTES}`,
    );
  }
  return new TextEncoder().encode(String(lengthBytes).padStart(LAB_HEADER_BYTES, "0"));
}

/**
 * Finds every frame of a lab file from its length headers alone, a few bytes a frame. A file that breaks off keeps its
 * whole frames and gets a `problem`; a first header that is wrong throws a `SyntaxError`.
 */
export async function indexLabFile(source: RandomAccess, options: IndexOptions = {}): Promise<FrameIndex> {
  const builder = new FrameIndexBuilder("lab", options);
  const probeBytes = LAB_HEADER_BYTES + 2;
  let offset = 0;
  while (offset < source.lengthBytes) {
    options.signal?.throwIfAborted();
    const frameNumber = builder.count + 1;
    const probe = await source.read(offset, Math.min(probeBytes, source.lengthBytes - offset));
    const length = decodeLabHeader(probe);
    if (length === undefined) {
      const found = new TextDecoder("latin1").decode(probe.subarray(0, LAB_HEADER_BYTES));
      return builder.finish(
        `Frame ${frameNumber} at byte ${offset} has the length header ${JSON.stringify(found)}, not five digits`,
      );
    }
    const start = offset + LAB_HEADER_BYTES;
    const left = source.lengthBytes - start;
    if (length > left) {
      return builder.finish(
        `Frame ${frameNumber} at byte ${offset} announces ${length} bytes, but only ${left} are left in the file`,
      );
    }
    if (length < 4 || probe[LAB_HEADER_BYTES] !== 0xff || probe[LAB_HEADER_BYTES + 1] !== 0xd8) {
      return builder.finish(`Frame ${frameNumber} at byte ${offset} is not a JPEG: it does not start with FF D8`);
    }
    if (!builder.add(start, length)) return builder.finishFull();
    offset = start + length;
  }
  return builder.finish();
}
