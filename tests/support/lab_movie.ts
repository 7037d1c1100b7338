/**
 * Lab files for tests: small frames of the built-in test pattern, each after its length in five digits, in a directory of their own.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { join } from "@std/path";
import { encodeLabHeader } from "../../mjpeg/containers/streams/lab_header.ts";
import { TestPattern } from "../../mjpeg/testsrc/test_pattern.ts";

/** Frames a second, as in the lab. */
const FRAME_RATE = 20;

const drawn: Uint8Array[] = [];
let drawing: Promise<unknown> = Promise.resolve();
let pattern: TestPattern | undefined;

/** The first `count` frames of 320x240, a few kilobytes each. They are drawn once for all tests of a module. */
export async function labFrames(count: number): Promise<readonly Uint8Array[]> {
  drawing = drawing.then(async () => {
    pattern ??= new TestPattern({ width: 320, height: 240, frameRate: FRAME_RATE });
    while (drawn.length < count) drawn.push(await pattern.encode(drawn.length + 1));
  });
  await drawing;
  return drawn.slice(0, count);
}

/** The bytes of a lab file with these frames. */
export function labFile(frames: readonly Uint8Array[]): Uint8Array {
  return concat(frames.flatMap((frame) => [encodeLabHeader(frame.length), frame]));
}

/** The same JPEG with comment segments after SOI, which make it `lengthBytes` long. */
export function enlarge(jpeg: Uint8Array, lengthBytes: number): Uint8Array {
  const segments: Uint8Array[] = [];
  for (let left = lengthBytes - jpeg.length; left > 0;) {
    // A segment takes at least four bytes, so the last one must not be left with fewer.
    const segment = new Uint8Array(left > 60_000 ? 50_000 : left);
    const announced = segment.length - 2;
    segment.set([0xff, 0xfe, announced >> 8, announced & 0xff]);
    segments.push(segment);
    left -= segment.length;
  }
  return concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** A directory with one lab file in it, removed when disposed of. */
export interface LabMovie extends AsyncDisposable {
  readonly root: string;
  /** Name of the file. */
  readonly file: string;
  readonly frames: readonly Uint8Array[];
}

/** Options of {@linkcode makeLabMovie}. */
export interface LabMovieOptions {
  /** Default 60: 3 seconds. */
  readonly frameCount?: number;
  /** Default `movie.Mjpeg`. */
  readonly file?: string;
}

/** Writes a lab file into a new directory. */
export async function makeLabMovie(options: LabMovieOptions = {}): Promise<LabMovie> {
  const { frameCount = 60, file = "movie.Mjpeg" } = options;
  const frames = await labFrames(frameCount);
  const root = await Deno.makeTempDir({ prefix: "lab-movie-" });
  await Deno.writeFile(join(root, file), labFile(frames));
  return { root, file, frames, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}
