/**
 * The numbered frames of the test pattern in files as ffmpeg writes them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { basename, join } from "@std/path";
import { ChildProgram } from "./child_program.ts";
import { labFrames } from "./lab_movie.ts";

/** How ffmpeg is to encode a movie of another codec. */
export const MPEG4: readonly string[] = ["-c:v", "mpeg4", "-q:v", "2", "-g", "10"];

/**
 * Writes a movie of `frames` frames of 320x240, 20 a second, whose container goes by its ending. The JPEGs are those of the test
 * pattern, unless ffmpeg is to encode them otherwise. Needs ffmpeg. Returns the path.
 */
export async function writeNumberedMovie(
  path: string,
  { frames, encoding = ["-c", "copy"] }: { readonly frames: number; readonly encoding?: readonly string[] },
): Promise<string> {
  const input = join(path, "..", `.${basename(path)}.mjpg`);
  await Deno.writeFile(input, concat(await labFrames(frames)));
  await using ffmpeg = new ChildProgram("ffmpeg", {
    args: [
      ...["-nostdin", "-loglevel", "error", "-f", "mjpeg", "-framerate", "20", "-i", input],
      ...[...encoding, path],
    ],
  });
  const { code, stderr } = await ffmpeg.exit();
  assertEquals(code, 0, stderr.join("\n"));
  await Deno.remove(input);
  return path;
}
