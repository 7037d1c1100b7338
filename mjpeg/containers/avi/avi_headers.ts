/**
 * The headers of an AVI file: its first video stream, how often its frames come, and where its index is.
 *
 * @module
 */

import { MAX_AVI_HEADER_BYTES } from "../../limits.ts";
import type { FileWindow } from "../index/file_window.ts";
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

/** A video stream. */
export interface AviVideo {
  /** Its number among all streams, from 0. */
  readonly stream: number;
  /** Four characters. */
  readonly codec: string;
  /** Frames a second; `undefined` where the file says nothing of use. */
  readonly frameRate: number | undefined;
  /** Parts of its index; empty where the file has none of OpenDML. */
  readonly indexParts: readonly IndexPart[];
}

/** What stands in front of the frames. */
export interface AviHeaders {
  /** `undefined` where there is no video. */
  readonly video: AviVideo | undefined;
  /** Where the four characters `movi` stand; `undefined` where they do not. */
  readonly moviOffset: number | undefined;
  /** The index of AVI 1.0, which stands behind the frames. */
  readonly oldIndex: Chunk | undefined;
  /** Whether frames go on in another RIFF chunk, which the index of AVI 1.0 knows nothing of. */
  readonly isContinued: boolean;
}

/** Reads the headers of a file. */
export async function readAviHeaders(window: FileWindow): Promise<AviHeaders> {
  let [video, moviOffset, oldIndex, isContinued]: [AviVideo?, number?, Chunk?, boolean?] = [];
  for (let at = LIST_HEADER_BYTES; at < window.lengthBytes;) {
    const head = await window.read(at, LIST_HEADER_BYTES);
    const chunk = decodeChunkHeader(head, { offset: at });
    if (chunk === undefined) break;
    const kind = chunk.id === "LIST" ? fourCharacters(head, CHUNK_HEADER_BYTES) : chunk.id;
    if (kind === "hdrl") {
      const bytes = await window.read(at, Math.min(CHUNK_HEADER_BYTES + chunk.lengthBytes, MAX_AVI_HEADER_BYTES));
      video ??= videoIn(bytes.slice(LIST_HEADER_BYTES));
    } else if (kind === "movi") moviOffset ??= chunk.offset;
    else if (kind === "idx1") oldIndex ??= chunk;
    else if (kind === "RIFF") {
      isContinued = true;
      break;
    }
    at = endOf(chunk);
  }
  return { video, moviOffset, oldIndex, isContinued: isContinued ?? false };
}

/** The first video stream in the list of headers. */
function videoIn(headers: Uint8Array): AviVideo | undefined {
  let stream = 0;
  let fallbackRate: number | undefined;
  for (const { chunk, data } of chunksIn(headers, 0)) {
    // MainAVIHeader begins with the microseconds of a frame.
    if (chunk.id === "avih" && data.length >= 4) fallbackRate = 1e6 / uint32At(data, 0);
    if (chunk.id !== "LIST" || data.length < 4 || fourCharacters(data, 0) !== "strl") continue;
    const video = videoOf(data.subarray(4), { stream: stream++, fallbackRate });
    if (video !== undefined) return video;
  }
  return undefined;
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
  return { stream, codec, frameRate: frameRate ?? usableRate(fallbackRate), indexParts };
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
