/**
 * One stream of an AVI file that grows: its chunks, and the parts of its index, of which each has room for some chunks.
 *
 * @module
 */

import type { Patch } from "../patch.ts";
import type { AviHeaderWriter } from "./avi_header_writer.ts";
import { CHUNK_HEADER_BYTES } from "./riff.ts";
import { characters, chunk, fields, viewOf } from "./riff_writer.ts";

/** Chunks in a part of the index. */
const PART_CHUNKS = 256;
const PART_HEADER_BYTES = 24;
/** Bytes of a part of the index. */
export const PART_BYTES: number = CHUNK_HEADER_BYTES + PART_HEADER_BYTES + 8 * PART_CHUNKS;

/** The chunks of one stream, and the parts of its index. */
export class AviStreamWriter {
  /** Of its chunks. */
  readonly id: string;
  /** Frames, or samples of a channel. */
  length = 0;
  /** Bytes of its largest chunk. */
  largestBytes = 0;
  readonly #number: number;
  /** The part that is being written, and how many there are in front of it. */
  #part: IndexPart | undefined;
  #parts = 0;
  /** Whether the file does not say yet what the part has. */
  #isStale = false;

  /** For the stream of that number in the headers, whose chunks have this `id`. */
  constructor(number: number, id: string) {
    this.#number = number;
    this.id = id;
  }

  /** Whether there is no room in a part for the next chunk. */
  get needsPart(): boolean {
    return this.#part === undefined || this.#part.entries === PART_CHUNKS;
  }

  /** Begins a part of the index at `offset`. */
  beginPart(offset: number): Patch {
    this.#part = new IndexPart(offset, this.id);
    return { offset, bytes: this.#part.bytes.slice() };
  }

  /** A chunk is in the file: where its data is, its bytes, and how many frames or samples of a channel that is. */
  add(offset: number, { lengthBytes, length }: { readonly lengthBytes: number; readonly length: number }): void {
    this.#part!.add(offset, { lengthBytes, length });
    this.length += length;
    this.largestBytes = Math.max(this.largestBytes, lengthBytes);
    this.#isStale = true;
  }

  /** Brings the part, and what the headers say of it, up to date. */
  tell(header: AviHeaderWriter): Patch[] {
    if (!this.#isStale) return [];
    this.#isStale = false;
    const { offset, bytes, length } = this.#part!;
    const listed = { offset, lengthBytes: PART_BYTES, count: length };
    return [{ offset, bytes: bytes.slice() }, ...header.list(this.#number, this.#parts, listed)];
  }

  /** The next chunk begins another part. */
  endPart(header: AviHeaderWriter): Patch[] {
    if (this.#part === undefined) return [];
    const patches = this.tell(header);
    this.#part = undefined;
    this.#parts++;
    return patches;
  }
}

/** One part of the index: where up to {@linkcode PART_CHUNKS} chunks are. */
class IndexPart {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Chunks in it, and their frames or samples of a channel. */
  entries = 0;
  length = 0;

  constructor(offset: number, id: string) {
    this.offset = offset;
    // Two numbers for each chunk; an index of chunks.
    const data = fields(PART_BYTES - CHUNK_HEADER_BYTES, [[0, 2 | 1 << 24]]);
    data.set(characters(id), 8);
    viewOf(data).setBigUint64(12, BigInt(offset), true);
    this.bytes = chunk(`ix${id.slice(0, 2)}`, data);
  }

  add(offset: number, { lengthBytes, length }: { readonly lengthBytes: number; readonly length: number }): void {
    const view = viewOf(this.bytes);
    const entry = CHUNK_HEADER_BYTES + PART_HEADER_BYTES + 8 * this.entries;
    view.setUint32(entry, offset - this.offset, true);
    view.setUint32(entry + 4, lengthBytes, true);
    view.setUint32(CHUNK_HEADER_BYTES + 4, ++this.entries, true);
    this.length += length;
  }
}
