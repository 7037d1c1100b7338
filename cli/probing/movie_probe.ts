/**
 * What a movie is: its format, frames, rate and sizes, and how its JPEGs are coded.
 *
 * @module
 */

import { join } from "@std/path";
import { fileReason } from "../../net/file_reason.ts";
import { readExactly } from "../../net/file_access.ts";
import { indexHere } from "../../server/source/files/file_index.ts";
import { listFolder } from "../../server/source/files/folder_source.ts";
import { FailedError } from "../options/errors.ts";
import {
  describeDamage,
  describeKinds,
  describeLab,
  describeRtp,
  type FoundKinds,
  JpegKinds,
  layOut,
  type Line,
} from "./jpeg_kinds.ts";

/** Frames that are looked into, evenly over the movie. */
export const MAX_PROBED_FRAMES = 200;

/** What is known of a movie. Names and units are part of the interface: `probe --json` prints it. */
export interface MovieProbe extends FoundKinds {
  readonly format: string;
  readonly frames: number;
  /** Null where the movie has no rate of its own. */
  readonly durationSeconds: number | null;
  /** Null where frames are not evenly spaced, or the movie has no rate of its own. */
  readonly frameRate: number | null;
  /** Shortest and longest time from frame to frame where they are not evenly spaced. */
  readonly intervalsMs: readonly [shortest: number, longest: number] | null;
  readonly largestFrameBytes: number;
  readonly meanFrameBytes: number;
  /** What is wrong with the file. */
  readonly problem: string | null;
}

/** What is known of a movie before its frames are looked into. */
interface Movie extends Omit<MovieProbe, keyof FoundKinds> {
  read(index: number): Promise<Uint8Array>;
  close(): void;
}

/** Looks into the file or the folder at `path`. Throws a {@linkcode FailedError} that says why it is no movie. */
export async function probeMovie(path: string): Promise<MovieProbe> {
  try {
    const movie = (await Deno.stat(path)).isDirectory ? await openFolder(path) : await openFile(path);
    try {
      const { read: _read, close: _close, ...known } = movie;
      return { ...known, ...await lookInto(movie) };
    } finally {
      movie.close();
    }
  } catch (error) {
    throw new FailedError(`Cannot probe ${JSON.stringify(path)}: ${fileReason(error)}`);
  }
}

async function openFile(path: string): Promise<Movie> {
  const { index } = await indexHere(path, new AbortController().signal);
  const { count, times, frameRate } = index;
  const file = await Deno.open(path);
  const all = Array.from({ length: count }, (_, at) => at);
  const intervals = times === undefined
    ? undefined
    : all.map((at) => (at + 1 < count ? times.timesUs.at(at + 1) : times.durationUs) - times.timesUs.at(at));
  const durationUs = times?.durationUs ?? (frameRate === undefined ? undefined : count * 1e6 / frameRate);
  return {
    format: index.format,
    frames: count,
    durationSeconds: durationUs === undefined ? null : durationUs / 1e6,
    frameRate: frameRate ?? null,
    intervalsMs: intervals === undefined ? null : [least(intervals) / 1000, most(intervals) / 1000],
    largestFrameBytes: index.largestBytes,
    meanFrameBytes: all.reduce((sum, at) => sum + index.locate(at).lengthBytes, 0) / count,
    problem: index.problem ?? null,
    async read(at) {
      const { offset, lengthBytes } = index.locate(at);
      const target = new Uint8Array(lengthBytes);
      await readExactly(file, { target, offset });
      return target;
    },
    close: () => file.close(),
  };
}

async function openFolder(path: string): Promise<Movie> {
  const { index: names } = await listFolder(path, new AbortController().signal);
  if (names.length === 0) throw new Error("the folder has no JPEG");
  const sizes: number[] = [];
  for (const name of names) sizes.push((await Deno.stat(join(path, name))).size);
  return {
    ...{ format: "folder of JPEGs", frames: names.length, durationSeconds: null, frameRate: null, intervalsMs: null },
    largestFrameBytes: most(sizes),
    meanFrameBytes: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
    problem: null,
    read: (at) => Deno.readFile(join(path, names[at])),
    close() {},
  };
}

async function lookInto({ frames, read }: Movie): Promise<FoundKinds> {
  const kinds = new JpegKinds();
  const looked = Math.min(frames, MAX_PROBED_FRAMES);
  for (let count = 0; count < looked; count++) {
    const at = Math.floor(count * frames / looked);
    await kinds.add(at + 1, () => read(at));
  }
  return kinds.found;
}

/** The lines for people. */
export function describeMovie(path: string, probe: MovieProbe): string[] {
  const { problem } = probe;
  const lines: Line[] = [
    ["format", probe.format],
    ["frames", `${probe.frames}, ${describeTimes(probe)}`],
    ["bytes a frame", `${Math.round(probe.meanFrameBytes)} on average, ${probe.largestFrameBytes} at most`],
    ...describeKinds(probe),
    ...(problem === null ? [] : [["problem", problem] as const]),
    ...describeDamage(probe),
    ["RTSP/1.0 players", describeRtp(probe.jpegs)],
    ["plain lab clients", describeLab(probe.largestFrameBytes)],
  ];
  return layOut(path, lines);
}

function describeTimes({ durationSeconds, frameRate, intervalsMs }: MovieProbe): string {
  if (durationSeconds === null) return "at no rate of its own (serve --fps)";
  const seconds = `${durationSeconds.toFixed(2)} s`;
  if (frameRate !== null) return `${seconds}, ${Number(frameRate.toFixed(3))} a second`;
  const [shortest, longest] = intervalsMs!.map((milliseconds) => Math.round(milliseconds));
  return `${seconds}, ${shortest} to ${longest} ms apart`;
}

function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Infinity);
}

function most(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other), 0);
}
