/**
 * The pieces of RIFF files, AVI and WAV, as they are written: chunks, lists and their headers.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { CHUNK_HEADER_BYTES } from "./riff.ts";

/** A chunk, without the byte behind one of odd length. */
export function chunk(id: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHUNK_HEADER_BYTES + data.length);
  setHeader(bytes, { id, lengthBytes: data.length });
  bytes.set(data, CHUNK_HEADER_BYTES);
  return bytes;
}

/** The header of a chunk. */
export interface ChunkHeader {
  readonly id: string;
  readonly lengthBytes: number;
  /** What a list is a list of; default no list. */
  readonly kind?: string;
}

/** Writes a header at `at`. */
export function setHeader(
  bytes: Uint8Array,
  { at = 0, id, lengthBytes, kind = "" }: ChunkHeader & { readonly at?: number },
): void {
  bytes.set(characters(id), at);
  viewOf(bytes).setUint32(at + 4, lengthBytes, true);
  bytes.set(characters(kind), at + CHUNK_HEADER_BYTES);
}

/** So many bytes, with numbers of 32 bits at some places. */
export function fields(lengthBytes: number, values: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  for (const [at, value] of values) viewOf(bytes).setUint32(at, value, true);
  return bytes;
}

/** Characters as bytes. */
export function characters(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The bytes as numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A list of chunks of some kind. */
export function list(kind: string, parts: readonly Uint8Array[]): Uint8Array {
  return chunk("LIST", concat([characters(kind), ...parts]));
}
