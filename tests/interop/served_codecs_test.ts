/** Videos of other codecs, made by ffmpeg, decoded while they are watched: by ffmpeg, by the lab's client, by several at once. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { PYTHON, runLabClient } from "../lab/lab_peers.ts";
import { gifFile } from "../support/gif_files.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

const FFMPEG = ["-nostdin", "-loglevel", "error", "-y"];
const SOURCE = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=3"];
const H264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "25", "-pix_fmt", "yuv420p"];
const FRAMES = 75;

const FILES: readonly (readonly [name: string, file: string, args: readonly string[]])[] = [
  ["H.264 MP4", "movie.mp4", H264],
  ["H.264 MKV", "movie.mkv", H264],
  ["H.264 MPEG-TS", "movie.ts", H264],
  ["VP9 WebM", "movie.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]],
  ["MPEG-4 AVI", "movie.avi", ["-c:v", "mpeg4", "-q:v", "3"]],
];

/** A served movie. */
async function serveMovie(file: string, args: readonly string[]) {
  const directory = await temporaryDirectory();
  const path = join(directory.path, file);
  await run("ffmpeg", [...FFMPEG, ...SOURCE, ...args, path]);
  const server = await startOurServer({ root: directory.path });
  return {
    ...{ path, server, folder: directory.path, url: `rtsp://127.0.0.1:${server.port}/${file}` },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** What ffmpeg records of a stream: `args` in front of it. */
async function record(url: string, out: string, args: readonly string[] = []): Promise<number[]> {
  const input = [...args, "-rtsp_transport", "tcp", "-i", url, "-an", "-c", "copy"];
  await run("ffmpeg", [...FFMPEG, ...input, out]);
  const entries = ["-show_entries", "packet=pts_time", "-of", "csv=p=0"];
  const times = await run("ffprobe", ["-v", "error", "-select_streams", "v", ...entries, out]);
  return times.split("\n").filter((line) => line !== "").map((line) => Math.round(1000 * parseFloat(line)));
}

/** How near the pictures of a recording are to those of a movie from a frame on, in decibels. */
async function psnr(recording: string, movie: string, first: number): Promise<number> {
  const same = "settb=1/25,setpts=N,scale=out_range=tv,format=yuv420p";
  const filter = `[0:V]${same}[a];[1:V]trim=start_frame=${first},${same}[b];[a][b]psnr=stats_file=-`;
  const lines = await run("ffmpeg", [...FFMPEG, "-i", recording, "-i", movie, "-lavfi", filter, "-f", "null", "-"]);
  return Math.min(...[...lines.matchAll(/psnr_avg:([\d.]+)/g)].map(([, value]) => Number(value)));
}

for (const [name, file, args] of FILES) {
  peerTest(
    `serve: ${name}: ffmpeg plays all frames in time, and from any place on`,
    ["ffmpeg", "ffprobe"],
    async () => {
      await using movie = await serveMovie(file, args);
      const whole = join(movie.folder, "whole.mkv");
      const times = await record(movie.url, whole);
      assertEquals(times.length, FRAMES);
      times.forEach((time, at) => assert(Math.abs(time - times[0] - 40 * at) <= 2, `frame ${at + 1} is at ${time} ms`));
      const wholeDecibels = await psnr(whole, movie.path, 0);
      assert(wholeDecibels > 35, `${wholeDecibels} dB`);
      const part = join(movie.folder, "part.mkv");
      assertEquals((await record(movie.url, part, ["-ss", "1.2"])).length, FRAMES - 30);
      const partDecibels = await psnr(part, movie.path, 30);
      assert(partDecibels > 35, `${partDecibels} dB`);
    },
  );
}

peerTest("serve: the lab's client watches an H.264 MKV", ["ffmpeg", PYTHON], async () => {
  await using movie = await serveMovie("SampleVideo.mkv", H264);
  const { code, report, stderr } = await runLabClient({
    rtspPort: movie.server.port,
    file: "SampleVideo.mkv",
    script: "setup,play:20,pause,play:20,teardown",
  });
  assertEquals([code, report.error, report.unshowable], [0, null, 0], stderr);
  assert(report.frames >= 40, `${report.frames} frames`);
});

peerTest("serve: two who watch the same H.264 movie see the same, also from two threads", ["ffmpeg"], async () => {
  await using movie = await serveMovie("movie.mp4", H264);
  const watch = () => pixelsByFfmpeg(["-rtsp_transport", "tcp", "-i", movie.url, "-an", "-fps_mode", "passthrough"]);
  const [one, other] = await Promise.all([watch(), watch()]);
  assertEquals(one, other);
  assertEquals(one.length, FRAMES);
});

Deno.test("serve --no-decode refuses a video of another codec, and says what converts it", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeFile(join(directory.path, "movie.gif"), gifFile({ delays: [10, 10] }));
  await using server = await startOurServer({ root: directory.path, args: ["--no-decode"] });
  const url = `rtsp://127.0.0.1:${server.port}/movie.gif`;
  await using player = startOurs(["play", url, "--no-preview", "--frames", "1"]);
  assertEquals((await player.exit()).code, 1);
  const [line] = await server.program.waitForLine(/The file is a GIF.*/);
  assertMatch(line, /mjpegrtsp convert IN OUT\.mjpeg makes it so/);
});
