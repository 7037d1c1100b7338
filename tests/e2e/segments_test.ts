/** `play --out` in segments, as a user meets it: their names, how they end, and what stays of them whatever happens. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { labFrames, makeLabMovie } from "../support/lab_movie.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { rootTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";

const ALWAYS = ["--transport", "tcp", "--no-preview"];

function start(port: number, file: string, args: readonly string[], through?: readonly string[]) {
  return startOurs(["play", `rtsp://127.0.0.1:${port}/${file}`, ...ALWAYS, ...args], { write: true, through });
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

/** The frames of all segments in a folder, one after the other; each of them has to be whole. Their sound is beside them. */
async function framesOf(folder: string): Promise<Uint8Array[][]> {
  return await Promise.all(
    namesIn(folder).filter((name) => !name.endsWith(".wav")).map(async (name) => {
      const path = join(folder, name);
      if ((await Deno.stat(path)).isDirectory) {
        return namesIn(path).filter((name) => name.endsWith(".jpg")).map((frame) =>
          Deno.readFileSync(join(path, frame))
        );
      }
      const bytes = await Deno.readFile(path);
      const index = await indexFile(memoryFile(bytes));
      assertEquals(index.problem, undefined, name);
      return Array.from({ length: index.count }, (_, at) => {
        const { offset, lengthBytes } = index.locate(at);
        return bytes.slice(offset, offset + lengthBytes);
      });
    }),
  );
}

for (const [out, ending] of [["cam.avi", ".avi"], ["cam.mjpeg", ".mjpeg"], ["cam.mjpg", ".mjpg"], ["cam/", ""]]) {
  Deno.test(`play --out ${out} --segment has every frame once, in segments of that length`, async () => {
    await using movie = await makeLabMovie({ frameCount: 50 });
    await using server = await startOurServer({ root: movie.root });
    await using directory = await temporaryDirectory();
    const path = join(directory.path, out);
    const before = Date.now();
    await using player = start(server.port, movie.file, ["--no-reconnect", "--out", path, "--segment", "1s"]);
    const { code, stderr } = await player.exit();
    assertEquals(code, 0, stderr.join("\n"));
    assertMatch(stderr.join("\n"), /50 stored in segments of .*cam/);
    const folder = ending === "" ? path : directory.path;
    const segments = await framesOf(folder);
    assertEquals(segments.map((frames) => frames.length), [20, 20, 10]);
    assertEquals(segments.flat(), movie.frames);
    for (const name of namesIn(folder)) {
      const [, date, time] = /^(?:cam-)?(\d{4}-\d\d-\d\d)T(\d\d-\d\d-\d\d)(?:\.\w+)?$/.exec(name)!;
      assert(name.endsWith(ending));
      // The test's own time zone is that of the program.
      const startMs = new Date(`${date}T${time.replaceAll("-", ":")}`).getTime();
      assert(startMs > before - 1000 && startMs <= Date.now(), name);
      assert(stderr.some((line) => line.includes("storing in ") && line.includes(name)), name);
    }
  });
}

Deno.test("play --max-size --max-files keeps the newest files, each below the size, and another run's", async () => {
  await using movie = await makeLabMovie({ frameCount: 60 });
  await using server = await startOurServer({ root: movie.root });
  await using directory = await temporaryDirectory();
  const earlier = "cam-2020-01-01T00-00-00.avi";
  await Deno.writeTextFile(join(directory.path, earlier), "precious");
  const limits = ["--max-size", "150kB", "--max-files", "2"];
  const out = join(directory.path, "cam.avi");
  await using player = start(server.port, movie.file, ["--no-reconnect", "--out", out, ...limits]);
  assertEquals((await player.exit()).code, 0);
  assertEquals(await Deno.readTextFile(join(directory.path, earlier)), "precious");
  await Deno.remove(join(directory.path, earlier));
  const sizes = namesIn(directory.path).map((name) => Deno.statSync(join(directory.path, name)).size);
  assertEquals(sizes.length, 2);
  assert(sizes.every((size) => size <= 150_000), `${sizes}`);
  const frames = (await framesOf(directory.path)).flat();
  assertEquals(frames, movie.frames.slice(-frames.length));
});

Deno.test("play --segment that is interrupted has whole files", { ignore: Deno.build.os === "windows" }, async () => {
  await using server = await startOurServer({ root: "." });
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    await using directory = await temporaryDirectory();
    await using player = start(server.port, "testsrc", ["--out", join(directory.path, "cam.avi"), "--segment", "1s"]);
    // The third one has frames, too: to make a file and to write to it are two steps.
    const third = () => Deno.statSync(join(directory.path, namesIn(directory.path)[2])).size;
    await until(() => namesIn(directory.path).length === 3 && third() > 100_000);
    const { code } = await player.stop(signal);
    if (signal === "SIGINT") assertEquals(code, 0);
    const counts = (await framesOf(directory.path)).map((frames) => frames.length);
    assert(counts.length === 3 && counts.every((count) => count > 0), `${counts}`);
  }
});

