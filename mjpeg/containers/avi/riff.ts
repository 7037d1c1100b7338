/**
 * The chunks of a RIFF file: four characters, a length of 32 bits with the lowest byte first, so many bytes, and one more where that
 * is odd. `RIFF` and `LIST` chunks begin with four characters that say what chunks are in them.
 *
 * @module
 */

/** Bytes in front of the data of a chunk. */
export const CHUNK_HEADER_BYTES = 8;
/** Bytes in front of the first chunk of a list. */
export const LIST_HEADER_BYTES = 12;

/** A chunk, as its header announces it. */
export interface Chunk {
  /** Its four characters. */
  readonly id: string;
  /** Where its data begins. */
  readonly offset: number;
  /** Bytes of its data; a file that was cut or never finished has less. */
  readonly lengthBytes: number;
}

const ID = /^[\x20-\x7e]{4}$/;

/** Four bytes as characters. */
export function fourCharacters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** 16 bits, the lowest byte first. */
export function uint16At(bytes: Uint8Array, at: number): number {
  return bytes[at] | bytes[at + 1] << 8;
}

/** 32 bits, the lowest byte first. */
export function uint32At(bytes: Uint8Array, at: number): number {
  return (uint16At(bytes, at) | uint16At(bytes, at + 2) << 16) >>> 0;
}

/** 64 bits, the lowest byte first; above 2^53 the number is no longer exact, and no file is as large. */
export function uint64At(bytes: Uint8Array, at: number): number {
  return uint32At(bytes, at) + uint32At(bytes, at + 4) * 2 ** 32;
}

/** The header of a chunk at `at` of `bytes`, which are at `offset` of the file; `undefined` where none stands there. */
export function decodeChunkHeader(
  bytes: Uint8Array,
  { at = 0, offset = 0 }: { readonly at?: number; readonly offset?: number } = {},
): Chunk | undefined {
  if (at + CHUNK_HEADER_BYTES > bytes.length) return undefined;
  const id = fourCharacters(bytes, at);
  return ID.test(id)
    ? { id, offset: offset + at + CHUNK_HEADER_BYTES, lengthBytes: uint32At(bytes, at + 4) }
    : undefined;
}

/** Where the chunk behind a chunk begins. */
export function endOf({ offset, lengthBytes }: Chunk): number {
  return offset + lengthBytes + lengthBytes % 2;
}

/** The chunks in some bytes, which are at `offset` of the file, up to one that goes beyond them. */
export function* chunksIn(bytes: Uint8Array, offset: number): Generator<{ chunk: Chunk; data: Uint8Array }> {
  for (let at = 0;;) {
    const chunk = decodeChunkHeader(bytes, { at, offset });
    if (chunk === undefined) return;
    const start = chunk.offset - offset;
    yield { chunk, data: bytes.subarray(start, start + chunk.lengthBytes) };
    at = endOf(chunk) - offset;
  }
}
