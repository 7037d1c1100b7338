/** `convert` of what is no Motion-JPEG, and of JPEGs that are to be others, as a user meets it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { conditionWithoutTranscoding } from "../../mjpeg/conditioning/conditioning.ts";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { readJpegHeader } from "../../mjpeg/jpeg/jpeg_header.ts";
import { LAB_CLIENT_PAYLOAD_BYTES } from "../../rtp/lab/lab_packetizer.ts";
import { gifFile } from "../support/gif_files.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { labFile } from "../support/lab_movie.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurs } from "../support/our_program.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** Converts a movie to a file of that name. */
async function convert(movie: Uint8Array, out: string, ...args: readonly string[]) {
  await using directory = await temporaryDirectory();
  const [input, output] = ["in", out].map((name) => join(directory.path, name));
  await Deno.writeFile(input, movie);
  await using program = startOurs(["convert", input, output, ...args], { write: true });
  const { code, stderr } = await program.exit();
  const names = [...Deno.readDirSync(directory.path)].map(({ name }) => name).sort();
  const bytes = code === 0 ? await Deno.readFile(output) : new Uint8Array(0);
  return { code, log: stderr.join("\n"), names, bytes };
}

/** Like that, and reads what came of it. */
async function converted(movie: Uint8Array, out: string, ...args: readonly string[]) {
  const { code, log, bytes } = await convert(movie, out, ...args);
  assertEquals(code, 0, log);
  const index = await indexFile(memoryFile(bytes));
  const frames = Array.from({ length: index.count }, (_, at) => {
    const { offset, lengthBytes } = index.locate(at);
    return bytes.slice(offset, offset + lengthBytes);
  });
  return { log, index, frames };
}

function sizeOf(jpeg: Uint8Array): string {
  const { width, height } = readJpegHeader(jpeg).frame;
  return `${width}x${height}`;
}

const GIF = gifFile({ delays: Array(20).fill(10) });

Deno.test("convert decodes a GIF: each frame at its time, as RTP/JPEG carries it", async () => {
  const { log, index, frames } = await converted(GIF, "out.avi");
  assertMatch(log, /out\.avi: 20 frames, 2\.00 s$/m);
  assertEquals([index.count, index.frameRate], [20, 10]);
  for (const jpeg of frames) assertEquals(conditionWithoutTranscoding(jpeg)?.sampling, "4:2:0");
});

Deno.test("convert decodes a part of a GIF, in another size, at another rate", async () => {
  const args = ["--from", "0.5", "--to", "1.5", "--size", "32x24", "--fps", "5"];
  const { log, index, frames } = await converted(GIF, "out.avi", ...args);
  assertMatch(log, /: 5 frames, 1\.00 s$/m);
  assertEquals([index.count, index.frameRate, sizeOf(frames[0])], [5, 5, "32x24"]);
});

Deno.test("convert writes a GIF at the lab's rate where OUT is in the lab's format", async () => {
  const { frames } = await converted(GIF, "out.mjpeg");
  assertEquals(frames.length, 40);
  assertEquals((await converted(GIF, "out.mjpeg", "--for", "rtsp")).frames.length, 20);
  assertEquals((await converted(GIF, "out.mjpeg", "--scale", "2")).frames.length, 20);
});

const LARGE = await Promise.all([1, 2, 3, 4].map((seed) => makeJpeg({ width: 800, height: 600, quality: 90, seed })));
const SMALL = await Promise.all([1, 2].map((seed) => makeJpeg({ seed, width: 320, height: 240, quality: 30 })));

Deno.test("convert --for lab makes no frame larger than the lab's clients read, all of one size", async () => {
  assert(LARGE.every(({ length }) => length > 3 * LAB_CLIENT_PAYLOAD_BYTES));
  const { frames } = await converted(concat(LARGE), "out.mjpeg", "--for", "lab");
  assertEquals(frames.length, LARGE.length);
  for (const jpeg of frames) assert(jpeg.length <= LAB_CLIENT_PAYLOAD_BYTES, `${jpeg.length} bytes`);
  assertEquals(new Set(frames.map(sizeOf)).size, 1);
  const sized = await converted(concat(LARGE), "out.mjpeg", "--for", "lab", "--size", "640x480");
  for (const jpeg of sized.frames) {
    assertEquals([sizeOf(jpeg), jpeg.length <= LAB_CLIENT_PAYLOAD_BYTES], ["640x480", true]);
  }
});

Deno.test("convert --for lab leaves frames that fit as they are", async () => {
  assert(SMALL.every(({ length }) => length <= LAB_CLIENT_PAYLOAD_BYTES));
  assertEquals((await converted(labFile(SMALL), "out.mjpeg", "--for", "lab")).frames, SMALL);
});

Deno.test("convert --for rtsp transcodes JPEGs without loss where that is enough, and re-encodes others", async () => {
  const plain = await makeJpeg();
  const optimized = await makeJpeg({ optimized: true });
  const grey = await makeJpeg({ grey: true });
  const { frames } = await converted(labFile([plain, optimized, grey]), "out.mjpeg", "--for", "rtsp");
  assertEquals(frames[0], plain);
  for (const jpeg of frames) assertEquals(conditionWithoutTranscoding(jpeg)?.sampling, "4:2:0");
});

Deno.test("convert --size and --quality re-encode JPEGs", async () => {
  const smaller = await converted(concat(LARGE), "out.mjpg", "--size", "400x300");
  assertEquals(new Set(smaller.frames.map(sizeOf)), new Set(["400x300"]));
  const worse = await converted(labFile(SMALL), "out.mjpg", "--quality", "5");
  worse.frames.forEach((jpeg, at) => assert(jpeg.length < SMALL[at].length));
});

Deno.test("convert says what is wrong with a video of which nothing can be decoded, and leaves no file", async () => {
  const junk = new TextEncoder().encode("GIF89a and nothing that follows is a GIF at all");
  for (const out of ["out.avi", "out.mjpeg"]) {
    const { code, log, names } = await convert(junk, out);
    assertEquals([code, names], [1, ["in"]], log);
    assertMatch(log, /Cannot decode .*in: /);
  }
});

Deno.test("convert says where no picture of a size fits the lab's clients", async () => {
  const { code, log } = await convert(LARGE[0], "out.mjpeg", "--for", "lab", "--size", "2400x1800");
  assertEquals(code, 1);
  assertMatch(
    log,
    /No frame can be written: frame 1: 2400x1800 pixels do not fit into 20468 bytes at quality 10, even without detail/,
  );
});

for (
  const [args, message] of [
    [["--for", "vlc"], /--for needs lab or rtsp, got "vlc"/],
    [["--size", "640"], /--size needs WIDTHxHEIGHT/],
    [["--size", "7x8"], /--size needs 8x8 to 4096x4096, got 7x8/],
    [["--size", "8x4097"], /--size needs 8x8 to 4096x4096, got 8x4097/],
    [["--from", "5"], /has no frame from 5 s on/],
  ] as const
) {
  Deno.test(`convert ${args.join(" ")} says what is wrong`, async () => {
    const { code, log } = await convert(GIF, "out.avi", ...args);
    assertEquals(code, 2, log);
    assertMatch(log, message);
  });
}
