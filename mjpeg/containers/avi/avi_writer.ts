/**
 * Writes AVI files of OpenDML as the frames come. The file is whole behind each frame: its index and all lengths are brought up to date,
 * so that a recording that is cut off plays, and can be sought, up to its last frame.
 *
 *     RIFF AVI ( LIST hdrl ( avih, LIST strl ( strh, strf, indx ), LIST odml ( dmlh ) ), LIST movi ( ix00, 00dc, 00dc, …, ix00, … ) )
 *     RIFF AVIX ( LIST movi ( … ) ) …
 *
 * Each part of the index, `ix00`, stands in front of its frames, with room for all of them; `indx` says where the parts are. Sound is
 * another stream with an index of its own, `ix01`: what has come of it stands in front of each frame, `01wb`.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { JpegFrame } from "../../frame.ts";
import { splitFields } from "../../jpeg/fields.ts";
import { readJpegHeader } from "../../jpeg/jpeg_header.ts";
import { blockBytes, type SoundFormat, type SoundPiece } from "../../sound.ts";
import type { Patch } from "../patch.ts";
import { WaitingSound } from "../sound/waiting_sound.ts";
import { AviHeaderWriter } from "./avi_header_writer.ts";
import { AviStreamWriter, PART_BYTES } from "./avi_stream_writer.ts";
import { FrameGrid } from "./frame_grid.ts";
import type { FractionalRate } from "./frame_rate.ts";
import { CHUNK_HEADER_BYTES, LIST_HEADER_BYTES } from "./riff.ts";
import { setHeader } from "./riff_writer.ts";

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
  /** The sound that comes beside the frames; default none. */
  readonly sound?: SoundFormat;
}

/** A file that grows. */
export class AviWriter {
  readonly #maxRiffBytes: number;
  readonly #grid: FrameGrid;
  readonly #sound: WaitingSound | undefined;
  readonly #video = new AviStreamWriter(0, "00dc");
  readonly #audio = new AviStreamWriter(1, "01wb");
  #header: AviHeaderWriter | undefined;
  /** Where the next chunk goes. */
  #end = 0;
  /** Where the RIFF chunk begins that is being written, and what the first one has once another follows. */
  #riffOffset = 0;
  #first: { readonly firstFrames: number; readonly firstEnd: number } | undefined;

  constructor({ maxRiffBytes = MAX_RIFF_BYTES, rate, sound }: AviWriterOptions = {}) {
    this.#grid = new FrameGrid(rate);
    this.#maxRiffBytes = maxRiffBytes;
    this.#sound = sound && new WaitingSound(sound);
  }

  /** The next frame. Returns what to write, in this order. Throws a `SyntaxError` for a first frame whose size cannot be read. */
  add({ data, timestampUs }: JpegFrame): Patch[] {
    const patches: Patch[] = [];
    this.#header ??= this.#begin(data, patches);
    this.#sound?.begin(timestampUs);
    this.#appendSound(patches);
    for (let empty = this.#grid.slotsBefore(timestampUs); empty > 0; empty--) {
      this.#appendFrame(new Uint8Array(0), patches);
    }
    this.#appendFrame(data, patches);
    return this.#tell(patches);
  }

  /** The next piece of sound, of which there is some beside the frames. What comes before the first of them is left out. */
  addSound(piece: SoundPiece): Patch[] {
    return this.#sound?.add(piece) ? this.finish() : [];
  }

  /** The sound that waits for another frame. */
  finish(): Patch[] {
    const patches: Patch[] = [];
    if (this.#header === undefined) return patches;
    this.#appendSound(patches);
    return patches.length === 0 ? patches : this.#tell(patches);
  }

  /** The chunks are there; now whoever reads the file may know of them. */
  #tell(patches: Patch[]): Patch[] {
    for (const stream of [this.#video, this.#audio]) patches.push(...stream.tell(this.#header!));
    if (this.#riffOffset > 0) patches.push(this.#riffHeader());
    const frames = this.#video.length;
    patches.push(...this.#header!.update({
      frames,
      ...(this.#first ?? { firstFrames: frames, firstEnd: this.#end }),
      rate: this.#grid.rate,
      largestBytes: this.#video.largestBytes,
      samples: this.#audio.length,
      largestSoundBytes: this.#audio.largestBytes,
    }));
    return joined(patches);
  }

  #begin(jpeg: Uint8Array, patches: Patch[]): AviHeaderWriter {
    const { width, height } = readJpegHeader(jpeg).frame;
    const isOfFields = splitFields(jpeg) !== undefined;
    const header = new AviHeaderWriter({
      width,
      height: isOfFields ? 2 * height : height,
      sound: this.#sound?.format,
    });
    this.#end = header.lengthBytes;
    patches.push(header.whole);
    return header;
  }

  #appendFrame(data: Uint8Array, patches: Patch[]): void {
    this.#append(this.#video, { data, length: 1 }, patches);
  }

  /** What has come of the sound. */
  #appendSound(patches: Patch[]): void {
    const data = this.#sound?.take();
    if (data === undefined || data.length === 0) return;
    this.#append(this.#audio, { data, length: data.length / blockBytes(this.#sound!.format) }, patches);
  }

  #append(
    stream: AviStreamWriter,
    { data, length }: { readonly data: Uint8Array; readonly length: number },
    patches: Patch[],
  ): void {
    const bytes = new Uint8Array(CHUNK_HEADER_BYTES + data.length + data.length % 2);
    setHeader(bytes, { id: stream.id, lengthBytes: data.length });
    bytes.set(data, CHUNK_HEADER_BYTES);
    if (this.#end + PART_BYTES + bytes.length - this.#riffOffset > this.#maxRiffBytes) this.#beginRiff(patches);
    if (stream.needsPart) {
      patches.push(...stream.endPart(this.#header!), stream.beginPart(this.#end));
      this.#end += PART_BYTES;
    }
    patches.push({ offset: this.#end, bytes });
    stream.add(this.#end + CHUNK_HEADER_BYTES, { lengthBytes: data.length, length });
    this.#end += bytes.length;
  }

  #beginRiff(patches: Patch[]): void {
    for (const stream of [this.#video, this.#audio]) patches.push(...stream.endPart(this.#header!));
    this.#first ??= { firstFrames: this.#video.length, firstEnd: this.#end };
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
