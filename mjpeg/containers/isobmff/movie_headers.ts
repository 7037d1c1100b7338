/**
 * The headers of an MP4 or MOV file (`moov`): its tracks of video and sound, and which parts of them are shown.
 *
 * @module
 */

import { MAX_EDITS, MAX_SAMPLE_ENTRY_BYTES } from "../../limits.ts";
import type { StoredFormat } from "../../sound.ts";
import type { FileWindow } from "../index/file_window.ts";
import { type Box, BOX_HEADER_BYTES, boxesIn, decodeBoxHeader, viewOf } from "./boxes.ts";
import type { SampleTables } from "./sample_table.ts";
import { decodeSampleEntry } from "./sound_entry.ts";

/** A part of a track that is shown (ISO/IEC 14496-12, 8.6.6). */
export interface Edit {
  /** How long, in units of the movie's time scale; 0 for up to the end. */
  readonly duration: number;
  /** From when on, in units of the track's time scale; -1 for nothing. */
  readonly mediaTime: number;
  /** Whether the picture stands still. */
  readonly isStill: boolean;
}

/** What fragments of a track have where they do not say otherwise (8.8.3). */
export interface FragmentDefaults {
  readonly duration: number;
  readonly lengthBytes: number;
}

/** A track. */
export interface Track {
  readonly id: number;
  /** Units a second. */
  readonly timeScale: number;
  /** `undefined` where they are missing. */
  readonly tables: SampleTables | undefined;
  readonly edits: readonly Edit[];
  readonly fragmentDefaults: FragmentDefaults;
}

/** A video track. */
export interface VideoTrack extends Track {
  /** Four characters. */
  readonly codec: string;
}

/** A track of sound. */
export interface SoundTrack extends Track {
  /** What its samples are, or why they cannot be read. */
  readonly format: StoredFormat | string;
}

/** What a file has. */
export interface Movie {
  /** Units a second, for edits. */
  readonly timeScale: number;
  readonly tracks: readonly VideoTrack[];
  readonly sounds: readonly SoundTrack[];
  /** Whether there are fragments behind the headers. */
  readonly isFragmented: boolean;
}

/** Where `moov` is, which may stand behind the frames; where there is something else than a box, that is no such thing. */
export async function findMovie(window: FileWindow): Promise<Box | undefined> {
  for (let at = 0; at < window.lengthBytes;) {
    const box = decodeBoxHeader(await window.read(at, BOX_HEADER_BYTES), { base: at, end: window.lengthBytes });
    if (box === undefined || box.type === "moov") return box;
    at = box.end;
  }
  return undefined;
}

/** Reads `moov`. */
export async function readMovie(window: FileWindow, moov: Box): Promise<Movie> {
  const boxes = await boxesIn(window, moov);
  if (boxes.has("cmov")) {
    throw new SyntaxError("The headers of the MOV file are compressed; ffmpeg -i IN -c copy OUT.mov writes them anew");
  }
  const defaults = await readDefaults(window, boxes.get("mvex")?.[0]);
  const [tracks, sounds]: [VideoTrack[], SoundTrack[]] = [[], []];
  for (const box of boxes.get("trak") ?? []) {
    const track = await readTrack(window, box, defaults);
    if (track !== undefined && "codec" in track) tracks.push(track);
    else if (track !== undefined) sounds.push(track);
  }
  return {
    timeScale: await readTimeScale(window, boxes.get("mvhd")?.[0]) ?? 1000,
    tracks,
    sounds,
    isFragmented: boxes.has("mvex"),
  };
}

