/*
 * Elements of EBML (RFC 8794), which Matroska files are made of: identifier, length, content.
 */

// @ts-check

/** Bytes of a length that is written before it is known, or that others must not depend on. */
const LONG_LENGTH_BYTES = 8;

/**
 * An element. Its content is bytes, or elements.
 *
 * @param {number} id With its marker, as RFC 9559 has it.
 * @param {readonly Uint8Array[]} content
 */
export function element(id, content) {
  const lengthBytes = content.reduce((sum, part) => sum + part.length, 0);
  return joined([uint(id), lengthOf(lengthBytes), ...content]);
}

/** How an element begins whose content follows. @param {number} id @param {number} lengthBytes */
export function elementHeader(id, lengthBytes) {
  return joined([uint(id), lengthOf(lengthBytes)]);
}

/**
 * How an element begins whose length is written again later, in as many bytes.
 *
 * @param {number} id
 * @param {number} [lengthBytes] Default: it reaches to the end of the file.
 */
export function openHeader(id, lengthBytes) {
  const length = new Uint8Array(LONG_LENGTH_BYTES).fill(0xff);
  if (lengthBytes !== undefined) new DataView(length.buffer).setBigUint64(0, BigInt(lengthBytes));
  length[0] = 0x01;
  return joined([uint(id), length]);
}

/** An unsigned number, in as few bytes as it takes. @param {number} value Below 2^53. */
export function uint(value) {
  const bytes = [];
  do {
    bytes.unshift(value % 256);
    value = Math.floor(value / 256);
  } while (value > 0);
  return Uint8Array.from(bytes);
}

/** An unsigned number in eight bytes. @param {number} value Below 2^53. */
export function uint64(value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** A number with a fraction. @param {number} value */
export function float64(value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

/** @param {string} text Of ASCII. */
export function ascii(text) {
  return new TextEncoder().encode(text);
}

/** Nothing, in so many bytes: something else is written there later. @param {number} lengthBytes 2 to 128. */
export function room(lengthBytes) {
  return element(0xec, [new Uint8Array(lengthBytes - 2)]);
}

/** A length: the zeros in front of the first one tell in how many bytes. @param {number} value */
function lengthOf(value) {
  let bytes = 1;
  // All ones mean that it is not known.
  while (value >= 2 ** (7 * bytes) - 1) bytes++;
  const length = new Uint8Array(bytes);
  length.set(uint(value), bytes - uint(value).length);
  length[0] |= 0x80 >> (bytes - 1);
  return length;
}

/** @param {readonly Uint8Array[]} parts */
export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
