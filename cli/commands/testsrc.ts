/**
 * `mjpegrtsp testsrc`: writes the test source to a file, a folder or standard output.
 *
 * @module
 */

import type { FrameStore } from "../../client/record/stores/frame_store.ts";
import { openFrameStore, type StoreOptions } from "../../client/record/open_frame_store.ts";
import { storageAdvice } from "../../client/record/storage_advice.ts";
import { FrameTooLargeError } from "../../mjpeg/containers/written_format.ts";
import { TestPattern } from "../../mjpeg/testsrc/test_pattern.ts";
import { DEFAULT_TEST_PATTERN } from "../../mjpeg/testsrc/test_pattern_options.ts";
import type { Command } from "../command.ts";
import { EXIT, FailedError, UsageError } from "../options/errors.ts";
import { flag, number } from "../options/option.ts";
import { parseCommand } from "../options/parse_command.ts";
import { FORMAT_OPTION } from "../options/storing_options.ts";
import { size } from "../options/size_option.ts";
import { interruptSignal } from "../terminal/interrupts.ts";
import { standardError } from "../terminal/line_output.ts";
import { ProgressLine } from "../terminal/progress_line.ts";

const { width: WIDTH, height: HEIGHT, frameRate: FRAME_RATE } = DEFAULT_TEST_PATTERN;

const OPTIONS = {
  seconds: number("N", "Length in seconds", { min: 0.01, max: 86_400, fallback: 10 }),
  size: size("Width and height in pixels, multiples of 8", {
    fallback: { width: WIDTH, height: HEIGHT },
    defaultText: `${WIDTH}x${HEIGHT}`,
    allowed: "160x120 to 2040x2040",
  }),
  fps: number("N", "Frames a second", { min: 0.1, max: 1000, fallback: FRAME_RATE }),
  format: FORMAT_OPTION,
  force: flag("Replace the file, or the frames in the folder, that OUT names"),
};

/** The command. */
export const command: Command = {
  usage: ["testsrc OUT [OPTIONS]"],
  description:
    `Writes a test pattern to OUT: colour bars, a moving ball, the frame number and a clock. Its frames are small enough
for every lab client. OUT is a file in the lab's format (movie.mjpeg), of concatenated JPEGs (movie.mjpg) or of AVI
(movie.avi), a folder (frames/), or - for standard output. Nothing is overwritten without --force.`,
  options: OPTIONS,
  examples: ["testsrc movie.mjpeg", "testsrc movie.mjpeg --seconds 60 --size 320x240 --fps 25"],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    if (positionals.length > 1) throw new UsageError(`testsrc takes one OUT, got ${positionals.join(" ")}`);
    const [out = ""] = positionals;
    if (out === "") throw new UsageError("testsrc needs OUT: a folder, a file or -");
    const pattern = createPattern({ ...options.size, frameRate: options.fps });
    const count = Math.max(1, Math.round(options.seconds * options.fps));
    const store = await openStore(out, {
      ...{ format: options.format, force: options.force },
      maxFrames: count,
    });
    // What stores frames has rights of its own.
    for (const name of ["read", "write"] as const) Deno.permissions.revokeSync({ name });
    const written = await writeFrames(store, {
      out,
      pattern,
      count,
      frameRate: options.fps,
      interrupt: interruptSignal(),
    });
    standardError.line(`${out}: ${written} frames, ${options.size.width}x${options.size.height}`);
    if (written < count) throw new FailedError(`Interrupted after ${written} of ${count} frames; ${out} has these`);
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

async function openStore(out: string, options: StoreOptions): Promise<FrameStore> {
  try {
    return await openFrameStore(out, options);
  } catch (error) {
    throw new FailedError(error instanceof Error ? error.message : String(error));
  }
}

/** Writes `count` frames, or fewer if the user interrupts; returns how many. */
async function writeFrames(
  store: FrameStore,
  { out, pattern, count, frameRate, interrupt }: {
    readonly out: string;
    readonly pattern: TestPattern;
    readonly count: number;
    readonly frameRate: number;
    readonly interrupt: AbortSignal;
  },
): Promise<number> {
  const progress = new ProgressLine();
  try {
    for (let number = 1; number <= count; number++) {
      if (interrupt.aborted) return number - 1;
      const timestampUs = Math.round((number - 1) * 1e6 / frameRate);
      await store.write({ data: await pattern.encode(number), timestampUs }, () => {});
      progress.show(number / count, `frame ${number} of ${count}`);
    }
    return count;
  } catch (error) {
    if (error instanceof FrameTooLargeError) {
      throw new UsageError(
        `A frame does not fit: ${error.message}; choose a smaller --size, or a name in .mjpg or .avi`,
      );
    }
    if (error instanceof RangeError) throw new UsageError(error.message);
    if (error instanceof Error) throw new FailedError(`Cannot write to ${out}: ${storageAdvice(error)}`);
    throw error;
  } finally {
    progress.end();
    store.close();
  }
}
