/**
 * The headers of an AVI file: its first video stream, how often its frames come, its first stream of sound, and where its index is.
 *
 * @module
 */

import { MAX_AVI_HEADER_BYTES } from "../../limits.ts";
import type { StoredFormat } from "../../sound.ts";
import type { FileWindow } from "../index/file_window.ts";
import { decodeWaveFormat } from "../sound/wave_format.ts";
import {
  type Chunk,
  CHUNK_HEADER_BYTES,
  chunksIn,
  decodeChunkHeader,
  endOf,
  fourCharacters,
  LIST_HEADER_BYTES,
  uint16At,
  uint32At,
  uint64At,
} from "./riff.ts";

/** Rates outside of this are mistakes of the program that wrote them. */
const MIN_FRAME_RATE = 0.001;
const MAX_FRAME_RATE = 1000;

/** A part of the index, as the index of indexes tells of it (OpenDML AVI, 3.0). */
export interface IndexPart {
  readonly offset: number;
  readonly lengthBytes: number;
}

/** Where a stream is. */
export interface AviStream {
  /** Its number among all streams, from 0. */
  readonly stream: number;
  /** The last two characters of its chunks. */
  readonly chunkKinds: readonly string[];
  /** Parts of its index; empty where the file has none of OpenDML. */
  readonly indexParts: readonly IndexPart[];
}

/** A video stream. */
export interface AviVideo extends AviStream {
  /** Four characters. */
  readonly codec: string;
  /** Frames a second; `undefined` where the file says nothing of use. */
  readonly frameRate: number | undefined;
}

/** A stream of sound. */
export interface AviSound extends AviStream {
  /** What its samples are, or why they cannot be read. */
  readonly format: StoredFormat | string;
}

/** What stands in front of the frames. */
export interface AviHeaders {
  /** `undefined` where there is no video. */
  readonly video: AviVideo | undefined;
  /** `undefined` where there is no sound. */
  readonly sound: AviSound | undefined;
  /** Where the four characters `movi` stand; `undefined` where they do not. */
  readonly moviOffset: number | undefined;
  /** The index of AVI 1.0, which stands behind the frames. */
  readonly oldIndex: Chunk | undefined;
  /** Whether frames go on in another RIFF chunk, which the index of AVI 1.0 knows nothing of. */
  readonly isContinued: boolean;
}

/** Chunks of video: compressed frames, or those that are not. */
const VIDEO_CHUNKS = ["dc", "db"];
const SOUND_CHUNKS = ["wb"];

/** Reads the headers of a file. */
export async function readAviHeaders(window: FileWindow): Promise<AviHeaders> {
  let [moviOffset, oldIndex, isContinued]: [number?, Chunk?, boolean?] = [];
  let streams: Pick<AviHeaders, "video" | "sound"> | undefined;
  for (let at = LIST_HEADER_BYTES; at < window.lengthBytes;) {
    const head = await window.read(at, LIST_HEADER_BYTES);
    const chunk = decodeChunkHeader(head, { offset: at });
    if (chunk === undefined) break;
    const kind = chunk.id === "LIST" ? fourCharacters(head, CHUNK_HEADER_BYTES) : chunk.id;
    if (kind === "hdrl") {
      const bytes = await window.read(at, Math.min(CHUNK_HEADER_BYTES + chunk.lengthBytes, MAX_AVI_HEADER_BYTES));
      streams ??= streamsIn(bytes.slice(LIST_HEADER_BYTES));
    } else if (kind === "movi") moviOffset ??= chunk.offset;
    else if (kind === "idx1") oldIndex ??= chunk;
    else if (kind === "RIFF") {
      isContinued = true;
      break;
    }
    at = endOf(chunk);
  }
  const { video, sound } = streams ?? {};
  return { video, sound, moviOffset, oldIndex, isContinued: isContinued ?? false };
}

/** The first stream of each kind in the list of headers. */
function streamsIn(headers: Uint8Array): Pick<AviHeaders, "video" | "sound"> {
  let stream = 0;
  let fallbackRate: number | undefined;
  let [video, sound]: [AviVideo?, AviSound?] = [];
  for (const { chunk, data } of chunksIn(headers, 0)) {
    // MainAVIHeader begins with the microseconds of a frame.
    if (chunk.id === "avih" && data.length >= 4) fallbackRate = 1e6 / uint32At(data, 0);
    if (chunk.id !== "LIST" || data.length < 4 || fourCharacters(data, 0) !== "strl") continue;
    video ??= videoOf(data.subarray(4), { stream, fallbackRate });
    sound ??= soundOf(data.subarray(4), stream);
    stream++;
  }
  return { video, sound };
}

function soundOf(list: Uint8Array, stream: number): AviSound | undefined {
  let [isSound, format, indexParts]: [boolean, AviSound["format"], IndexPart[]] = [false, "it has no format", []];
  for (const { chunk: { id }, data } of chunksIn(list, 0)) {
    if (id === "strh") isSound = fourCharacters(data, 0) === "auds";
    else if (id === "strf") format = decodeWaveFormat(data);
    else if (id === "indx") indexParts = partsIn(data);
  }
  return isSound ? { stream, chunkKinds: SOUND_CHUNKS, format, indexParts } : undefined;
}

function videoOf(
  list: Uint8Array,
  { stream, fallbackRate }: { readonly stream: number; readonly fallbackRate: number | undefined },
): AviVideo | undefined {
  let [codec, frameRate]: [string?, number?] = [];
  let indexParts: IndexPart[] = [];
  for (const { chunk: { id }, data } of chunksIn(list, 0)) {
    if (id === "strh" && data.length >= 28) {
      if (fourCharacters(data, 0) !== "vids") return undefined;
      codec = fourCharacters(data, 4);
      frameRate = usableRate(uint32At(data, 24) / uint32At(data, 20));
    } else if (id === "strf" && data.length >= 20) codec = fourCharacters(data, 16);
    else if (id === "indx") indexParts = partsIn(data);
  }
  if (codec === undefined) return undefined;
  return { stream, chunkKinds: VIDEO_CHUNKS, codec, frameRate: frameRate ?? usableRate(fallbackRate), indexParts };
}

function usableRate(rate: number | undefined): number | undefined {
  return rate !== undefined && rate >= MIN_FRAME_RATE && rate <= MAX_FRAME_RATE ? rate : undefined;
}

/** The parts of an index of indexes: 24 bytes, then 16 for each part. */
function partsIn(data: Uint8Array): IndexPart[] {
  const [wordsPerEntry, type] = [uint16At(data, 0), data[3]];
  if (data.length < 24 || wordsPerEntry !== 4 || type !== 0) return [];
  const count = Math.min(uint32At(data, 4), Math.floor((data.length - 24) / 16));
  return Array.from({ length: count }, (_, index) => {
    const at = 24 + 16 * index;
    return { offset: uint64At(data, at), lengthBytes: uint32At(data, at + 8) };
  });
}
