/**
 * `mjpegrtsp convert`: writes the frames of a movie to another file; JPEGs as they are, those of other codecs decoded.
 *
 * @module
 */

import type { FrameStore } from "../../client/record/stores/frame_store.ts";
import { openFrameStore } from "../../client/record/open_frame_store.ts";
import { lookAt } from "../../client/record/place.ts";
import { isLabName, isStandardOutput, storeKindOf } from "../../client/record/store_name.ts";
import { rateOf } from "../../mjpeg/containers/avi/frame_rate.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import type { Command } from "../command.ts";
import { copyFrames } from "../conversion/copy_frames.ts";
import { openMovie } from "../conversion/open_movie.ts";
import { suitedFrames, type Use } from "../conversion/suiting.ts";
import { EXIT, FailedError, UsageError } from "../options/errors.ts";
import { flag, number, type Option } from "../options/option.ts";
import { parseCommand } from "../options/parse_command.ts";
import { type GivenSize, size } from "../options/size_option.ts";
import { FIT_OPTION, FORMAT_OPTION } from "../options/storing_options.ts";
import { interruptSignal } from "../terminal/interrupts.ts";
import { standardError } from "../terminal/line_output.ts";
import { configureLogging } from "../terminal/logging.ts";

/** Frames a second of movies that tell none, and of what the lab's servers send. */
const DEFAULT_FRAME_RATE = 20;
/** Of JPEGs that are made of another codec. */
const DEFAULT_QUALITY = 90;
/** Longest side of a picture, in pixels, and the shortest. */
const [MAX_SIDE, MIN_SIDE] = [4096, 8];

const USE: Option<Use | undefined> = {
  value: "USE",
  help: "Who is to play OUT: lab or rtsp",
  fallback: undefined,
  defaultText: "lab for another codec in the lab's format",
  parse(given) {
    if (given !== "lab" && given !== "rtsp") throw new UsageError(`needs lab or rtsp, got ${JSON.stringify(given)}`);
    return given;
  },
};

const OPTIONS = {
  from: number("SECONDS", "Begin there", { min: 0, fallback: 0 }),
  to: number("SECONDS", "End there", { min: 0, defaultText: "the end" }),
  fps: number("N", "Frames a second of OUT: those of IN are repeated or left out", {
    ...{ min: 0.1, max: 1000, defaultText: `as IN has them, or ${DEFAULT_FRAME_RATE}` },
  }),
  scale: number("N", "Speed: 2 is twice as fast", { min: 0.01, max: 1000, fallback: 1 }),
  for: USE,
  size: size("Width and height; JPEGs of another size are re-encoded", {
    ...{ fallback: undefined, defaultText: "as IN has it, or what suits the lab" },
    allowed: `${MIN_SIDE}x${MIN_SIDE} to ${MAX_SIDE}x${MAX_SIDE}`,
  }),
  quality: number("N", "Quality; all JPEGs are re-encoded", {
    ...{ min: 1, max: 100, integer: true, defaultText: `as IN has it; ${DEFAULT_QUALITY} of another codec` },
  }),
  format: FORMAT_OPTION,
  fit: FIT_OPTION,
  force: flag("Replace the file, or the frames in the folder, that OUT names"),
};

/** The command. */
export const command: Command = {
  usage: ["convert IN OUT [OPTIONS]"],
  description:
    `Writes the frames of a movie to another file, in the format that OUT's name ends in. JPEGs stay as they are, byte
for byte, unless an option needs others. What is of another codec is decoded by FFmpeg in WebAssembly, if that is in
this program: H.264, H.265, VP8, VP9, MPEG-4, GIF and others, in MP4, MOV, Matroska, WebM, AVI, MPEG-TS and others.

IN is a file in the lab's format, of concatenated JPEGs, a saved multipart stream, AVI, MP4, MOV or Matroska with
Motion-JPEG, a folder of JPEGs, or any video. OUT is a file in the lab's format (movie.mjpeg), of concatenated JPEGs
(movie.mjpg) or AVI (movie.avi), a folder (frames/), or - for standard output. A file is there once all of it is
written; a folder has each frame at once, and with --force no longer those that it had. Nothing is overwritten without
--force.

With --for lab, OUT has 20 frames a second, and none of more than the 20468 bytes that the lab's clients read: larger
ones get a lower quality, one by one. Where many would look bad then, all are made smaller, unless --size says how large
they are to be. With --for rtsp, OUT has JPEGs that RTP/JPEG carries as they are.`,
  options: OPTIONS,
  examples: [
    "convert holiday.mp4 movie.mjpeg",
    "convert holiday.mp4 movie.avi --size 640x360 --fps 15",
    "convert frames/ movie.avi --fps 12",
    "convert movie.mjpeg part.avi --from 10 --to 20",
    "convert large.mjpeg small.mjpeg --for lab",
  ],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    if (positionals.length !== 2) {
      throw new UsageError(`convert takes IN and OUT, got ${withoutSecrets(positionals.join(" ")) || "neither"}`);
    }
    const [input, out] = positionals;
    if (out === "") throw new UsageError("convert needs OUT: a file, a folder or -");
    const { from, to = Infinity, fps, scale, size, quality, format, fit, force } = options;
    if (to <= from) throw new UsageError(`--to ${to} is not behind --from ${from}`);
    checkSize(size);
    // What is wrong with a movie is in its log.
    configureLogging({ "log-level": "warning", "log-format": "text" });
    const interrupt = interruptSignal();
    const movie = await openMovie(input, {
      ...{ from, to, frameRate: fps ?? DEFAULT_FRAME_RATE, quality: quality ?? DEFAULT_QUALITY },
    });
    try {
      const isLab = format === "lab" || format === "auto" && isLabName(out);
      const use = options.for ?? (!movie.hasJpegs && isLab ? "lab" : undefined);
      const frameRate = fps ?? (use === "lab" ? DEFAULT_FRAME_RATE : undefined);
      const isRetimed = frameRate !== undefined || scale !== 1;
      const maxFrames = movie.count ?? Infinity;
      const store = await openStore(out, {
        ...{ format, fit, force, maxFrames, isAllOrNothing: true },
        readPath: await Deno.realPath(input),
        rate: frameRate !== undefined ? rateOf([1e6 / frameRate]) : isRetimed ? undefined : movie.rate,
      });
      const present = isStandardOutput(out) ? "device" : await lookAt(out);
      const isAllOrNothing = storeKindOf(out, { present, maxFrames, format }).kind === "file";
      const count = isRetimed ? undefined : movie.count;
      // What writes has rights of its own.
      Deno.permissions.revokeSync({ name: "write" });
      const frames = suitedFrames(movie, { use, size, quality, frameRate, scale });
      standardError.line(`${out}: ${await copyFrames({ movie, frames, count, store, isAllOrNothing, interrupt })}`);
      return EXIT.done;
    } finally {
      movie.close();
    }
  },
};

function checkSize(size: GivenSize | undefined): void {
  const isSide = (length: number) => length >= MIN_SIDE && length <= MAX_SIDE;
  if (size === undefined || isSide(size.width) && isSide(size.height)) return;
  throw new UsageError(
    `--size needs ${MIN_SIDE}x${MIN_SIDE} to ${MAX_SIDE}x${MAX_SIDE}, got ${size.width}x${size.height}`,
  );
}

async function openStore(out: string, options: Parameters<typeof openFrameStore>[1]): Promise<FrameStore> {
  try {
    return await openFrameStore(out, options);
  } catch (error) {
    throw new FailedError(error instanceof Error ? error.message : String(error));
  }
}