async function readTrack(
  window: FileWindow,
  trak: Box,
  defaults: ReadonlyMap<number, FragmentDefaults>,
): Promise<VideoTrack | SoundTrack | undefined> {
  const boxes = await boxesIn(window, trak);
  const media = await within(window, boxes.get("mdia")?.[0]);
  const handler = await bodyOf(window, media.get("hdlr")?.[0], 12);
  const kind = handler === undefined ? undefined : textAt(handler, 8);
  if (kind !== "vide" && kind !== "soun") return undefined;
  const table = await within(window, (await within(window, media.get("minf")?.[0])).get("stbl")?.[0]);
  const descriptions = table.get("stsd")?.[0];
  const header = await bodyOf(window, boxes.get("tkhd")?.[0], 24);
  const id = header === undefined ? 0 : header.getUint32(header.getUint8(0) === 1 ? 20 : 12);
  const track: Track = {
    id,
    timeScale: await readTimeScale(window, media.get("mdhd")?.[0]) ?? 1000,
    tables: tablesOf(table),
    edits: await readEdits(window, (await within(window, boxes.get("edts")?.[0])).get("elst")?.[0]),
    fragmentDefaults: defaults.get(id) ?? { duration: 0, lengthBytes: 0 },
  };
  if (kind === "vide") {
    const description = await bodyOf(window, descriptions, 16);
    return { ...track, codec: description === undefined ? "unknown" : textAt(description, 12) };
  }
  const room = descriptions === undefined ? 0 : Math.min(descriptions.end, window.lengthBytes) - descriptions.offset;
  // Version, flags and number of entries stand in front of the first.
  const description = await bodyOf(window, descriptions, Math.max(8, Math.min(room, MAX_SAMPLE_ENTRY_BYTES)));
  return { ...track, format: description === undefined ? "it has no format" : decodeSampleEntry(description, 8) };
}

function tablesOf(boxes: ReadonlyMap<string, readonly Box[]>): SampleTables | undefined {
  const first = (...types: readonly string[]) => types.map((type) => boxes.get(type)?.[0]).find((box) => box);
  const [times, chunks] = [first("stts"), first("stsc")];
  const [lengths, offsets] = [first("stsz", "stz2"), first("stco", "co64")];
  if (times === undefined || chunks === undefined || lengths === undefined || offsets === undefined) return undefined;
  return { times, chunks, lengths, offsets };
}

/** Of `mdhd` or `mvhd`. */
async function readTimeScale(window: FileWindow, box: Box | undefined): Promise<number | undefined> {
  const body = await bodyOf(window, box, 24);
  return body?.getUint32(body.getUint8(0) === 1 ? 20 : 12) || undefined;
}

async function readEdits(window: FileWindow, box: Box | undefined): Promise<Edit[]> {
  const head = await bodyOf(window, box, 8);
  if (head === undefined) return [];
  const isLong = head.getUint8(0) === 1;
  const entryBytes = isLong ? 20 : 12;
  const room = Math.floor((Math.min(box!.end, window.lengthBytes) - box!.offset - 8) / entryBytes);
  const count = Math.min(head.getUint32(4), room, MAX_EDITS);
  const bytes = await bodyOf(window, box, 8 + count * entryBytes);
  return Array.from({ length: bytes === undefined ? 0 : count }, (_, index) => {
    const at = 8 + index * entryBytes;
    const [duration, mediaTime] = isLong
      ? [Number(bytes!.getBigUint64(at)), Number(bytes!.getBigInt64(at + 8))]
      : [bytes!.getUint32(at), bytes!.getInt32(at + 4)];
    return { duration, mediaTime, isStill: bytes!.getInt16(at + entryBytes - 4) === 0 };
  });
}

async function readDefaults(window: FileWindow, box: Box | undefined): Promise<Map<number, FragmentDefaults>> {
  const defaults = new Map<number, FragmentDefaults>();
  for (const trex of (await within(window, box)).get("trex") ?? []) {
    const body = await bodyOf(window, trex, 20);
    if (body === undefined) continue;
    defaults.set(body.getUint32(4), { duration: body.getUint32(12), lengthBytes: body.getUint32(16) });
  }
  return defaults;
}

async function within(window: FileWindow, box: Box | undefined): Promise<ReadonlyMap<string, readonly Box[]>> {
  return box === undefined ? new Map() : await boxesIn(window, box);
}

/** The first bytes of a box; `undefined` where it has fewer. */
async function bodyOf(window: FileWindow, box: Box | undefined, lengthBytes: number): Promise<DataView | undefined> {
  if (box === undefined || box.offset + lengthBytes > Math.min(box.end, window.lengthBytes)) return undefined;
  return viewOf((await window.read(box.offset, lengthBytes)).slice());
}

function textAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
}
