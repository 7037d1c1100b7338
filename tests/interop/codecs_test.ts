/** Videos of other codecs, made by ffmpeg: decoded by FFmpeg in WebAssembly as ffmpeg itself decodes them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { DecoderThread } from "../../server/decoder/decoder_thread.ts";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { LAB_CLIENT_PAYLOAD_BYTES } from "../../rtp/lab/lab_packetizer.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurs } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";
import { run } from "./pixels.ts";

const FFMPEG = ["-nostdin", "-loglevel", "error", "-y"];
const SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=2", "-c:a", "aac"];
/** A fifth of the frames, and a gap of a quarter of a second. */
const UNEVEN = ["-vf", "select='not(mod(n,5))+between(n,20,30)'", "-fps_mode", "vfr"];

function source(rate: string): string[] {
  return ["-f", "lavfi", "-i", `testsrc2=size=320x240:rate=${rate}:duration=2`];
}

const H264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-pix_fmt", "yuv420p"];

const FILES: readonly (readonly [name: string, file: string, args: readonly string[]])[] = [
  ["H.264 MP4", "movie.mp4", [...source("25"), ...H264]],
  ["H.264 MP4 with sound at the rate of NTSC", "movie.mp4", [...source("30000/1001"), ...SOUND, ...H264, "-shortest"]],
  ["H.264 MP4 at uneven times", "movie.mp4", [...source("25"), ...UNEVEN, ...H264]],
  ["H.264 MKV", "movie.mkv", [...source("25"), ...H264]],
  ["H.264 MPEG-TS", "movie.ts", [...source("25"), ...H264]],
  ["H.265 MP4", "movie.mp4", [
    ...source("25"),
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-x265-params",
    "log-level=1",
  ]],
  ["VP9 WebM", "movie.webm", [...source("25"), "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]],
  ["VP8 WebM", "movie.webm", [...source("25"), "-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M"]],
  ["MPEG-4 AVI", "movie.avi", [...source("25"), "-c:v", "mpeg4", "-q:v", "3"]],
  ["GIF", "movie.gif", [...source("10")]],
];

/** When ffprobe sees the frames of a file, in milliseconds from the first. */
async function frameTimes(path: string): Promise<number[]> {
  const args = ["-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path];
  const times = (await run("ffprobe", args)).split("\n").filter((line) => line !== "").map((line) =>
    1000 * parseFloat(line)
  );
  return times.map((time) => time - times[0]);
}

/** How near the pictures of two files are, in decibels. */
async function psnr(one: string, other: string): Promise<number> {
  const same = "settb=1/25,setpts=N,scale=out_range=tv,format=yuv420p";
  const filter = `[0:V]${same}[a];[1:V]${same}[b];[a][b]psnr=stats_file=-`;
  const lines = await run("ffmpeg", [...FFMPEG, "-i", one, "-i", other, "-lavfi", filter, "-f", "null", "-"]);
  const found = [...lines.matchAll(/psnr_avg:([\d.]+|inf)/g)].map(([, value]) => value === "inf" ? 100 : Number(value));
  return Math.min(...found);
}

async function convert(...args: readonly string[]) {
  await using converting = startOurs(["convert", ...args], { write: true });
  const { code, stderr } = await converting.exit();
  return { code, log: stderr.join("\n") };
}

for (const [name, file, args] of FILES) {
  peerTest(
    `convert: ${name}: each frame at its time, its picture as ffmpeg decodes it`,
    ["ffmpeg", "ffprobe"],
    async () => {
      await using directory = await temporaryDirectory();
      const [input, out] = [file, "out.avi"].map((name) => join(directory.path, name));
      await run("ffmpeg", [...FFMPEG, ...args, input]);
      const expected = await frameTimes(input);
      const decoder = new DecoderThread(input);
      const stream = decoder.decode({ quality: 90 });
      const frames = await Array.fromAsync(stream.frames(), ({ timestampUs }) => timestampUs / 1000);
      const listed = [...(await decoder.list()).timesUs].map((timeUs) => timeUs / 1000);
      decoder.close();
      assertEquals([frames.length, listed.length, stream.problem], [expected.length, expected.length, undefined]);
      for (const [at, time] of expected.entries()) {
        for (const found of [frames[at] - frames[0], listed[at] - listed[0]]) {
          assert(Math.abs(time - found) < 0.01, `frame ${at + 1} is at ${found} ms, not at ${time} ms`);
        }
      }
      const { code, log } = await convert(input, out, "--quality", "95");
      assertEquals(code, 0, log);
      assertMatch(log, new RegExp(`out\\.avi: ${expected.length} frames, \\d\\.\\d\\d s$`, "m"));
      const index = await indexFile(memoryFile(await Deno.readFile(out)));
      assertEquals([index.count, index.problem], [expected.length, undefined]);
      const decibels = await psnr(out, input);
      assert(decibels > 40, `${decibels} dB`);
    },
  );
}

peerTest("convert: a part of an H.264 movie begins and ends at the frames that it names", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const [input, out] = ["in.mp4", "out.mjpg"].map((name) => join(directory.path, name));
  await run("ffmpeg", [...FFMPEG, ...source("25"), ...H264, input]);
  const { code, log } = await convert(input, out, "--from", "0.5", "--to", "1.5", "--quality", "95");
  assertEquals(code, 0, log);
  assertMatch(log, /: 25 frames, 1\.00 s$/m);
  const part = join(directory.path, "part.mkv");
  const trim = ["-vf", "trim=start=0.52:end=1.52", "-c:v", "ffv1"];
  await run("ffmpeg", [...FFMPEG, "-i", input, ...trim, part]);
  const decibels = await psnr(out, part);
  assert(decibels > 40, `${decibels} dB`);
});

peerTest(
  "convert: an H.264 movie in the lab's format has no frame that its clients cannot read",
  ["ffmpeg"],
  async () => {
    await using directory = await temporaryDirectory();
    const [input, out] = ["in.mp4", "out.mjpeg"].map((name) => join(directory.path, name));
    // Noise, which takes more bytes than any camera's pictures, comes in the middle.
    const noise = ["-vf", "noise=alls=80:allf=t:enable='between(t,0.8,1.2)'"];
    const large = ["-f", "lavfi", "-i", "testsrc2=size=960x540:rate=25:duration=2"];
    await run("ffmpeg", [...FFMPEG, ...large, ...noise, ...H264, input]);
    const { code, log } = await convert(input, out);
    assertEquals(code, 0, log);
    assertMatch(log, /: 40 frames, 2\.00 s$/m);
    const index = await indexFile(memoryFile(await Deno.readFile(out)));
    assertEquals([index.count, index.format, index.problem], [40, "lab", undefined]);
    assert(index.largestBytes <= LAB_CLIENT_PAYLOAD_BYTES, `${index.largestBytes} bytes`);
  },
);

peerTest(
  "convert: a damaged movie gives the frames that there are, or says why there are none",
  ["ffmpeg"],
  async () => {
    await using directory = await temporaryDirectory();
    const [whole, cut, headless, sound, out] = ["whole.mkv", "cut.mkv", "headless.mp4", "sound.mp4", "out.avi"].map(
      (name) => join(directory.path, name),
    );
    await run("ffmpeg", [...FFMPEG, ...source("25"), ...H264, whole]);
    const bytes = await Deno.readFile(whole);
    await Deno.writeFile(cut, bytes.subarray(0, bytes.length / 2));
    const half = await convert(cut, out);
    assertEquals(half.code, 0, half.log);
    assertMatch(half.log, /: \d\d frames, .*; the movie is damaged: File ended prematurely/);
    await run("ffmpeg", [...FFMPEG, ...source("25"), ...H264, headless]);
    await Deno.truncate(headless, (await Deno.stat(headless)).size / 2);
    await run("ffmpeg", [...FFMPEG, ...SOUND, sound]);
    for (
      const [input, message] of [[headless, /The MP4 file was not finished/], [
        sound,
        /The MP4 file has no video/,
      ]] as const
    ) {
      const { code, log } = await convert(input, out, "--force");
      assertEquals(code, 1, log);
      assertMatch(log, message);
    }
  },
);

peerTest(
  "convert: a long H.264 movie takes no more memory, and none is left behind by Ctrl-C",
  ["ffmpeg"],
  async () => {
    await using directory = await temporaryDirectory();
    const [short, long, out] = ["short.mp4", "long.mp4", "out.mjpg"].map((name) => join(directory.path, name));
    await run("ffmpeg", [...FFMPEG, ...source("25"), ...H264, short]);
    await run("ffmpeg", [...FFMPEG, "-stream_loop", "3599", "-i", short, "-c", "copy", long]);
    await using converting = startOurs(["convert", long, out], { write: true });
    const part = () => [...Deno.readDirSync(directory.path)].find(({ name }) => name.endsWith(".part"));
    const sizeOfPart = () => part() === undefined ? 0 : Deno.statSync(join(directory.path, part()!.name)).size;
    await until(() => sizeOfPart() > 2 ** 20);
    const before = await residentBytes(converting.pid);
    await until(() => sizeOfPart() > 16 * 2 ** 20);
    const grown = await residentBytes(converting.pid) - before;
    assert(grown < 64 * 2 ** 20, `${grown} bytes more`);
    const { code, stderr } = await converting.stop("SIGINT");
    assertEquals(code, 1);
    assertMatch(stderr.join("\n"), /Interrupted after \d+ frames; nothing is written/);
    assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name).sort(), ["long.mp4", "short.mp4"]);
  },
);

/** The memory of a process, as Linux counts it. */
async function residentBytes(pid: number): Promise<number> {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(await Deno.readTextFile(`/proc/${pid}/status`))!;
  return Number(kilobytes) * 1024;
}
