/**
 * The elements of a Matroska or WebM file (RFC 8794): an identifier, a length, and a body, which may be more elements. Live recordings
 * do not tell the length of what they had not finished.
 *
 * @module
 */

/** Bytes that the longest header has. */
export const ELEMENT_HEADER_BYTES = 12;

/** An element, as its header announces it. */
export interface Element {
  /** Its identifier, its marker included (RFC 8794, 5). */
  readonly id: number;
  /** Where its body begins. */
  readonly offset: number;
  /** Bytes of its body; `undefined` where it does not tell. A file that was cut has less. */
  readonly lengthBytes: number | undefined;
}

/** The header at `at` of `bytes`, which are at `base` of the file; `undefined` where none stands there. */
export function decodeElementHeader(
  bytes: Uint8Array,
  { at = 0, base = 0 }: { readonly at?: number; readonly base?: number } = {},
): Element | undefined {
  const idBytes = widthOf(bytes[at]);
  if (idBytes === undefined || idBytes > 4) return undefined;
  const lengthAt = at + idBytes;
  const length = decodeVariableSize(bytes, lengthAt);
  if (length === undefined) return undefined;
  return {
    id: uintOf(bytes.subarray(at, lengthAt)),
    offset: base + lengthAt + length.bytes,
    lengthBytes: length.value,
  };
}

/** A number of variable size (RFC 8794, 4). */
export interface VariableSize {
  /** `undefined` where all its bits are set, which says that the length is not known. */
  readonly value: number | undefined;
  /** Bytes that it takes. */
  readonly bytes: number;
}

/** The number at `at` of `bytes`; `undefined` where none stands there. */
export function decodeVariableSize(bytes: Uint8Array, at: number): VariableSize | undefined {
  const width = widthOf(bytes[at]);
  if (width === undefined || at + width > bytes.length) return undefined;
  const first = bytes[at] & 0xff >> width;
  const rest = bytes.subarray(at + 1, at + width);
  const isUnknown = first === 0xff >> width && rest.every((byte) => byte === 0xff);
  return { value: isUnknown ? undefined : first * 256 ** (width - 1) + uintOf(rest), bytes: width };
}

/** A whole number, the highest byte first; above 2^53 no longer exact, and no file is as large. */
export function uintOf(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** The elements in some bytes. */
export function* elementsIn(bytes: Uint8Array): Generator<{ id: number; data: Uint8Array }> {
  for (let at = 0; at < bytes.length;) {
    const element = decodeElementHeader(bytes, { at });
    if (element === undefined) return;
    const { id, offset, lengthBytes = bytes.length - offset } = element;
    yield { id, data: bytes.subarray(offset, offset + lengthBytes) };
    at = offset + lengthBytes;
  }
}

/** Bytes of a number whose first byte this is, 1 to 8. */
function widthOf(first: number | undefined): number | undefined {
  return first === undefined || first === 0 ? undefined : Math.clz32(first) - 23;
}
