/** AVI files of other programs, served; ours, read by other programs. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

/** Every picture as it comes. */
const ALL = ["-an", "-fps_mode", "passthrough"];

const FFMPEG = ["-nostdin", "-loglevel", "error", "-y"];
const FRAMES = 40;

/** ffmpeg's test source as AVI; `output` are ffmpeg's arguments for it. */
async function encode(path: string, rate: string, output: readonly string[] = []): Promise<string> {
  const input = ["-f", "lavfi", "-i", `testsrc2=size=160x120:rate=${rate}`];
  const codec = ["-frames:v", String(FRAMES), "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "4"];
  await run("ffmpeg", [...FFMPEG, ...input, ...codec, ...output, path]);
  return path;
}

/** Plays a stream of ours to its end with our own player, over TCP. */
async function play(port: number, file: string, out: string) {
  const url = `rtsp://127.0.0.1:${port}/${file}`;
  const args = ["--transport", "tcp", "--no-preview", "--no-reconnect", "--json", "--out", out];
  await using player = startOurs(["play", url, ...args], { write: true });
  const { code, stdout, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  return JSON.parse(stdout[0]);
}

/** What ffprobe says of a file's video. */
async function probe(path: string): Promise<Record<string, string>> {
  const args = ["-v", "error", "-count_packets", "-select_streams", "v", "-show_entries"];
  const entries = "stream=codec_name,width,height,avg_frame_rate,nb_frames,nb_read_packets:format=duration";
  const text = await run("ffprobe", [...args, entries, "-of", "default=noprint_wrappers=1", path]);
  return Object.fromEntries(text.split("\n").map((line) => line.split("=") as [string, string]));
}

/** Files of other programs: how each is made, and its frames a second. */
const KINDS:
  readonly (readonly [name: string, rate: string, make: (path: string, rate: string) => Promise<unknown>])[] = [
    ["of ffmpeg", "15", encode],
    ["of ffmpeg with sound, optimised tables and the rate of NTSC", "30000/1001", encodeWithSound],
    ["of GStreamer", "10/1", encodeByGStreamer],
  ];

function encodeWithSound(path: string, rate: string): Promise<string> {
  const sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=8000"];
  const input = ["-f", "lavfi", "-i", `testsrc2=size=160x120:rate=${rate}`, ...sound];
  const codec = ["-c:v", "mjpeg", "-huffman", "optimal", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"];
  return run("ffmpeg", [...FFMPEG, ...input, "-frames:v", String(FRAMES), "-shortest", ...codec, path]);
}

function encodeByGStreamer(path: string, rate: string): Promise<string> {
  const source = [
    "videotestsrc",
    `num-buffers=${FRAMES}`,
    "!",
    `video/x-raw,format=I420,width=160,height=120,framerate=${rate}`,
  ];
  return run("gst-launch-1.0", ["-q", ...source, "!", "jpegenc", "!", "avimux", "!", "filesink", `location=${path}`]);
}

for (const [name, rate, make] of KINDS) {
  const programs = ["ffmpeg", "ffprobe", "gst-launch-1.0"];
  peerTest(`serve: an AVI file ${name} is played pixel for pixel, at its own rate`, programs, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "movie.avi");
    await make(path, rate);
    await using server = await startOurServer({ root: directory.path });
    const played = pixelsByFfmpeg([
      "-rtsp_transport",
      "tcp",
      "-i",
      `rtsp://127.0.0.1:${server.port}/movie.avi`,
      ...ALL,
    ]);
    const expected = await pixelsByFfmpeg(["-i", path, ...ALL]);
    assertEquals(await played, expected);
    assert(expected.length >= FRAMES - 1);
    const copy = join(directory.path, "copy.avi");
    await play(server.port, "movie.avi", copy);
    // The copy has the same pictures, at the same rate.
    assertEquals(await pixelsByFfmpeg(["-i", copy, ...ALL]), expected);
    const { avg_frame_rate, nb_frames, codec_name } = await probe(copy);
    const [found, wanted] = [avg_frame_rate, rate].map((text) => {
      const [numerator, denominator = 1] = text.split("/").map(Number);
      return (numerator / denominator).toFixed(2);
    });
    assertEquals([codec_name, Number(nb_frames), found], ["mjpeg", expected.length, wanted]);
  });
}

peerTest(
  "serve: an AVI file of another codec is refused with --no-decode by the name of its codec",
  ["ffmpeg"],
  async () => {
    await using directory = await temporaryDirectory();
    const input = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10", "-frames:v", "5"];
    await run("ffmpeg", [...FFMPEG, ...input, "-c:v", "mpeg4", join(directory.path, "movie.avi")]);
    await using server = await startOurServer({ root: directory.path, args: ["--no-decode"] });
    const url = `rtsp://127.0.0.1:${server.port}/movie.avi`;
    await using player = startOurs(["play", url, "--no-preview", "--frames", "1"]);
    assertEquals((await player.exit()).code, 1);
    await server.program.waitForLine(/The video of the AVI file is MPEG-4 \(FMP4\), not Motion-JPEG/);
  },
);

peerTest("serve: an AVI file whose frames have gaps is played in time", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "movie.avi");
  // Every frame but each fourth is left out; AVI then has empty ones.
  await encode(path, "20", ["-vf", "select='not(mod(n,4))'", "-fps_mode", "passthrough"]);
  await using server = await startOurServer({ root: directory.path });
  const { fps, frames } = await play(server.port, "movie.avi", join(directory.path, "frames"));
  assertEquals(frames, FRAMES);
  assert(fps > 4 && fps < 6.5, `${fps} frames a second`);
});

