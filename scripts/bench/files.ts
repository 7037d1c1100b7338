/**
 * The files that the servers of the benchmark serve. ffmpeg makes them at the start: the same frames for every server, with the
 * Huffman tables that RTP/JPEG requires, so that no server has to transcode them.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { join } from "@std/path";
import { encodeLabHeader } from "../../mjpeg/containers/streams/lab_header.ts";
import { writeAll } from "../../net/write_all.ts";

/** Frame rate of the files in high definition. */
export const HD_FRAME_RATE = 25;
/** Frame rate of the lab's file. */
export const LAB_FRAME_RATE = 20;

/** A video that ffmpeg makes. */
export interface Video {
  readonly size: string;
  readonly frameRate: number;
  readonly seconds: number;
  /** 2 to 31; 2 is the best. */
  readonly quality: number;
  /** ffmpeg filters behind the test source. */
  readonly filter?: string;
  /** Huffman tables; default the standard ones. */
  readonly huffman?: "default" | "optimal";
}

const HD: Video = { size: "1280x720", frameRate: HD_FRAME_RATE, seconds: 10, quality: 10 };
/** GStreamer's sources do not loop, so the file must last for a whole measurement. */
const HD_REPEATS = 6;
const FULL_HD: Video = {
  size: "1920x1080",
  frameRate: HD_FRAME_RATE,
  seconds: 2,
  quality: 8,
  filter: ",noise=alls=16",
};
const LAB: Video = { size: "352x288", frameRate: LAB_FRAME_RATE, seconds: 30, quality: 14 };

/** The files and their frame sizes. */
export interface BenchFiles {
  /** Directory to serve. */
  readonly root: string;
  /** Path of an AVI file for GStreamer: one minute of 720p25. */
  readonly hdAvi: string;
  /** The same frames as concatenated JPEGs. */
  readonly hd: string;
  /** The first two seconds of `hd`, which the server holds in memory once it has played them. */
  readonly hdShort: string;
  readonly hdFrameBytes: number;
  /** 1080p25; its frames are several times as large as those of `hd`. */
  readonly fullHd: string;
  readonly fullHdFrameBytes: number;
  /** CIF in the lab's format. */
  readonly lab: string;
  readonly labFrameBytes: number;
}

/** Makes the files in the directory `root`. */
export async function makeFiles(root: string): Promise<BenchFiles> {
  const path = (name: string) => join(root, name);
  await encode(HD, path("clip.mjpeg"));
  const copy = ["-framerate", String(HD_FRAME_RATE), "-f", "mjpeg", "-i", path("clip.mjpeg"), "-c", "copy"];
  await ffmpeg([...copy, "-t", "2", "-f", "mjpeg", path("short.mjpeg")]);
  // GStreamer needs the AVI, since its avidemux sets the times of the frames; its sources of single JPEGs do not.
  await ffmpeg([...copy, path("clip.avi")]);
  await ffmpeg(["-stream_loop", String(HD_REPEATS - 1), "-i", path("clip.avi"), "-c", "copy", path("movie.avi")]);
  await ffmpeg(["-i", path("movie.avi"), "-c", "copy", "-f", "mjpeg", path("movie.mjpeg")]);
  await encode(FULL_HD, path("large.mjpeg"));
  const frames = await encodeFrames(LAB, path("lab"));
  await Deno.writeFile(path("movie.lab"), concat(frames.flatMap((frame) => [encodeLabHeader(frame.length), frame])));
  const meanBytes = async (name: string, { frameRate, seconds }: Video) =>
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

/** Writes so many frames of 720p25 as H.264 in an MP4 file. */
export async function encodeH264(frames: number, path: string): Promise<void> {
  const source = `testsrc2=size=${HD.size}:rate=${HD_FRAME_RATE}`;
  await ffmpeg([
    "-f",
    "lavfi",
    "-i",
    source,
    "-frames:v",
    String(frames),
    "-c:v",
    "libx264",
    "-pix_fmt",
    "yuv420p",
    path,
  ]);
}

/** A movie that no cache has room for, in the same two forms as `hd`. */
export interface LargeMovie {
  /** Name of the concatenated JPEGs. */
  readonly file: string;
  /** Path of the AVI file. */
  readonly avi: string;
}

/** How often `hd` comes in it: it has about 4 GB, and lasts more than an hour. */
const LARGE_REPEATS = 66;

/** Makes it. It is to be removed soon, since it is large. */
export async function makeLarge({ root, hd, hdAvi }: BenchFiles): Promise<LargeMovie> {
  const [file, avi] = ["large_movie.mjpeg", join(root, "large_movie.avi")];
  await ffmpeg(["-stream_loop", String(LARGE_REPEATS - 1), "-i", hdAvi, "-c", "copy", avi]);
  const bytes = await Deno.readFile(join(root, hd));
  using output = await Deno.open(join(root, file), { write: true, createNew: true });
  for (let count = 0; count < LARGE_REPEATS; count++) await writeAll(output, bytes);
  return { file, avi };
}

/** Encodes ffmpeg's test source to a file, or to one for each frame where the name has a number. */
export async function encode(video: Video, output: string): Promise<void> {
  const { size, frameRate, seconds, quality, filter = "", huffman = "default" } = video;
  await ffmpeg([
    ...["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${frameRate}:duration=${seconds}${filter}`],
    ...["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-huffman", huffman, "-q:v", String(quality), output],
  ]);
}

async function encodeFrames(video: Video, directory: string): Promise<Uint8Array[]> {
  await Deno.mkdir(directory);
  await encode(video, join(directory, "%05d.jpg"));
  const names = (await Array.fromAsync(Deno.readDir(directory), ({ name }) => name)).sort();
  return await Promise.all(names.map((name) => Deno.readFile(join(directory, name))));
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  const command = new Deno.Command("ffmpeg", { args: ["-nostdin", "-hide_banner", "-loglevel", "error", ...args] });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`ffmpeg ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
