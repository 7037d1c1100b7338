/**
 * FFmpeg's command line for a movie: every frame at its time, as a JPEG that RTP/JPEG carries as it is.
 *
 * @module
 */

import { MAX_DECODED_PIXELS } from "./limits.ts";

/** Where the movie is in FFmpeg's file system. */
export const MOVIE = "/movie";

/** Where FFmpeg writes the JPEGs. */
export const JPEGS = "/jpegs";

/** Where it writes the list of frames. */
export const LIST = "/list";

const LOG = ["-hide_banner", "-nostats", "-loglevel", "level+info"];

/** That is no cover. */
const FIRST_VIDEO = ["-map", "0:V:0"];

/** What is made of a movie. */
export interface Decoding {
  /** Frames before are left out; seconds of the movie, default its start. */
  readonly from?: number;
  /** Frames from there on are left out; seconds of the movie, default its end. */
  readonly to?: number;
  /** Size of the pictures; default that of the movie. */
  readonly size?: { readonly width: number; readonly height: number };
  /** 1 (worst) to 100, on the scale of libjpeg. */
  readonly quality: number;
}

/** The arguments that decode. */
export function ffmpegArguments({ from, to, size, quality }: Decoding): string[] {
  return [
    ...LOG,
    ...(from === undefined ? [] : ["-ss", seconds(from)]),
    ...(to === undefined ? [] : ["-to", seconds(to)]),
    ...["-max_pixels", String(MAX_DECODED_PIXELS), "-i", MOVIE],
    ...FIRST_VIDEO,
    ...(size === undefined ? [] : ["-vf", `scale=${size.width}:${size.height}`]),
    // Every frame at its own time, in microseconds; FFmpeg would round it to the movie's rate.
    ...["-fps_mode", "vfr", "-enc_time_base", "1:1000000"],
    ...["-c:v", "mjpeg", "-huffman", "default", "-pix_fmt", "yuvj420p"],
    ...["-qmin", "1", "-q:v", String(quantizerOf(quality))],
    ...["-f", "tee", `[f=mjpeg:flush_packets=1]${JPEGS}|[f=framecrc:flush_packets=1]${LIST}`],
  ];
}

/** The arguments that list the frames, without decoding them. */
export function listArguments(): string[] {
  return [...LOG, "-i", MOVIE, ...FIRST_VIDEO, "-c", "copy", "-f", "framecrc", LIST];
}

/**
 * FFmpeg's quantizer, 1 to 31, whose steps are nearest to those of a quality on libjpeg's scale: at 50 they are Annex K's, which is about 16.
 */
export function quantizerOf(quality: number): number {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50;
  return Math.min(31, Math.max(1, Math.round(16 * scale)));
}

/** Whole microseconds, without an exponent. */
function seconds(value: number): string {
  return value.toFixed(6);
}
