/** `convert` as a user meets it: frames stay as they are, files are whole or not there. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { aviFile } from "../support/avi_files.ts";
import { ChildProgram } from "../support/child_program.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { labFile } from "../support/lab_movie.ts";
import { memoryFile } from "../support/memory_file.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";

const JPEGS = await Promise.all(
  Array.from({ length: 40 }, (_, seed) => makeJpeg({ seed: seed % 7, width: 48 + 16 * (seed % 3) })),
);
const PROJECT = new URL("../../", import.meta.url);

function start(args: readonly string[]): ChildProgram {
  const rights = ["--no-prompt", "--allow-net", "--allow-read", "--allow-write"];
  return new ChildProgram(Deno.execPath(), {
    args: ["run", ...rights, new URL("main.ts", PROJECT).pathname, "convert", ...args],
  });
}

async function convert(...args: readonly string[]) {
  await using program = start(args);
  const { code, stderr } = await program.exit();
  return { code, log: stderr.join("\n") };
}

/** The frames of a file or a folder, and when they are shown, in milliseconds. */
async function read(path: string): Promise<{ frames: Uint8Array[]; timesMs: number[]; frameRate?: number }> {
  if ((await Deno.stat(path)).isDirectory) {
    const names = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
    return { frames: names.map((name) => Deno.readFileSync(join(path, name))), timesMs: [] };
  }
  const bytes = await Deno.readFile(path);
  const index = await indexFile(memoryFile(bytes));
  const all = Array.from({ length: index.count }, (_, at) => at);
  return {
    frames: all.map((at) =>
      bytes.slice(index.locate(at).offset, index.locate(at).offset + index.locate(at).lengthBytes)
    ),
    timesMs: all.map((at) => index.times === undefined ? NaN : index.times.timesUs.at(at) / 1000),
    frameRate: index.frameRate,
  };
}

const FORMATS = ["mjpeg", "mjpg", "avi", "folder"];

for (const from of FORMATS) {
  Deno.test(`convert writes ${from} in every format, frames as they are`, async () => {
    await using directory = await temporaryDirectory();
    const path = (name: string) => join(directory.path, name);
    const nameOf = (what: string, format: string) =>
      format === "folder" ? path(`${what}-${format}`) : path(`${what}.${format}`);
    await Deno.writeFile(path("source.mjpeg"), labFile(JPEGS));
    const input = nameOf("in", from);
    assertEquals((await convert(path("source.mjpeg"), input, "--fps", "12.5")).code, 0);
    for (const to of FORMATS) {
      const out = nameOf(`out`, to);
      const { code, log } = await convert(input, out, "--fps", "12.5");
      assertEquals(code, 0, log);
      assertMatch(log, /out.*: 40 frames, 3\.20 s/);
      const { frames, frameRate } = await read(out);
      assertEquals(frames, JPEGS);
      if (to === "avi") assertEquals(frameRate, 12.5);
    }
    assertEquals([...Deno.readDirSync(directory.path)].filter(({ name }) => name.endsWith(".part")), []);
  });
}

Deno.test("convert keeps the times of frames that come late, and cuts by time", async () => {
  await using directory = await temporaryDirectory();
  const [input, out, part] = ["in.avi", "out.avi", "part.avi"].map((name) => join(directory.path, name));
  // 40 ms each, with a gap of one second behind the 35th.
  const gap = Array.from({ length: 25 }, () => new Uint8Array(0));
  await Deno.writeFile(input, aviFile({ frames: [...JPEGS.slice(0, 35), ...gap, ...JPEGS.slice(35)] }));
  assertEquals((await convert(input, out)).code, 0);
  const [before, after] = await Promise.all([read(input), read(out)]);
  assertEquals(after.frames, before.frames);
  after.timesMs.forEach((timeMs, index) =>
    assert(Math.abs(timeMs - before.timesMs[index]) <= 40, `${index}: ${timeMs}`)
  );
  // Slow at first, and five times as fast then: the slots of AVI are as fine as that.
  const slow = join(directory.path, "slow.avi");
  const [pause, out2] = [Array.from({ length: 4 }, () => new Uint8Array(0)), join(directory.path, "out2.avi")];
  const twice = [...JPEGS, ...JPEGS];
  await Deno.writeFile(slow, aviFile({ frames: [...JPEGS.flatMap((jpeg) => [jpeg, ...pause]), ...twice] }));
  assertEquals((await convert(slow, out2)).code, 0);
  const [uneven, copied] = await Promise.all([read(slow), read(out2)]);
  assertEquals([copied.frames, copied.timesMs], [uneven.frames, uneven.timesMs]);
  const { code, log } = await convert(input, part, "--from", "0.4", "--to", "1");
  assertEquals(code, 0, log);
  assertEquals((await read(part)).frames, JPEGS.slice(10, 25));
});

