/**
 * The movies of the benchmark, made by ffmpeg when it begins: the same frames for every server, with the Huffman tables
 * that RTP/JPEG asks for, so that none of them has to code anything anew.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { join } from "@std/path";
import { encodeLabHeader } from "../../mjpeg/containers/lab_format.ts";

/** Frames a second of the movies in high definition. */
export const HD_FRAME_RATE = 25;
/** Frames a second of the lab's movie. */
export const LAB_FRAME_RATE = 20;

interface Movie {
  readonly size: string;
  readonly frameRate: number;
  readonly seconds: number;
  /** 2 to 31, 2 being the best. */
  readonly quality: number;
  /** What follows the test picture. */
  readonly filter?: string;
}

const HD: Movie = { size: "1280x720", frameRate: HD_FRAME_RATE, seconds: 10, quality: 10 };
/** GStreamer's sources do not begin again: long enough for everything that is asked of one pipeline. */
const HD_REPEATS = 6;
const FULL_HD: Movie = {
  size: "1920x1080",
  frameRate: HD_FRAME_RATE,
  seconds: 2,
  quality: 8,
  filter: ",noise=alls=16",
};
const LAB: Movie = { size: "352x288", frameRate: LAB_FRAME_RATE, seconds: 30, quality: 14 };

/** Where the movies are. */
export interface BenchMedia {
  /** The directory to serve. */
  readonly root: string;
  /** 720p25, a minute, as AVI: for GStreamer. */
  readonly hdAvi: string;
  /** The same frames as concatenated JPEG. */
  readonly hd: string;
  /** The first two seconds of it, which are in memory after two seconds of playing. */
  readonly hdShort: string;
  /** Mean size of its frames. */
  readonly hdFrameBytes: number;
  /** 1080p25 with frames several times as large. */
  readonly fullHd: string;
  /** Mean size of its frames. */
  readonly fullHdFrameBytes: number;
  /** CIF at 20 frames a second in the lab's format. */
  readonly lab: string;
  /** Mean size of its frames. */
  readonly labFrameBytes: number;
}

/** Makes the movies in a directory. */
export async function makeMedia(root: string): Promise<BenchMedia> {
  const path = (name: string) => join(root, name);
  await encode(HD, path("clip.mjpeg"));
  const copy = ["-framerate", String(HD_FRAME_RATE), "-f", "mjpeg", "-i", path("clip.mjpeg"), "-c", "copy"];
  await ffmpeg([...copy, "-t", "2", "-f", "mjpeg", path("short.mjpeg")]);
  // avidemux stamps the frames with their times, which no source of single pictures does.
  await ffmpeg([...copy, path("clip.avi")]);
  await ffmpeg(["-stream_loop", String(HD_REPEATS - 1), "-i", path("clip.avi"), "-c", "copy", path("movie.avi")]);
  await ffmpeg(["-i", path("movie.avi"), "-c", "copy", "-f", "mjpeg", path("movie.mjpeg")]);
  await encode(FULL_HD, path("large.mjpeg"));
  const frames = await encodeFrames(LAB, path("lab"));
  await Deno.writeFile(path("movie.lab"), concat(frames.flatMap((frame) => [encodeLabHeader(frame.length), frame])));
  const meanBytes = async (name: string, { frameRate, seconds }: Movie) =>
    (await Deno.stat(path(name))).size / frameRate / seconds;
  return {
    root,
    hdAvi: path("movie.avi"),
    hd: "movie.mjpeg",
    hdShort: "short.mjpeg",
    hdFrameBytes: await meanBytes("clip.mjpeg", HD),
    fullHd: "large.mjpeg",
    fullHdFrameBytes: await meanBytes("large.mjpeg", FULL_HD),
    lab: "movie.lab",
    labFrameBytes: await meanBytes("movie.lab", LAB),
  };
}

async function encode({ size, frameRate, seconds, quality, filter = "" }: Movie, output: string): Promise<void> {
  await ffmpeg([
    ...["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${frameRate}:duration=${seconds}${filter}`],
    ...["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-huffman", "default", "-q:v", String(quality), output],
  ]);
}

async function encodeFrames(movie: Movie, directory: string): Promise<Uint8Array[]> {
  await Deno.mkdir(directory);
  await encode(movie, join(directory, "%05d.jpg"));
  const names = (await Array.fromAsync(Deno.readDir(directory), ({ name }) => name)).sort();
  return await Promise.all(names.map((name) => Deno.readFile(join(directory, name))));
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  const command = new Deno.Command("ffmpeg", { args: ["-nostdin", "-hide_banner", "-loglevel", "error", ...args] });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`ffmpeg ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
