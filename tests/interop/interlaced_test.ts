/** Interlaced AVI files, two JPEGs a frame: what ffmpeg makes of them, and what players get from us. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { aviFile } from "../support/avi_files.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { run } from "./pixels.ts";

const FFMPEG = ["-nostdin", "-loglevel", "error", "-y"];
const SIZE = { width: 320, height: 240 };
const FRAMES = 10;

/** A field with AVI1 behind its SOI: polarity 1 has the upper lines, 2 the lower ones. */
function withPolarity(jpeg: Uint8Array, polarity: number): Uint8Array {
  const avi1 = Uint8Array.of(0xff, 0xe0, 0, 16, 65, 86, 73, 49, polarity, 0, ...new Uint8Array(8));
  return concat([jpeg.subarray(0, 2), avi1, jpeg.subarray(2)]);
}

/** ffmpeg's test source as an AVI of which each chunk has two fields, and the whole frames that it was made of. */
async function makeInterlaced(directory: string): Promise<{ readonly avi: string; readonly source: string }> {
  const [avi, source] = ["interlaced.avi", "source.mkv"].map((name) => join(directory, name));
  const input = [
    "-f",
    "lavfi",
    "-i",
    `testsrc2=size=${SIZE.width}x${SIZE.height}:rate=25`,
    "-frames:v",
    String(FRAMES),
  ];
  await run("ffmpeg", [...FFMPEG, ...input, "-pix_fmt", "yuvj420p", "-c:v", "ffv1", source]);
  for (const field of ["top", "bottom"]) {
    const output = ["-vf", `field=${field}`, "-c:v", "mjpeg", "-q:v", "2", "-huffman", "default"];
    await run("ffmpeg", [...FFMPEG, "-i", source, ...output, join(directory, `${field}-%d.jpg`)]);
  }
  const read = (field: string, number: number) => Deno.readFileSync(join(directory, `${field}-${number}.jpg`));
  const frames = Array.from(
    { length: FRAMES },
    (_, at) => concat([withPolarity(read("top", at + 1), 1), withPolarity(read("bottom", at + 1), 2)]),
  );
  await Deno.writeFile(avi, aviFile({ frames, size: SIZE }));
  return { avi, source };
}

/** How much the frames of a file look like those of another, in dB. */
async function likeness(path: string, source: string): Promise<number> {
  const filter =
    "[0:v]settb=1,setpts=N,format=yuvj420p[a];[1:v]settb=1,setpts=N,format=yuvj420p[b];[a][b]psnr=stats_file=-";
  const args = ["-nostdin", "-loglevel", "error", "-i", path, "-i", source, "-lavfi", filter, "-f", "null", "-"];
  const lines = (await run("ffmpeg", args)).split("\n").filter((line) => line.includes("psnr_avg"));
  assertEquals(lines.length, FRAMES);
  return Math.min(...lines.map((line) => Number(/psnr_avg:([\d.]+)/.exec(line)![1])));
}

peerTest("serve --reencode: the fields of an interlaced AVI reach a player as whole frames", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const { avi, source } = await makeInterlaced(directory.path);
  const own = await likeness(avi, source);
  await using server = await startOurServer({ root: directory.path, args: ["--reencode"] });
  const url = `rtsp://127.0.0.1:${server.port}/interlaced.avi`;
  const played = join(directory.path, "played.mkv");
  const copy = ["-rtsp_transport", "tcp", "-i", url, "-c", "copy", "-fps_mode", "passthrough", played];
  await run("ffmpeg", [...FFMPEG, ...copy]);
  const decibels = await likeness(played, source);
  assert(decibels > own - 1, `${decibels} dB, not ${own} dB as ffmpeg sees the file`);
});

peerTest("serve: an interlaced AVI is refused with what helps, and probe says so", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const { avi } = await makeInterlaced(directory.path);
  await using server = await startOurServer({ root: directory.path });
  const target = `rtsp://127.0.0.1:${server.port}/interlaced.avi`;
  await using player = startOurs(["play", target, "--no-preview", "--no-reconnect"]);
  assertEquals((await player.exit()).code, 1);
  await server.program.waitForLine(/interlaced: two fields of 120 lines each.*serve --reencode/);
  await using probing = startOurs(["probe", avi]);
  assertMatch(
    (await probing.exit()).stdout.join("\n"),
    /RTSP\/1\.0 players +with serve --reencode, since it is interlaced/,
  );
});

peerTest("convert: an interlaced AVI stays one", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const { avi, source } = await makeInterlaced(directory.path);
  const copy = join(directory.path, "copy.avi");
  await using converting = startOurs(["convert", avi, copy], { write: true });
  assertEquals((await converting.exit()).code, 0);
  assertEquals(await likeness(copy, source), await likeness(avi, source));
});