Deno.test("convert overwrites nothing without --force, and leaves all as it was where it cannot go on", async () => {
  await using directory = await temporaryDirectory();
  const [input, out] = ["in.mjpg", "out.mjpeg"].map((name) => join(directory.path, name));
  const precious = new Uint8Array(1000).fill(7);
  const large = await makeJpeg({ width: 800, height: 600, quality: 100 });
  assert(large.length > 99_999);
  await Deno.writeFile(input, large);
  await Deno.writeFile(out, precious);
  const refused = await convert(input, out);
  assertEquals(refused.code, 1);
  assertMatch(refused.log, /it exists already; --force replaces it/);
  const impossible = await convert(input, out, "--force");
  assertEquals(impossible.code, 1);
  assertMatch(impossible.log, /No frame can be written: frame 1: it has \d+ bytes/);
  assertEquals(await Deno.readFile(out), precious);
  await Deno.writeFile(input, JPEGS[0], { append: true });
  const forced = await convert(input, out, "--force");
  assertEquals(forced.code, 0, forced.log);
  assertMatch(forced.log, /1 frames, .*; 1 left out, frame 1: it has/);
  assertEquals((await read(out)).frames, [JPEGS[0]]);
  const fitted = await convert(input, out, "--force", "--fit");
  assertMatch(fitted.log, /2 frames, [\d.]+ s$/m);
  const [reencoded, asItIs] = (await read(out)).frames;
  assert(reencoded.length <= 99_999);
  assertEquals(asItIs, JPEGS[0]);
  assertEquals([...Deno.readDirSync(directory.path)].length, 2);
});

Deno.test("convert does not replace the frames of the folder that it reads", async () => {
  await using directory = await temporaryDirectory();
  const [input, folder] = ["in.mjpg", "frames"].map((name) => join(directory.path, name));
  await Deno.writeFile(input, concat(JPEGS));
  assertEquals((await convert(input, folder)).code, 0);
  const { code, log } = await convert(folder, `${folder}/`, "--from", "1", "--force");
  assertEquals(code, 1);
  assertMatch(log, /it is the folder that is read/);
  assertEquals((await read(folder)).frames, JPEGS);
});

Deno.test("convert reads a file or a folder that has the name of the test source", async () => {
  await using directory = await temporaryDirectory();
  const [file, folder, out] = ["testsrc", "folder/testsrc", "out.mjpg"].map((name) => join(directory.path, name));
  await Deno.writeFile(file, labFile(JPEGS));
  assertEquals((await convert(file, `${folder}/`)).code, 0);
  const { code, log } = await convert(folder, out);
  assertEquals(code, 0, log);
  assertEquals((await read(out)).frames, JPEGS);
});

Deno.test("convert that is interrupted leaves no half file", { ignore: Deno.build.os === "windows" }, async () => {
  await using directory = await temporaryDirectory();
  const [input, out] = ["in.mjpg", "out.avi"].map((name) => join(directory.path, name));
  using file = await Deno.open(input, { write: true, create: true });
  for (let count = 0; count < 2000; count++) for (const jpeg of JPEGS) file.writeSync(jpeg);
  await using program = start([input, out]);
  await until(() => [...Deno.readDirSync(directory.path)].length > 1);
  const { code, stderr } = await program.stop("SIGINT");
  assertEquals(code, 1);
  assertMatch(stderr.join("\n"), /Interrupted after \d+ of 80000 frames; nothing is written/);
  assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["in.mjpg"]);
  const folder = join(directory.path, "frames");
  await Deno.mkdir(folder);
  await using other = start([input, folder]);
  await until(() => [...Deno.readDirSync(folder)].length > 0);
  const { stderr: told } = await other.stop("SIGINT");
  const written = [...Deno.readDirSync(folder)].length;
  assertMatch(told.join("\n"), new RegExp(`of 80000 frames; ${written} frames are written`));
});

Deno.test("convert --format says what OUT is, whatever its name", async () => {
  await using directory = await temporaryDirectory();
  const [input, out] = ["in.mjpeg", "out.mp4"].map((name) => join(directory.path, name));
  await Deno.writeFile(input, labFile(JPEGS));
  assertMatch((await convert(input, out)).log, /files that end in \.mp4 are not written; there are .*; --format says/);
  assertEquals((await convert(input, out, "--format", "avi", "--fps", "7")).code, 0);
  const { frames, frameRate } = await read(out);
  assertEquals([frames, frameRate], [JPEGS, 7]);
});

const REFUSED: readonly [args: string[], message: RegExp][] = [
  [[], /convert takes IN and OUT/],
  [["a", "b", "c"], /convert takes IN and OUT/],
  [["nothing.avi", "out.avi"], /There is no directory or file "nothing.avi" to convert/],
  [["nothing.avi", "out.avi", "--from", "3", "--to", "2"], /--to 2 is not behind --from 3/],
];

for (const [args, message] of REFUSED) {
  Deno.test(`convert ${args.join(" ")} says what is wrong`, async () => {
    const { code, log } = await convert(...args);
    assert(code > 0);
    assertMatch(log, message);
  });
}