peerTest("play --out .avi that is killed leaves a file that ffmpeg plays to its last frame, and seeks in", [
  "ffmpeg",
  "ffprobe",
], async () => {
  await using directory = await temporaryDirectory();
  await using server = await startOurServer({ root: directory.path });
  const out = join(directory.path, "cut.avi");
  const url = `rtsp://127.0.0.1:${server.port}/testsrc`;
  await using player = startOurs(["play", url, "--transport", "tcp", "--no-preview", "--out", out], { write: true });
  await until(async () => await sizeOf(out) > 800_000);
  await player.stop("SIGKILL");
  const { nb_frames, nb_read_packets, avg_frame_rate, codec_name } = await probe(out);
  assertEquals([codec_name, avg_frame_rate], ["mjpeg", "20/1"]);
  assert(Number(nb_frames) > 20, nb_frames);
  // One frame may have been written that the headers do not count yet.
  assert(Number(nb_read_packets) - Number(nb_frames) <= 1, `${nb_read_packets} of ${nb_frames}`);
  const pixels = await pixelsByFfmpeg(["-xerror", "-i", out, ...ALL]);
  assertEquals(pixels.length, Number(nb_read_packets));
  const behind = await pixelsByFfmpeg(["-ss", "0.5", "-i", out, "-frames:v", "1"]);
  assertEquals(behind, [pixels[10]]);
  assertMatch(await run("ffmpeg", [...FFMPEG, "-i", out, "-c", "copy", "-f", "null", "-"]), /^$/);
});

peerTest(
  "play --out .avi --segment that is killed leaves files that ffmpeg decodes to their last frames, at their times",
  ["ffmpeg", "ffprobe"],
  async () => {
    await using directory = await temporaryDirectory();
    const [root, stored] = ["root", "stored"].map((name) => join(directory.path, name));
    for (const folder of [root, stored]) await Deno.mkdir(folder);
    await encode(join(root, "movie.avi"), "7");
    await using server = await startOurServer({ root });
    const url = `rtsp://127.0.0.1:${server.port}/movie.avi`;
    const args = ["--transport", "tcp", "--no-preview", "--out", join(stored, "cam.avi"), "--segment", "2s"];
    await using player = startOurs(["play", url, ...args], { write: true });
    const files = () => [...Deno.readDirSync(stored)].map(({ name }) => join(stored, name)).toSorted();
    await until(async () => files().length === 3 && await sizeOf(files()[2]) > 80_000);
    await player.stop("SIGKILL");
    const pixels: string[] = [];
    for (const [index, path] of files().entries()) {
      const { nb_read_packets, avg_frame_rate } = await probe(path);
      assertEquals(avg_frame_rate, "7/1");
      if (index < 2) assertEquals(nb_read_packets, "14");
      const decoded = await pixelsByFfmpeg(["-xerror", "-i", path, ...ALL]);
      assertEquals(decoded.length, Number(nb_read_packets));
      const times = await pictureTimes(path);
      times.forEach((time, number) => assert(Math.abs(time - number / 7) < 0.001, `${number}: ${time} s`));
      pixels.push(...decoded);
    }
    assert(pixels.length > 28);
    assertEquals(pixels, (await pixelsByFfmpeg(["-i", join(root, "movie.avi"), ...ALL])).slice(0, pixels.length));
  },
);

peerTest(
  "AVI files of frames that come faster than at first last as long as these, and converted ones have all times",
  [
    "ffmpeg",
    "ffprobe",
  ],
  async () => {
    await using directory = await temporaryDirectory();
    const [movie, recorded, converted] = ["movie.mkv", "recorded.avi", "converted.avi"].map((name) =>
      join(directory.path, name)
    );
    // Ten a second for four seconds, then forty.
    const input = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=40:duration=8"];
    const faster = ["-vf", "select='gte(t,4)+not(mod(n,4))'", "-fps_mode", "vfr"];
    await run("ffmpeg", [...FFMPEG, ...input, ...faster, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", movie]);
    await using server = await startOurServer({ root: directory.path });
    const { frames } = await play(server.port, "movie.mkv", recorded);
    assertEquals(frames, 200);
    const { duration, nb_read_packets } = await probe(recorded);
    assert(Math.abs(Number(duration) - 8) < 1.1, `${duration} s`);
    assertEquals((await pixelsByFfmpeg(["-i", recorded, ...ALL])).length, 200, nb_read_packets);
    await using converting = startOurs(["convert", movie, converted], { write: true });
    assertEquals((await converting.exit()).code, 0);
    const [times, expected] = await Promise.all([pictureTimes(converted), pictureTimes(movie)]);
    assertEquals(times.length, 200);
    times.forEach((time, index) => assert(Math.abs(time - expected[index]) <= 0.0126, `${index}: ${time} s`));
  },
);

/** When ffprobe shows the pictures of a file, in seconds from the first. */
async function pictureTimes(path: string): Promise<number[]> {
  const args = [
    "-v",
    "error",
    "-select_streams",
    "v",
    "-show_entries",
    "frame=best_effort_timestamp_time",
    "-of",
    "csv=p=0",
  ];
  const times = (await run("ffprobe", [...args, path])).split("\n").map(parseFloat);
  return times.map((time) => time - times[0]);
}

/** Bytes of a file; 0 before it is there. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
