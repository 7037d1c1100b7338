/**
 * `mjpegrtsp testsrc`: writes the test source to a file in the lab's format.
 *
 * @module
 */

import { dirname } from "@std/path";
import { encodeLabHeader } from "../mjpeg/containers/lab_format.ts";
import { DEFAULT_TEST_PATTERN, TestPattern } from "../mjpeg/testsrc/test_pattern.ts";
import { fileReason } from "../net/file_reason.ts";
import type { Command } from "./command.ts";
import { EXIT, FailedError, UsageError } from "./options/errors.ts";
import { number, type Option } from "./options/option.ts";
import { parseCommand } from "./options/parse_command.ts";
import { interruptSignal } from "./terminal/interrupts.ts";
import { standardError } from "./terminal/line_output.ts";
import { ProgressLine } from "./terminal/progress_line.ts";

const { width: WIDTH, height: HEIGHT, frameRate: FRAME_RATE } = DEFAULT_TEST_PATTERN;

const SIZE: Option<{ width: number; height: number }> = {
  value: "WxH",
  help: "Width and height in pixels, multiples of 8",
  fallback: { width: WIDTH, height: HEIGHT },
  defaultText: `${WIDTH}x${HEIGHT}`,
  allowed: "160x120 to 2040x2040",
  parse(given) {
    const match = /^(\d{1,5})x(\d{1,5})$/i.exec(given);
    if (match === null) throw new UsageError(`needs WIDTHxHEIGHT, such as 640x360, got ${JSON.stringify(given)}`);
    return { width: Number(match[1]), height: Number(match[2]) };
  },
};

const OPTIONS = {
  seconds: number("N", "Length in seconds", { min: 0.01, max: 86_400, fallback: 10 }),
  size: SIZE,
  fps: number("N", "Frames a second", { min: 0.1, max: 1000, fallback: FRAME_RATE }),
};

/** The command. */
export const command: Command = {
  usage: ["testsrc OUT [OPTIONS]"],
  description:
    `Writes a test pattern to the file OUT: colour bars, a moving ball, the frame number and a clock. The file is in
the lab's format, and its frames are small enough for every lab client.`,
  options: OPTIONS,
  examples: ["testsrc movie.mjpeg", "testsrc movie.mjpeg --seconds 60 --size 320x240 --fps 25"],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    if (positionals.length !== 1) throw new UsageError("testsrc needs OUT, the file to write");
    const pattern = createPattern({ ...options.size, frameRate: options.fps });
    const count = Math.max(1, Math.round(options.seconds * options.fps));
    const written = await writeMovie(positionals[0], { pattern, count, interrupt: interruptSignal() });
    standardError.line(
      `${positionals[0]}: ${written} frames, ${options.size.width}x${options.size.height}, in the lab's format`,
    );
    if (written < count) {
      throw new FailedError(`Interrupted after ${written} of ${count} frames; the file has these whole frames`);
    }
    return EXIT.done;
  },
};

function createPattern(options: { width: number; height: number; frameRate: number }): TestPattern {
  try {
    return new TestPattern(options);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Writes `count` frames, or fewer if the user interrupts; returns how many. */
async function writeMovie(
  path: string,
  { pattern, count, interrupt }: { pattern: TestPattern; count: number; interrupt: AbortSignal },
): Promise<number> {
  const progress = new ProgressLine();
  try {
    using file = await Deno.open(path, { write: true, create: true, truncate: true });
    for (let number = 1; number <= count; number++) {
      if (interrupt.aborted) return number - 1;
      const jpeg = await pattern.encode(number);
      await writeAll(file, encodeLabHeader(jpeg.length));
      await writeAll(file, jpeg);
      progress.show(number / count, `frame ${number} of ${count}`);
    }
    return count;
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    if (error instanceof Deno.errors.NotFound) {
      throw new FailedError(`Cannot write ${path}: there is no directory ${dirname(path)}; create it first`);
    }
    if (error instanceof Error) throw new FailedError(`Cannot write ${path}: ${fileReason(error)}`);
    throw error;
  } finally {
    progress.end();
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}
