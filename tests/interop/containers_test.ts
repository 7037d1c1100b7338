/** MP4, MOV and Matroska files of other programs: their frames and times as those programs see them, served and converted. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

const FFMPEG = ["-nostdin", "-loglevel", "error", "-y"];
const SOURCE = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=2"];
const NTSC = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=30000/1001:duration=2"];
const SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=8000:duration=2"];
const VIDEO = ["-c:v", "mjpeg", "-huffman", "default", "-pix_fmt", "yuvj420p", "-q:v", "4"];
/** A fifth of the frames, and a gap of a quarter of a second. */
const UNEVEN = ["-vf", "select='not(mod(n,5))+between(n,20,30)'", "-fps_mode", "vfr"];
const GST_SOURCE = ["videotestsrc", "num-buffers=50", "!", "video/x-raw,width=160,height=120,framerate=25/1"];

function byFfmpeg(...args: readonly string[]): (path: string) => Promise<unknown> {
  return (path) => run("ffmpeg", [...FFMPEG, ...args, path]);
}

function byGStreamer(...muxer: readonly string[]): (path: string) => Promise<unknown> {
  return (path) =>
    run("gst-launch-1.0", ["-q", ...GST_SOURCE, "!", "jpegenc", "!", ...muxer, "!", "filesink", `location=${path}`]);
}

/** A file that ffmpeg writes to a pipe, so that it can tell no lengths. */
function piped(format: string): (path: string) => Promise<unknown> {
  return byFfmpeg(...SOURCE, ...VIDEO, "-f", format, "-seekable", "0");
}

const FILES: readonly (readonly [name: string, file: string, make: (path: string) => Promise<unknown>])[] = [
  ["MP4 of ffmpeg", "movie.mp4", byFfmpeg(...SOURCE, ...VIDEO)],
  ["MP4 with its headers in front", "movie.mp4", byFfmpeg(...SOURCE, ...VIDEO, "-movflags", "faststart")],
  ["MP4 with sound at the rate of NTSC", "movie.mp4", byFfmpeg(...NTSC, ...SOUND, ...VIDEO, "-c:a", "aac")],
  [
    "MP4 in fragments",
    "movie.mp4",
    byFfmpeg(...SOURCE, ...VIDEO, "-movflags", "empty_moov+default_base_moof", "-frag_duration", "300000"),
  ],
  ["MP4 with frames at uneven times", "movie.mp4", byFfmpeg(...SOURCE, ...UNEVEN, ...VIDEO)],
  ["MOV with sound", "movie.mov", byFfmpeg(...SOURCE, ...SOUND, ...VIDEO, "-c:a", "pcm_s16le")],
  ["MOV of GStreamer", "movie.mov", byGStreamer("qtmux")],
  ["MOV of GStreamer in fragments", "movie.mov", byGStreamer("qtmux", "fragment-duration=300")],
  ["Matroska of ffmpeg", "movie.mkv", byFfmpeg(...SOURCE, ...VIDEO)],
  ["Matroska with sound at the rate of NTSC", "movie.mkv", byFfmpeg(...NTSC, ...SOUND, ...VIDEO, "-c:a", "flac")],
  ["Matroska with frames at uneven times", "movie.mkv", byFfmpeg(...SOURCE, ...UNEVEN, ...VIDEO)],
  ["Matroska that was written to a pipe", "movie.mkv", piped("matroska")],
  ["Matroska of GStreamer", "movie.mkv", byGStreamer("matroskamux")],
  ["Matroska of GStreamer that was written live", "movie.mkv", byGStreamer("matroskamux", "streamable=true")],
];

/** The video packets of a file as ffprobe sees them, in milliseconds from the first. */
async function packetTimes(path: string): Promise<number[]> {
  const args = ["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path];
  const times = (await run("ffprobe", args)).split("\n").map((line) => 1000 * parseFloat(line));
  return times.map((time) => time - times[0]);
}

/** The files in a folder, in the order of their names. */
async function filesIn(folder: string): Promise<Uint8Array[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  return await Promise.all(names.map((name) => Deno.readFile(join(folder, name))));
}

for (const [name, file, make] of FILES) {
  peerTest(`${name}: each frame, byte for byte, at its time`, ["ffmpeg", "ffprobe", "gst-launch-1.0"], async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, file);
    await make(path);
    const [ours, theirs] = ["ours", "theirs"].map((folder) => join(directory.path, folder));
    await Deno.mkdir(theirs);
    const copy = ["-map", "0:v", "-c:v", "copy", "-f", "image2", "-fps_mode", "passthrough", join(theirs, "%04d.jpg")];
    await run("ffmpeg", [...FFMPEG, "-i", path, ...copy]);
    await using converting = startOurs(["convert", path, `${ours}/`], { write: true });
    const { code, stderr } = await converting.exit();
    assertEquals(code, 0, stderr.join("\n"));
    const frames = await filesIn(ours);
    assertEquals(frames, await filesIn(theirs));
    assert(frames.length >= 15, `${frames.length} frames`);
    const { times, frameRate, problem } = await indexFile(memoryFile(await Deno.readFile(path)));
    const found = frames.map((_, at) => times === undefined ? at * 1000 / frameRate! : times.timesUs.at(at) / 1000);
    for (const [at, time] of (await packetTimes(path)).entries()) {
      assert(Math.abs(time - found[at]) <= 1, `frame ${at + 1} is at ${found[at]} ms, not at ${time} ms`);
    }
    assertEquals(problem, undefined);
  });
}

peerTest("serve: MP4, MOV and Matroska files are played pixel for pixel", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  for (const file of ["a.mp4", "b.mov", "c.mkv"]) {
    await run("ffmpeg", [...FFMPEG, ...SOURCE, ...VIDEO, join(directory.path, file)]);
  }
  await using server = await startOurServer({ root: directory.path });
  for (const file of ["a.mp4", "b.mov", "c.mkv"]) {
    const url = `rtsp://127.0.0.1:${server.port}/${file}`;
    const all = ["-an", "-fps_mode", "passthrough"];
    const played = await pixelsByFfmpeg(["-rtsp_transport", "tcp", "-i", url, ...all]);
    assertEquals(played, await pixelsByFfmpeg(["-i", join(directory.path, file), ...all]), file);
  }
});

peerTest("convert: an edit list is followed as ffmpeg follows it", ["ffmpeg", "ffprobe"], async () => {
  await using directory = await temporaryDirectory();
  const [whole, cut, copy] = ["whole.mp4", "cut.mp4", "copy.avi"].map((name) => join(directory.path, name));
  await run("ffmpeg", [...FFMPEG, ...SOURCE, ...VIDEO, whole]);
  await run("ffmpeg", [...FFMPEG, "-ss", "0.5", "-i", whole, "-t", "1", "-c", "copy", cut]);
  await using converting = startOurs(["convert", cut, copy], { write: true });
  assertEquals((await converting.exit()).code, 0);
  const pixels = await pixelsByFfmpeg(["-i", cut, "-fps_mode", "passthrough"]);
  assertEquals(await pixelsByFfmpeg(["-i", copy, "-fps_mode", "passthrough"]), pixels);
});
