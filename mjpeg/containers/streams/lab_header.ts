/**
 * What stands in front of each JPEG in a movie of the networking lab: its length in bytes, as five ASCII digits.
 *
 * @module
 */

/** Bytes of the header. */
export const LAB_HEADER_BYTES = 5;
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
  // Digit by digit: a recording does this for each frame, and encoding text took a fortieth of its CPU.
  const header = new Uint8Array(LAB_HEADER_BYTES);
  for (let at = LAB_HEADER_BYTES - 1, left = lengthBytes; at >= 0; at--, left = Math.floor(left / 10)) {
    header[at] = 0x30 + left % 10;
  }
  return header;
}
