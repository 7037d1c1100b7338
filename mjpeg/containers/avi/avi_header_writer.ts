/**
 * The headers of an AVI file that grows. They are made once; what changes with each frame is written again in place.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { Patch } from "../patch.ts";
import type { FractionalRate } from "./frame_rate.ts";
import { CHUNK_HEADER_BYTES, LIST_HEADER_BYTES } from "./riff.ts";

/** Parts that the index of indexes has room for: 11 hours at 25 frames a second. Players find frames behind them by going on. */
const MAX_PARTS = 4096;
const PART_ENTRY_BYTES = 16;
const HAS_INDEX = 0x10;

/** A part of the index, as the index of indexes has it. */
export interface ListedPart {
  readonly offset: number;
  readonly lengthBytes: number;
  /** Frames in it. */
  readonly count: number;
}

/** What the headers say of the file as it is now. */
export interface AviState {
  /** All frames, and those in the first RIFF chunk. */
  readonly frames: number;
  readonly firstFrames: number;
  /** Where the first RIFF chunk ends. */
  readonly firstEnd: number;
  readonly rate: FractionalRate;
  readonly largestBytes: number;
}

/** Everything in front of the first chunk of the list of frames. */
export class AviHeaderWriter {
  readonly #bytes: Uint8Array;
  readonly #at: Readonly<Record<"avih" | "strh" | "indx" | "odml" | "dmlh" | "movi", number>>;

  /** For frames of so many pixels. */
  constructor({ width, height }: { readonly width: number; readonly height: number }) {
    const avih = fields(56, [[12, HAS_INDEX], [24, 1], [32, width], [36, height]]);
    // BITMAPINFOHEADER: one plane of 24 bits.
    const strf = fields(40, [[0, 40], [4, width], [8, height], [12, 1 | 24 << 16], [20, 3 * width * height]]);
    strf.set(characters("MJPG"), 16);
    const strh = fields(56, [[40, 0xffff_ffff], [52, width | height << 16]]);
    strh.set(characters("vidsMJPG"));
    const indx = fields(24 + PART_ENTRY_BYTES * MAX_PARTS, [[0, 4]]);
    indx.set(characters("00dc"), 8);
    const strl = list("strl", [chunk("strh", strh), chunk("strf", strf), chunk("indx", indx)]);
    const odml = list("odml", [chunk("dmlh", new Uint8Array(248))]);
    const hdrl = list("hdrl", [chunk("avih", avih), strl, odml]);
    this.#bytes = concat([list("AVI ", []), hdrl, list("movi", [])]);
    setHeader(this.#bytes, { id: "RIFF", lengthBytes: 0, kind: "AVI " });
    const avihAt = 2 * LIST_HEADER_BYTES + CHUNK_HEADER_BYTES;
    const strhAt = avihAt + avih.length + LIST_HEADER_BYTES + CHUNK_HEADER_BYTES;
    const indxAt = strhAt + strh.length + 2 * CHUNK_HEADER_BYTES + strf.length;
    const odmlAt = indxAt + indx.length;
    this.#at = {
      ...{ avih: avihAt, strh: strhAt, indx: indxAt, odml: odmlAt },
      dmlh: odmlAt + LIST_HEADER_BYTES + CHUNK_HEADER_BYTES,
      movi: this.#bytes.length - LIST_HEADER_BYTES,
    };
  }

  /** Bytes of the headers. */
  get lengthBytes(): number {
    return this.#bytes.length;
  }

  /** All of the headers, for a file without frames yet. */
  get whole(): Patch {
    return { offset: 0, bytes: this.#bytes.slice() };
  }

  /** What to write for part `index` of the index, from 0, as it is now; nothing where there is no room for it. */
  list(index: number, { offset, lengthBytes, count }: ListedPart): Patch[] {
    if (index >= MAX_PARTS) return [];
    const entry = this.#at.indx + 24 + PART_ENTRY_BYTES * index;
    const view = viewOf(this.#bytes);
    view.setUint32(this.#at.indx + 4, index + 1, true);
    view.setBigUint64(entry, BigInt(offset), true);
    view.setUint32(entry + 8, lengthBytes, true);
    view.setUint32(entry + 12, count, true);
    return [this.#patch(entry, PART_ENTRY_BYTES)];
  }

  /** What to write where the file is as `state` says. */
  update({ frames, firstFrames, firstEnd, rate, largestBytes }: AviState): Patch[] {
    const { avih, strh, indx, odml, dmlh, movi } = this.#at;
    const view = viewOf(this.#bytes);
    const set = (at: number, value: number) => view.setUint32(at, value, true);
    set(4, firstEnd - CHUNK_HEADER_BYTES);
    set(avih, Math.round(1e6 * rate.scale / rate.rate));
    set(avih + 16, firstFrames);
    set(avih + 28, largestBytes + CHUNK_HEADER_BYTES);
    set(strh + 20, rate.scale);
    set(strh + 24, rate.rate);
    set(strh + 32, frames);
    set(strh + 36, largestBytes);
    set(dmlh, frames);
    set(movi + 4, firstEnd - movi - CHUNK_HEADER_BYTES);
    return [this.#patch(odml, this.#bytes.length - odml), this.#patch(0, indx + 8)];
  }

  #patch(offset: number, lengthBytes: number): Patch {
    return { offset, bytes: this.#bytes.slice(offset, offset + lengthBytes) };
  }
}

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

function list(kind: string, parts: readonly Uint8Array[]): Uint8Array {
  return chunk("LIST", concat([characters(kind), ...parts]));
}
