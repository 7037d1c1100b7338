/**
 * The fragments of an MP4 file (ISO/IEC 14496-12, 8.8): parts of a movie, each with headers of its own, as programs write them that
 * cannot know how long the movie will be.
 *
 * @module
 */

import { MAX_FRAGMENT_HEADER_BYTES } from "../../limits.ts";
import type { FileWindow } from "../index/file_window.ts";
import { type Box, BOX_HEADER_BYTES, boxesOf, decodeBoxHeader, viewOf } from "./boxes.ts";
import type { Track } from "./movie_headers.ts";
import type { Sample } from "./sample_table.ts";

/** Flags of `tfhd`. */
const [HAS_BASE, HAS_DESCRIPTION, HAS_DEFAULT_DURATION, HAS_DEFAULT_LENGTH] = [0x1, 0x2, 0x8, 0x10];
/** Flags of `trun`. */
const [HAS_OFFSET, HAS_FIRST_FLAGS, HAS_DURATION, HAS_LENGTH, HAS_FLAGS, HAS_COMPOSITION] = [
  ...[0x1, 0x4, 0x100, 0x200, 0x400, 0x800],
];

/** The samples of a track in all fragments from `start` of the file on. */
export async function* samplesInFragments(
  window: FileWindow,
  { track, start, onDamage }: {
    readonly track: Track;
    readonly start: number;
    /** Called with where there is something else than a box. */
    readonly onDamage: (offset: number) => void;
  },
): AsyncGenerator<Sample> {
  let time = 0;
  for (let at = start; at < window.lengthBytes;) {
    const box = decodeBoxHeader(await window.read(at, BOX_HEADER_BYTES), { base: at, end: window.lengthBytes });
    if (box === undefined) {
      // Less than a header is the end of a file that was cut.
      if (window.lengthBytes - at >= BOX_HEADER_BYTES) onDamage(at);
      return;
    }
    if (box.type === "moof" && box.end - box.start <= MAX_FRAGMENT_HEADER_BYTES && box.end <= window.lengthBytes) {
      const bytes = (await window.read(box.start, box.end - box.start)).slice();
      for (const sample of samplesOf(bytes, { track, moof: box, time, fileBytes: window.lengthBytes })) {
        yield sample;
        time = sample.time + sample.duration;
      }
    }
    at = box.end;
  }
}

/** The samples of one fragment, whose headers are `bytes`. `time` is when it begins, if it does not say so itself. */
function* samplesOf(
  bytes: Uint8Array,
  { track, moof, time: startTime, fileBytes }: {
    readonly track: Track;
    readonly moof: Box;
    readonly time: number;
    /** Bytes of the whole file. */
    readonly fileBytes: number;
  },
): Generator<Sample> {
  let time = startTime;
  for (const traf of boxesOf(bytes, { offset: moof.offset - moof.start, end: bytes.length })) {
    if (traf.type !== "traf") continue;
    const boxes = [...boxesOf(bytes, traf)];
    const header = viewOfBody(bytes, boxes.find(({ type }) => type === "tfhd"), 8);
    if (header === undefined || header.getUint32(4) !== track.id) continue;
    const { base = moof.start, ...defaults } = decodeHeader(header, track);
    const decodeTime = viewOfBody(bytes, boxes.find(({ type }) => type === "tfdt"), 8);
    if (decodeTime !== undefined) {
      const isLong = decodeTime.getUint8(0) === 1 && decodeTime.byteLength >= 12;
      time = isLong ? Number(decodeTime.getBigUint64(4)) : decodeTime.getUint32(4);
    }
    let end = base;
    for (const box of boxes) {
      const run = box.type === "trun" ? viewOfBody(bytes, box, 8) : undefined;
      if (run === undefined) continue;
      for (const sample of samplesOfRun(run, { base, start: end, time, fileBytes, ...defaults })) {
        yield sample;
        time = sample.time + sample.duration;
        end = sample.offset + sample.lengthBytes;
      }
    }
  }
}

/** What `tfhd` says, or the headers of the movie. */
function decodeHeader(header: DataView, { fragmentDefaults }: Track) {
  const flags = header.getUint32(0) & 0xffffff;
  let at = 8;
  const take = (flag: number, bytes: 4 | 8): number | undefined => {
    if ((flags & flag) === 0 || at + bytes > header.byteLength) return undefined;
    at += bytes;
    return bytes === 8 ? Number(header.getBigUint64(at - 8)) : header.getUint32(at - 4);
  };
  const base = take(HAS_BASE, 8);
  take(HAS_DESCRIPTION, 4);
  const duration = take(HAS_DEFAULT_DURATION, 4) ?? fragmentDefaults.duration;
  const lengthBytes = take(HAS_DEFAULT_LENGTH, 4) ?? fragmentDefaults.lengthBytes;
  return { base, duration, lengthBytes };
}

/** A `trun`: samples that follow one another. */
function* samplesOfRun(
  run: DataView,
  { base, start, fileBytes, ...defaults }: {
    readonly base: number;
    readonly start: number;
    readonly fileBytes: number;
    readonly time: number;
    readonly duration: number;
    readonly lengthBytes: number;
  },
): Generator<Sample> {
  const flags = run.getUint32(0) & 0xffffff;
  let at = 8;
  let offset = start;
  if ((flags & HAS_OFFSET) !== 0 && at + 4 <= run.byteLength) {
    offset = base + run.getInt32(at);
    at += 4;
  }
  if ((flags & HAS_FIRST_FLAGS) !== 0) at += 4;
  const fields = [HAS_DURATION, HAS_LENGTH, HAS_FLAGS, HAS_COMPOSITION].filter((flag) => (flags & flag) !== 0);
  const entryBytes = 4 * fields.length;
  // Samples that the headers say nothing of take no bytes there: their number means nothing where they have no length either.
  const room = entryBytes === 0 ? (defaults.lengthBytes > 0 ? Infinity : 0) : (run.byteLength - at) / entryBytes;
  let { time } = defaults;
  for (let index = 0; index < Math.min(run.getUint32(4), Math.floor(room)); index++, at += entryBytes) {
    // What lies outside of the file, as in one that was cut, is not worth counting, whatever number its headers tell.
    if (offset < 0 || offset > fileBytes) return;
    const field = (flag: number) => {
      const place = fields.indexOf(flag);
      return place === -1 ? undefined : run.getUint32(at + 4 * place);
    };
    const duration = field(HAS_DURATION) ?? defaults.duration;
    const lengthBytes = field(HAS_LENGTH) ?? defaults.lengthBytes;
    yield { offset, lengthBytes, time, duration };
    offset += lengthBytes;
    time += duration;
  }
}

function viewOfBody(bytes: Uint8Array, box: Box | undefined, leastBytes: number): DataView | undefined {
  if (box === undefined || box.end - box.offset < leastBytes) return undefined;
  return viewOf(bytes.subarray(box.offset, box.end));
}
