/**
 * Writes AVI files of OpenDML as the frames come. The file is whole behind each frame: its index and all lengths are brought up to date,
 * so that a recording that is cut off plays, and can be sought, up to its last frame.
 *
 *     RIFF AVI ( LIST hdrl ( avih, LIST strl ( strh, strf, indx ), LIST odml ( dmlh ) ), LIST movi ( ix00, 00dc, 00dc, …, ix00, … ) )
 *     RIFF AVIX ( LIST movi ( … ) ) …
 *
 * Each part of the index, `ix00`, stands in front of its frames, with room for all of them; `indx` says where the parts are.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { JpegFrame } from "../../frame.ts";
import { splitFields } from "../../jpeg/fields.ts";
import { readJpegHeader } from "../../jpeg/jpeg_header.ts";
import { AviHeaderWriter, characters, chunk, fields, setHeader, viewOf } from "./avi_header_writer.ts";
import type { Patch } from "../patch.ts";
import { FrameGrid } from "./frame_grid.ts";
import type { FractionalRate } from "./frame_rate.ts";
import { CHUNK_HEADER_BYTES, LIST_HEADER_BYTES } from "./riff.ts";

/** Frames in a part of the index. */
const PART_FRAMES = 256;
const PART_HEADER_BYTES = 24;
const PART_BYTES = CHUNK_HEADER_BYTES + PART_HEADER_BYTES + 8 * PART_FRAMES;
/** The headers of a RIFF chunk and of its list of frames. */
const RIFF_HEADER_BYTES = 2 * LIST_HEADER_BYTES;
/** Players of AVI 1.0 read the first RIFF chunk alone; it stays below what they can count. */
const MAX_RIFF_BYTES = 1_000_000_000;

/** Constructor options of {@linkcode AviWriter}. */
export interface AviWriterOptions {
  /** Bytes of a RIFF chunk, default 1 GB. */
  readonly maxRiffBytes?: number;
  /** The rate, where it is known; default as the first frames come. */
  readonly rate?: FractionalRate;
}

/** A file that grows. */
export class AviWriter {
  readonly #maxRiffBytes: number;
  readonly #grid: FrameGrid;
  #header: AviHeaderWriter | undefined;
  /** Where the next chunk goes. */
  #end = 0;
  #frames = 0;
  #largestBytes = 0;
  /** Where the RIFF chunk begins that is being written, and what the first one has once another follows. */
  #riffOffset = 0;
  #first: { readonly firstFrames: number; readonly firstEnd: number } | undefined;
  /** The part of the index that is being written, and how many there are in front of it. */
  #part: IndexPart | undefined;
  #parts = 0;

  constructor({ maxRiffBytes = MAX_RIFF_BYTES, rate }: AviWriterOptions = {}) {
    this.#grid = new FrameGrid(rate);
    this.#maxRiffBytes = maxRiffBytes;
  }

