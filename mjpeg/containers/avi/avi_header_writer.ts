/**
 * The headers of an AVI file that grows. They are made once; what changes with each frame is written again in place.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { blockBytes, type SoundFormat } from "../../sound.ts";
import type { Patch } from "../patch.ts";
import { waveFormat } from "../sound/wave_format.ts";
import type { FractionalRate } from "./frame_rate.ts";
import { CHUNK_HEADER_BYTES, LIST_HEADER_BYTES } from "./riff.ts";
import { characters, chunk, fields, list, setHeader, viewOf } from "./riff_writer.ts";

/** Parts that the index of indexes has room for: 11 hours at 25 frames a second. Players find frames behind them by going on. */
const MAX_PARTS = 4096;
const PART_ENTRY_BYTES = 16;
const STREAM_HEADER_BYTES = 56;
const HAS_INDEX = 0x10;

/** A part of the index, as the index of indexes has it. */
export interface ListedPart {
  readonly offset: number;
  readonly lengthBytes: number;
  /** Frames in it, or samples of a channel. */
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
  /** Samples of a channel of the sound, and the bytes of its largest chunk; 0 without sound. */
  readonly samples: number;
  readonly largestSoundBytes: number;
}

/** What is in the file. */
export interface AviContent {
  readonly width: number;
  readonly height: number;
  /** The sound beside the frames; `undefined` without any. */
  readonly sound: SoundFormat | undefined;
}

/** Everything in front of the first chunk of the list of frames. */
export class AviHeaderWriter {
  readonly #bytes: Uint8Array;
  readonly #at: Readonly<Record<"avih" | "odml" | "dmlh" | "movi", number>>;
  /** Where the lists of the streams begin: of the video, and of the sound if there is some. */
  readonly #streams: readonly StreamPlace[];

  constructor({ width, height, sound }: AviContent) {
    const streams = [videoStream(width, height), ...(sound === undefined ? [] : [soundStream(sound)])];
    const avih = fields(56, [[12, HAS_INDEX], [24, streams.length], [32, width], [36, height]]);
    const odml = list("odml", [chunk("dmlh", new Uint8Array(248))]);
    const hdrl = list("hdrl", [chunk("avih", avih), ...streams.map(({ bytes }) => bytes), odml]);
    this.#bytes = concat([list("AVI ", []), hdrl, list("movi", [])]);
    setHeader(this.#bytes, { id: "RIFF", lengthBytes: 0, kind: "AVI " });
    const avihAt = 2 * LIST_HEADER_BYTES + CHUNK_HEADER_BYTES;
    const places: StreamPlace[] = [];
    let at = avihAt + avih.length;
    for (const { bytes, formatBytes } of streams) {
      const strh = at + LIST_HEADER_BYTES + CHUNK_HEADER_BYTES;
      places.push({ strh, indx: strh + STREAM_HEADER_BYTES + CHUNK_HEADER_BYTES + formatBytes + CHUNK_HEADER_BYTES });
      at += bytes.length;
    }
    this.#streams = places;
    this.#at = {
      ...{ avih: avihAt, odml: at, dmlh: at + LIST_HEADER_BYTES + CHUNK_HEADER_BYTES },
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

  /** What to write for part `index` of the index of a stream, from 0, as it is now; nothing where there is no room for it. */
  list(stream: number, index: number, { offset, lengthBytes, count }: ListedPart): Patch[] {
    if (index >= MAX_PARTS) return [];
    const { indx } = this.#streams[stream];
    const entry = indx + 24 + PART_ENTRY_BYTES * index;
    const view = viewOf(this.#bytes);
    view.setUint32(indx + 4, index + 1, true);
    view.setBigUint64(entry, BigInt(offset), true);
    view.setUint32(entry + 8, lengthBytes, true);
    view.setUint32(entry + 12, count, true);
    return [this.#patch(entry, entry + PART_ENTRY_BYTES)];
  }

  /** What to write where the file is as `state` says. */
  update(state: AviState): Patch[] {
    const { frames, firstFrames, firstEnd, rate, largestBytes, samples, largestSoundBytes } = state;
    const { avih, odml, dmlh, movi } = this.#at;
    const [video, sound] = this.#streams;
    const view = viewOf(this.#bytes);
    const set = (at: number, value: number) => view.setUint32(at, value, true);
    set(4, firstEnd - CHUNK_HEADER_BYTES);
    set(avih, Math.round(1e6 * rate.scale / rate.rate));
    set(avih + 16, firstFrames);
    set(avih + 28, Math.max(largestBytes, largestSoundBytes) + CHUNK_HEADER_BYTES);
    set(video.strh + 20, rate.scale);
    set(video.strh + 24, rate.rate);
    set(video.strh + 32, frames);
    set(video.strh + 36, largestBytes);
    set(dmlh, frames);
    set(movi + 4, firstEnd - movi - CHUNK_HEADER_BYTES);
    const patches = [this.#patch(odml, this.#bytes.length), this.#patch(0, video.indx + 8)];
    if (sound !== undefined) {
      set(sound.strh + 32, samples);
      set(sound.strh + 36, largestSoundBytes);
      patches.splice(1, 0, this.#patch(sound.strh, sound.indx + 8));
    }
    return patches;
  }

  #patch(offset: number, end: number): Patch {
    return { offset, bytes: this.#bytes.slice(offset, end) };
  }
}

/** Where the data of two chunks of a stream's headers begin. */
interface StreamPlace {
  readonly strh: number;
  readonly indx: number;
}

/** The headers of a stream. */
interface StreamHeaders {
  readonly bytes: Uint8Array;
  /** Bytes of its format. */
  readonly formatBytes: number;
}

function videoStream(width: number, height: number): StreamHeaders {
  // BITMAPINFOHEADER: one plane of 24 bits.
  const format = fields(40, [[0, 40], [4, width], [8, height], [12, 1 | 24 << 16], [20, 3 * width * height]]);
  format.set(characters("MJPG"), 16);
  const header = fields(STREAM_HEADER_BYTES, [[40, 0xffff_ffff], [52, width | height << 16]]);
  header.set(characters("vidsMJPG"));
  return streamHeaders(header, { format, id: "00dc" });
}

function soundStream(sound: SoundFormat): StreamHeaders {
  const format = waveFormat(sound);
  // Time is counted in samples of all channels.
  const block = blockBytes(sound);
  const header = fields(STREAM_HEADER_BYTES, [
    [20, block],
    [24, block * sound.sampleRate],
    [40, 0xffff_ffff],
    [44, block],
  ]);
  header.set(characters("auds"));
  return streamHeaders(header, { format, id: "01wb" });
}

function streamHeaders(
  header: Uint8Array,
  { format, id }: { readonly format: Uint8Array; readonly id: string },
): StreamHeaders {
  const indx = fields(24 + PART_ENTRY_BYTES * MAX_PARTS, [[0, 4]]);
  indx.set(characters(id), 8);
  const bytes = list("strl", [chunk("strh", header), chunk("strf", format), chunk("indx", indx)]);
  return { bytes, formatBytes: format.length };
}
