/**
 * Decoded pictures, compared by hashes that an independent decoder makes.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ChildProgram } from "../support/child_program.ts";

/** Runs a program to its end; its standard output as text. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  await using child = new ChildProgram(program, { args });
  const { code, stdout, stderr } = await child.exit();
  assertEquals(code, 0, stderr.join("\n"));
  return stdout.join("\n");
}

/** A hash of the pixels of each frame that ffmpeg decodes of `input`, which are its arguments. */
export async function pixelsByFfmpeg(input: readonly string[]): Promise<string[]> {
  const text = await run("ffmpeg", ["-nostdin", "-loglevel", "error", ...input, "-f", "framemd5", "-"]);
  return text.split("\n").filter((line) => !line.startsWith("#")).map((line) => line.split(",").at(-1)!.trim());
}
