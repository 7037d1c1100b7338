/**
 * The indexes of an AVI file: that of AVI 1.0 behind the frames, and those of OpenDML among them. An index is believed where frames
 * are where it says.
 *
 * @module
 */

import { MAX_INDEXED_FRAMES } from "../../limits.ts";
import type { FileWindow } from "../index/file_window.ts";
import { UintList } from "../index/uint_list.ts";
import type { AviHeaders, AviStream, IndexPart } from "./avi_headers.ts";
import {
  CHUNK_HEADER_BYTES,
  decodeChunkHeader,
  fourCharacters,
  LIST_HEADER_BYTES,
  uint16At,
  uint32At,
  uint64At,
} from "./riff.ts";

/** Frames that are looked at before an index is believed, evenly over the file. */
const CHECKED_FRAMES = 64;
const OLD_ENTRY_BYTES = 16;
const PART_HEADER_BYTES = 24;
/** Highest bit of a length: the frame needs others to be decoded. */
const LENGTH_MASK = 0x7fff_ffff;

/** Where frames are, in the order of the stream. A length of 0 is a frame that shows the one before again. */
export class AviIndex {
  readonly #offsets = new UintList(6);
  readonly #lengths = new UintList(4);

  /** Number of entries. */
  get count(): number {
    return this.#offsets.length;
  }

  /** Where the last entry ends, with the byte behind one of odd length; 0 without entries. */
  get end(): number {
    if (this.count === 0) return 0;
    const { offset, lengthBytes } = this.at(this.count - 1);
    return offset + lengthBytes + lengthBytes % 2;
  }

  /** Adds an entry. Returns false where no more are taken. */
  add(offset: number, lengthBytes: number): boolean {
    if (this.count >= MAX_INDEXED_FRAMES) return false;
    this.#offsets.push(offset);
    this.#lengths.push(lengthBytes);
    return true;
  }

  /** Where entry `index` leads. */
  at(index: number): { readonly offset: number; readonly lengthBytes: number } {
    return { offset: this.#offsets.at(index), lengthBytes: this.#lengths.at(index) };
  }
}

/** Finds an index that tells the truth. `undefined` where the file has none. */
export async function readAviIndex(
  window: FileWindow,
  { stream, headers }: { readonly stream: AviStream; readonly headers: AviHeaders },
): Promise<AviIndex | undefined> {
  const candidates = [
    () => readParts(window, stream.indexParts),
    () => headers.isContinued ? undefined : readOldIndex(window, stream, headers),
  ];
  for (const read of candidates) {
    const index = await read();
    if (index !== undefined && index.count > 0 && await isTrue(window, stream, index)) return index;
  }
  return undefined;
}

/** Whether frames are where an index says: each entry behind the one before, and a chunk of the stream and of that length there. */
async function isTrue(window: FileWindow, stream: AviStream, index: AviIndex): Promise<boolean> {
  let end = 0;
  for (let at = 0; at < index.count; at++) {
    const { offset, lengthBytes } = index.at(at);
    if (offset < end) return false;
    end = offset + lengthBytes;
  }
  if (end > window.lengthBytes) return false;
  const checked = Math.min(index.count, CHECKED_FRAMES);
  for (let count = 0; count < checked; count++) {
    const at = checked === 1 ? 0 : Math.round(count * (index.count - 1) / (checked - 1));
    const { offset, lengthBytes } = index.at(at);
    if (offset < CHUNK_HEADER_BYTES) return false;
    const chunk = decodeChunkHeader(await window.read(offset - CHUNK_HEADER_BYTES, CHUNK_HEADER_BYTES));
    if (chunk === undefined || !isChunkOf(stream, chunk.id) || chunk.lengthBytes !== lengthBytes) return false;
  }
  return true;
}

/** Whether a chunk is of the stream, such as `00dc`. */
export function isChunkOf({ stream, chunkKinds }: AviStream, id: string): boolean {
  return chunkKinds.includes(id.slice(2)) && id.slice(0, 2).toLowerCase() === streamId(stream);
}

function streamId(stream: number): string {
  return stream.toString(16).padStart(2, "0");
}

/** Reads the parts of an index of OpenDML. */
async function readParts(window: FileWindow, parts: readonly IndexPart[]): Promise<AviIndex | undefined> {
  const index = new AviIndex();
  for (const { offset, lengthBytes } of parts) {
    const head = await window.read(offset, CHUNK_HEADER_BYTES + PART_HEADER_BYTES);
    const chunk = decodeChunkHeader(head, { offset });
    if (chunk === undefined || head.length < CHUNK_HEADER_BYTES + PART_HEADER_BYTES) return undefined;
    const words = uint16At(head, CHUNK_HEADER_BYTES);
    // Those of fields have a third number: where the second field is.
    if (head[CHUNK_HEADER_BYTES + 3] !== 1 || (words !== 2 && words !== 3)) return undefined;
    const count = uint32At(head, CHUNK_HEADER_BYTES + 4);
    const base = uint64At(head, CHUNK_HEADER_BYTES + 12);
    const entryBytes = 4 * words;
    if (PART_HEADER_BYTES + count * entryBytes > Math.max(lengthBytes, chunk.lengthBytes)) return undefined;
    const start = chunk.offset + PART_HEADER_BYTES;
    for (let entry = 0; entry < count; entry++) {
      const read = window.read(start + entry * entryBytes, 8);
      const bytes = read instanceof Uint8Array ? read : await read;
      if (bytes.length < 8) return undefined;
      const at = base + uint32At(bytes, 0);
      if (at >= window.lengthBytes) return undefined;
      if (!index.add(at, uint32At(bytes, 4) & LENGTH_MASK)) return index;
    }
  }
  return index;
}

/** Reads the index of AVI 1.0, whose offsets count from `movi`, or, as some programs write them, from the start of the file. */
async function readOldIndex(
  window: FileWindow,
  stream: AviStream,
  { oldIndex, moviOffset }: AviHeaders,
): Promise<AviIndex | undefined> {
  if (oldIndex === undefined || moviOffset === undefined) return undefined;
  const index = new AviIndex();
  let base: number | undefined;
  for (let at = 0; at + OLD_ENTRY_BYTES <= oldIndex.lengthBytes; at += OLD_ENTRY_BYTES) {
    const read = window.read(oldIndex.offset + at, OLD_ENTRY_BYTES);
    const bytes = read instanceof Uint8Array ? read : await read;
    if (bytes.length < OLD_ENTRY_BYTES) break;
    if (!isChunkOf(stream, fourCharacters(bytes, 0))) continue;
    const [offset, lengthBytes] = [uint32At(bytes, 8), uint32At(bytes, 12)];
    base ??= await findBase(window, { stream, offset, lengthBytes, moviOffset });
    if (base === undefined) return undefined;
    if (!index.add(base + offset + CHUNK_HEADER_BYTES, lengthBytes)) break;
  }
  return index;
}

/** What the offsets of an index count from: where that leads from the first one to its chunk. */
async function findBase(
  window: FileWindow,
  { stream, offset, lengthBytes, moviOffset }: {
    readonly stream: AviStream;
    readonly offset: number;
    readonly lengthBytes: number;
    readonly moviOffset: number;
  },
): Promise<number | undefined> {
  for (const base of [moviOffset, 0, moviOffset + LIST_HEADER_BYTES - CHUNK_HEADER_BYTES]) {
    const chunk = decodeChunkHeader(await window.read(base + offset, CHUNK_HEADER_BYTES));
    if (chunk !== undefined && isChunkOf(stream, chunk.id) && chunk.lengthBytes === lengthBytes) return base;
  }
  return undefined;
}
