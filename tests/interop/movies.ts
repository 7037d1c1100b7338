/**
 * Movies of other people's encoders.
 *
 * @module
 */

import { join } from "@std/path";
import { run } from "./pixels.ts";

/** Frames of each movie. */
export const MOVIE_FRAMES = 50;

/** Arguments of ffmpeg's MJPEG encoder: what has to be conditioned, and what not. */
export const ENCODINGS = {
  "4:2:0, standard tables": ["-pix_fmt", "yuvj420p", "-huffman", "default"],
  "4:2:0, optimised tables": ["-pix_fmt", "yuvj420p", "-huffman", "optimal"],
  "4:2:2, optimised tables": ["-pix_fmt", "yuvj422p", "-huffman", "optimal"],
} as const;

/** The encoder's threads put restart markers between their parts. Frames with them are what gortsplib does not take. */
export const RESTART_MARKERS: readonly string[] = [
  ...["-pix_fmt", "yuvj420p", "-huffman", "default", "-threads:v", "2", "-thread_type", "slice"],
];

/** Writes `movie.mjpeg` in a folder, 25 frames a second; its path. */
export async function makeMovie(
  directory: string,
  encoding: readonly string[],
  { size = "320x240" }: { readonly size?: string } = {},
): Promise<string> {
  const path = join(directory, "movie.mjpeg");
  await run("ffmpeg", [
    ...["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25`],
    ...["-frames:v", String(MOVIE_FRAMES), ...encoding, "-c:v", "mjpeg", "-q:v", "4", "-f", "mjpeg", path],
  ]);
  return path;
}