  /** The next frame. Returns what to write, in this order. Throws a `SyntaxError` for a first frame whose size cannot be read. */
  add({ data, timestampUs }: JpegFrame): Patch[] {
    const patches: Patch[] = [];
    const header = this.#header ??= this.#begin(data, patches);
    for (let empty = this.#grid.slotsBefore(timestampUs); empty > 0; empty--) this.#append(new Uint8Array(0), patches);
    this.#append(data, patches);
    // The frame is there; now whoever reads the file may know of it.
    this.#writePart(patches);
    if (this.#riffOffset > 0) patches.push(this.#riffHeader());
    patches.push(...header.update({
      frames: this.#frames,
      ...(this.#first ?? { firstFrames: this.#frames, firstEnd: this.#end }),
      rate: this.#grid.rate,
      largestBytes: this.#largestBytes,
    }));
    return joined(patches);
  }

  #begin(jpeg: Uint8Array, patches: Patch[]): AviHeaderWriter {
    const { width, height } = readJpegHeader(jpeg).frame;
    const header = new AviHeaderWriter({ width, height: splitFields(jpeg) === undefined ? height : 2 * height });
    this.#end = header.lengthBytes;
    patches.push(header.whole);
    return header;
  }

  #append(data: Uint8Array, patches: Patch[]): void {
    const bytes = new Uint8Array(CHUNK_HEADER_BYTES + data.length + data.length % 2);
    setHeader(bytes, { id: "00dc", lengthBytes: data.length });
    bytes.set(data, CHUNK_HEADER_BYTES);
    if (this.#end + PART_BYTES + bytes.length - this.#riffOffset > this.#maxRiffBytes) this.#beginRiff(patches);
    if (this.#part === undefined || this.#part.count === PART_FRAMES) this.#beginPart(patches);
    patches.push({ offset: this.#end, bytes });
    this.#part!.add(this.#end + CHUNK_HEADER_BYTES, data.length);
    this.#end += bytes.length;
    this.#frames++;
    this.#largestBytes = Math.max(this.#largestBytes, data.length);
  }

  #beginRiff(patches: Patch[]): void {
    this.#endPart(patches);
    this.#first ??= { firstFrames: this.#frames, firstEnd: this.#end };
    this.#riffOffset = this.#end;
    this.#end += RIFF_HEADER_BYTES;
    patches.push(this.#riffHeader());
  }

  /** The headers of a RIFF chunk behind the first one, which reaches to the end of the file. */
  #riffHeader(): Patch {
    const bytes = new Uint8Array(RIFF_HEADER_BYTES);
    const lengthBytes = this.#end - this.#riffOffset;
    const inRiff = lengthBytes - CHUNK_HEADER_BYTES;
    setHeader(bytes, { id: "RIFF", lengthBytes: inRiff, kind: "AVIX" });
    setHeader(bytes, { at: LIST_HEADER_BYTES, id: "LIST", lengthBytes: inRiff - LIST_HEADER_BYTES, kind: "movi" });
    return { offset: this.#riffOffset, bytes };
  }

  #beginPart(patches: Patch[]): void {
    this.#endPart(patches);
    this.#part = new IndexPart(this.#end);
    patches.push({ offset: this.#end, bytes: this.#part.bytes.slice() });
    this.#end += PART_BYTES;
  }

  /** Brings the part, and what the headers say of it, up to date. */
  #writePart(patches: Patch[]): void {
    const { offset, bytes, count } = this.#part!;
    patches.push({ offset, bytes: bytes.slice() });
    patches.push(...this.#header!.list(this.#parts, { offset, lengthBytes: PART_BYTES, count }));
  }

  #endPart(patches: Patch[]): void {
    if (this.#part === undefined) return;
    this.#writePart(patches);
    this.#part = undefined;
    this.#parts++;
  }
}

/** One part of the index: where up to {@linkcode PART_FRAMES} frames are. */
class IndexPart {
  readonly offset: number;
  readonly bytes: Uint8Array;
  #count = 0;

  constructor(offset: number) {
    this.offset = offset;
    // Two numbers for each frame; an index of chunks.
    const data = fields(PART_BYTES - CHUNK_HEADER_BYTES, [[0, 2 | 1 << 24]]);
    data.set(characters("00dc"), 8);
    viewOf(data).setBigUint64(12, BigInt(offset), true);
    this.bytes = chunk("ix00", data);
  }

  get count(): number {
    return this.#count;
  }

  add(offset: number, lengthBytes: number): void {
    const view = viewOf(this.bytes);
    const entry = CHUNK_HEADER_BYTES + PART_HEADER_BYTES + 8 * this.#count;
    view.setUint32(entry, offset - this.offset, true);
    view.setUint32(entry + 4, lengthBytes, true);
    view.setUint32(CHUNK_HEADER_BYTES + 4, ++this.#count, true);
  }
}

/** The same with what follows one another in the file in one: a gap has thousands of empty frames. */
function joined(patches: readonly Patch[]): Patch[] {
  const runs: Patch[][] = [];
  let end = -1;
  for (const patch of patches) {
    if (patch.offset === end) runs.at(-1)!.push(patch);
    else runs.push([patch]);
    end = patch.offset + patch.bytes.length;
  }
  return runs.map((run) =>
    run.length === 1 ? run[0] : { offset: run[0].offset, bytes: concat(run.map(({ bytes }) => bytes)) }
  );
}