Deno.test({
  name: "play --segment whose folder is gone in the middle ends with an error",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await startOurServer({ root: "." });
    await using directory = await temporaryDirectory();
    const [folder, moved] = ["there", "elsewhere"].map((name) => join(directory.path, name));
    await Deno.mkdir(folder);
    await using player = start(server.port, "testsrc", ["--out", join(folder, "cam.mjpeg"), "--segment", "1s"]);
    // A file may be there before its first frame is, and has another name before that.
    const segments = () => namesIn(folder).filter((name) => name.startsWith("cam"));
    await until(() => segments().some((name) => Deno.statSync(join(folder, name)).size > 0));
    await Deno.rename(folder, moved);
    const { code, stderr } = await player.exit();
    assertEquals(code, 1);
    assertMatch(
      stderr.join("\n"),
      /Cannot store frame \d+: the folder it lies in does not exist; create it first; \d+ whole frames are kept/,
    );
    assert((await framesOf(moved))[0].length > 0);
  },
});

rootTest("play --segment on a disk that fills up keeps whole frames", ["unshare", "mount", "cp"], async () => {
  await using server = await startOurServer({ root: "." });
  await using disk = await temporaryDirectory();
  await using saved = await temporaryDirectory();
  // Some segments fit. The disk is gone with its namespace.
  const script =
    `mount -t tmpfs -o size=1m none ${disk.path}; "$@"; code=$?; cp -r ${disk.path}/. ${saved.path}; exit $code`;
  const through = ["unshare", "-m", "sh", "-c", script, "sh"];
  for (const out of ["cam.avi", "cam.mjpeg", "cam/"]) {
    await using player = start(server.port, "testsrc", ["--out", join(disk.path, out), "--segment", "1s"], through);
    const { code, stderr } = await player.exit();
    assertEquals(code, 1);
    assertMatch(stderr.join("\n"), /Cannot store frame \d+: the disk is full; make room or name another; \d+ whole/);
    const folder = out === "cam/" ? join(saved.path, "cam") : saved.path;
    const stored = Number(/; (\d+) whole frames are kept/.exec(stderr.join("\n"))![1]);
    assertEquals((await framesOf(folder)).flat().length, stored);
    for (const name of namesIn(saved.path)) await Deno.remove(join(saved.path, name), { recursive: true });
  }
});

rootTest("play --max-files makes room on a disk for as long as one likes", ["unshare", "mount"], async () => {
  const frameBytes = concat([...await labFrames(20)]).length;
  await using movie = await makeLabMovie({ frameCount: 100 });
  await using server = await startOurServer({ root: movie.root });
  await using disk = await temporaryDirectory();
  // For two segments of a second, and half of one.
  const script = `mount -t tmpfs -o size=${Math.ceil(2.5 * frameBytes)} none ${disk.path}; exec "$@"`;
  const args = ["--no-reconnect", "--out", join(disk.path, "cam.mjpg"), "--segment", "1s", "--max-files", "2"];
  await using player = start(server.port, movie.file, args, ["unshare", "-m", "sh", "-c", script, "sh"]);
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  assertMatch(stderr.join("\n"), /100 stored in segments of/);
});

const REFUSED: readonly [args: string[], code: number, message: RegExp][] = [
  [["--segment", "1s"], 2, /--append, --segment and --max-size need --out/],
  [["--out", "cam.avi", "--max-files", "3"], 2, /--max-files needs segments/],
  [["--out", "cam.avi", "--segment", "1s", "--force"], 2, /--force replaces nothing where segments/],
  [["--out", "-", "--segment", "1s"], 1, /a pipe has no segments: name a file/],
  [["--out", "shot.jpg", "--frames", "1", "--segment", "1s"], 1, /one JPEG has no segments: name a file/],
  [["--out", "nowhere/cam.avi", "--segment", "1s"], 1, /the folder it lies in does not exist; create it first/],
];

for (const [args, code, message] of REFUSED) {
  Deno.test(`play ${args.join(" ")} says what is wrong`, async () => {
    await using player = start(1, "testsrc", args);
    const exit = await player.exit();
    assertEquals(exit.code, code);
    assertMatch(exit.stderr.join("\n"), message);
  });
}
