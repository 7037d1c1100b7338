/**
 * Decoded pictures, compared by hashes that an independent decoder makes.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ChildProgram } from "../support/child_program.ts";

/** Runs a program to its end, `env` added to its environment; its standard output as text. */
export async function run(program: string, args: readonly string[], env?: Record<string, string>): Promise<string> {
  await using child = new ChildProgram(program, { args, env });
  const { code, stdout, stderr } = await child.exit();
  assertEquals(code, 0, stderr.join("\n"));
  return stdout.join("\n");
}

/**
 * Plays a stream with `gst-launch-1.0` to its end. GStreamer 1.22 fails now and then when all is over: rtspsrc sends PAUSE
 * while it closes its own connection, and takes that for an end of file. That alone is no failure.
 */
export async function runGstLaunch(args: readonly string[]): Promise<void> {
  await using child = new ChildProgram("gst-launch-1.0", { args });
  const { code, stderr } = await child.exit();
  const places = stderr.filter((line) => /gstrtspsrc\.c|^ERROR/.test(line));
  const isOwnEnd = places.length > 0 && stderr.some((line) => line.includes("gst_rtspsrc_pause ()")) &&
    places.every((line) => /gst_rtspsrc_(?:pause|try_send) \(\)|Could not write to resource/.test(line));
  if (!isOwnEnd) assertEquals(code, 0, stderr.join("\n"));
}

/** A hash of the pixels of each frame that ffmpeg decodes of `input`, which are its arguments. */
export async function pixelsByFfmpeg(input: readonly string[]): Promise<string[]> {
  const text = await run("ffmpeg", ["-nostdin", "-loglevel", "error", ...input, "-an", "-f", "framemd5", "-"]);
  return text.split("\n").filter((line) => !line.startsWith("#")).map((line) => line.split(",").at(-1)!.trim());
}
