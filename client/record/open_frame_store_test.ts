import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { FrameTooLargeError } from "../../mjpeg/containers/written_format.ts";
import { encodeLabHeader, LAB_FRAME_MAX_BYTES } from "../../mjpeg/containers/streams/lab_header.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { labFile } from "../../tests/support/lab_movie.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { openFrameStore, type StoreOptions } from "./open_frame_store.ts";

const FRAMES = [1, 2].map((fill) => new Uint8Array(100).fill(fill));
const LAB_FILE = concat(FRAMES.flatMap((frame) => [encodeLabHeader(frame.length), frame]));
const PRECIOUS = new Uint8Array(5000).fill(7);

/** Stores frames under a name, up to the end. */
async function store(
  out: string,
  options: Partial<StoreOptions> & { frames?: readonly Uint8Array[] } = {},
): Promise<void> {
  const opened = await openFrameStore(out, { maxFrames: Infinity, ...options });
  let number = 0;
  try {
    for (const frame of options.frames ?? FRAMES) {
      await opened.write({ data: frame, timestampUs: number++ * 40_000 }, () => {});
    }
  } finally {
    opened.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).toSorted();
}

Deno.test("openFrameStore() makes nothing before the first frame", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["movie.mjpeg", "movie.mjpg", "frames", "deep/frames/"]) {
    await store(join(directory.path, name) + (name.endsWith("/") ? "/" : ""), { frames: [] });
  }
  assertEquals(await namesIn(directory.path), []);
});

Deno.test("openFrameStore() writes each format", async () => {
  await using directory = await temporaryDirectory();
  const path = (name: string) => `${directory.path}/${name}`;
  for (const name of ["movie.mjpeg", "movie.mjpg", "cam-1.5fps/"]) await store(path(name));
  await store(path("shot.jpg"), { frames: [FRAMES[0]], maxFrames: 1 });
  assertEquals(await Deno.readFile(path("movie.mjpeg")), LAB_FILE);
  assertEquals(await Deno.readFile(path("movie.mjpg")), concat(FRAMES));
  assertEquals(await Deno.readFile(path("shot.jpg")), FRAMES[0]);
  assertEquals(await namesIn(path("cam-1.5fps")), ["frame-000001.jpg", "frame-000002.jpg"]);
});

Deno.test("openFrameStore() overwrites no file, whatever it is, and replaces it with force", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  await Deno.writeFile(out, PRECIOUS);
  await assertRejects(() => store(out), Error, "it exists already; --force replaces it, or name another");
  await store(out, { frames: [], force: true });
  assertEquals(await Deno.readFile(out), PRECIOUS, "no frame has come");
  await store(out, { force: true });
  assertEquals(await Deno.readFile(out), LAB_FILE);
  assertEquals(await namesIn(directory.path), ["movie.mjpeg"]);
});

Deno.test("openFrameStore() leaves alone a file that appears after it was opened", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  const opened = await openFrameStore(out, { maxFrames: Infinity });
  await Deno.writeFile(out, PRECIOUS);
  await assertRejects(() => opened.write({ data: FRAMES[0], timestampUs: 0 }, () => {}), Deno.errors.AlreadyExists);
  opened.close();
  assertEquals(await Deno.readFile(out), PRECIOUS);
});

Deno.test("openFrameStore() keeps the earlier file where the first frame cannot be stored", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  await Deno.writeFile(out, PRECIOUS);
  await assertRejects(() => store(out, { frames: [new Uint8Array(100_000)], force: true }), FrameTooLargeError);
  assertEquals([await Deno.readFile(out), await namesIn(directory.path)], [PRECIOUS, ["movie.mjpeg"]]);
});

Deno.test("openFrameStore() never replaces what may be the movie that is played", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.Mjpeg");
  await Deno.writeFile(out, PRECIOUS);
  const options = { force: true, playedName: "Movie.mjpeg" };
  await assertRejects(() => store(out, options), Error, "it may be the very movie that is played");
  await store(join(directory.path, "other.mjpeg"), options);
  assertEquals(await Deno.readFile(out), PRECIOUS);
});

Deno.test("openFrameStore() never replaces the frames of a folder that is played or read", async () => {
  await using directory = await temporaryDirectory();
  const folder = join(directory.path, "frames");
  await store(folder);
  const names = await namesIn(folder);
  for (const options of [{ force: true }, { append: true }]) {
    const played = { ...options, playedName: "Frames" };
    await assertRejects(() => store(`${folder}/`, played), Error, "it may be the very movie that is played");
    const read = { ...options, readPath: await Deno.realPath(folder) };
    await assertRejects(() => store(folder, read), Error, "it is the folder that is read");
  }
  assertEquals(await namesIn(folder), names);
});

Deno.test("openFrameStore() never replaces a file that is read meanwhile, but for one that comes when all is read", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  await Deno.writeFile(out, PRECIOUS);
  const readPath = await Deno.realPath(out);
  for (const options of [{ force: true }, { append: true }]) {
    await assertRejects(
      () => store(out, { ...options, readPath }),
      Error,
      "it is the movie that is read; name another",
    );
  }
  assertEquals(await Deno.readFile(out), PRECIOUS);
  const whole = await openFrameStore(out, { maxFrames: Infinity, force: true, isAllOrNothing: true, readPath });
  for (const data of FRAMES) await whole.write({ data, timestampUs: 0 }, () => {});
  assertEquals(await Deno.readFile(out), PRECIOUS);
  await whole.finish();
  assertEquals(await Deno.readFile(out), LAB_FILE);
});

Deno.test({
  name: "openFrameStore() follows no link that stands for a file, and replaces the link alone",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await temporaryDirectory();
    const [target, link] = ["target.mjpeg", "link.mjpeg"].map((name) => join(directory.path, name));
    await Deno.writeFile(target, PRECIOUS);
    await Deno.symlink(target, link);
    await assertRejects(() => store(link), Error, "it exists already");
    await store(link, { force: true });
    assertEquals([await Deno.readFile(target), await Deno.readFile(link)], [PRECIOUS, LAB_FILE]);
    const lost = join(directory.path, "lost.mjpeg");
    await Deno.symlink(join(directory.path, "nowhere.mjpeg"), lost);
    await assertRejects(() => store(lost), Error, "it exists already");
  },
});

Deno.test({
  name: "openFrameStore() follows no link that is planted in the frames' folder",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await temporaryDirectory();
    const [folder, target] = [join(directory.path, "frames"), join(directory.path, "precious.jpg")];
    await Deno.writeFile(target, PRECIOUS);
    const opened = await openFrameStore(folder, { maxFrames: Infinity });
    await opened.write({ data: FRAMES[0], timestampUs: 0 }, () => {});
    await Deno.symlink(target, join(folder, "frame-000002.jpg"));
    await assertRejects(() => opened.write({ data: FRAMES[1], timestampUs: 1 }, () => {}), Deno.errors.AlreadyExists);
    assertEquals(await Deno.readFile(target), PRECIOUS);
    await store(folder, { force: true });
    assertEquals(await Deno.readFile(target), PRECIOUS);
    assertEquals(await Deno.readFile(join(folder, "frame-000002.jpg")), FRAMES[1]);
  },
});

Deno.test("openFrameStore() mixes no frames with those of an earlier run, and replaces them with force", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeFile(join(directory.path, "other.jpg"), PRECIOUS);
  await store(directory.path);
  await assertRejects(() => store(directory.path), Error, "it has frames of an earlier run; --force replaces them");
  await store(directory.path, { force: true, frames: [] });
  assertEquals((await namesIn(directory.path)).length, 3);
  await store(directory.path, { force: true, frames: [FRAMES[1]] });
  assertEquals(await namesIn(directory.path), ["frame-000001.jpg", "other.jpg"]);
});

Deno.test("openFrameStore() refuses a file in a folder that does not exist, or that is no folder", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeFile(join(directory.path, "file"), PRECIOUS);
  const message = "the folder it lies in does not exist; create it first";
  await assertRejects(() => store(join(directory.path, "no", "movie.mjpeg")), Error, message);
  await assertRejects(() => store(join(directory.path, "file", "movie.mjpeg")), Error, "Cannot write to ");
});

Deno.test({
  name: "openFrameStore() writes concatenated JPEGs to a named pipe and to /dev/null",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await temporaryDirectory();
    const pipe = join(directory.path, "pipe.mjpeg");
    assertEquals((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success, true);
    const [read] = await Promise.all([Deno.readFile(pipe), store(pipe)]);
    assertEquals(read, concat(FRAMES));
    await store("/dev/null");
  },
});

Deno.test("openFrameStore() gathers frames for a while, and stores them together, each with its own outcome", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  const opened = await openFrameStore(out, { maxFrames: Infinity, gatherMs: 60_000 });
  const large = new Uint8Array(LAB_FRAME_MAX_BYTES + 1);
  const outcomes = [FRAMES[0], large, FRAMES[1]].map((data, index) =>
    opened.write({ data, timestampUs: index }, () => {}).then(() => "stored", (error) => error.name)
  );
  assertEquals(await namesIn(directory.path), [], "nothing yet");
  opened.flush();
  assertEquals(await Promise.all(outcomes), ["stored", "FrameTooLargeError", "stored"]);
  assertEquals(await Deno.readFile(out), LAB_FILE);
  // What waits is stored before the end.
  const last = opened.write({ data: FRAMES[0], timestampUs: 4 }, () => {});
  await opened.finish();
  await last;
  assertEquals(await Deno.readFile(out), concat([LAB_FILE, encodeLabHeader(FRAMES[0].length), FRAMES[0]]));
});

const APPENDED: readonly [name: string, fileOf: (frames: readonly Uint8Array[]) => Uint8Array][] = [
  ["movie.mjpeg", labFile],
  ["movie.mjpg", (frames) => concat([...frames])],
];
const JPEGS = await Promise.all([1, 2, 3].map((seed) => makeJpeg({ seed })));

for (const [name, fileOf] of APPENDED) {
  Deno.test(`openFrameStore() goes on in ${name}, behind its last whole frame`, async () => {
    await using directory = await temporaryDirectory();
    const out = join(directory.path, name);
    await store(out, { append: true, frames: JPEGS.slice(0, 1) });
    assertEquals(await Deno.readFile(out), fileOf(JPEGS.slice(0, 1)), "there was none");
    await store(out, { append: true, frames: JPEGS.slice(1) });
    assertEquals(await Deno.readFile(out), fileOf(JPEGS));
    const torn = fileOf(JPEGS).subarray(0, -300);
    await Deno.writeFile(out, torn);
    await store(out, { append: true, frames: [] });
    assertEquals(await Deno.readFile(out), torn, "nothing is cut off before a frame is there");
    await store(out, { append: true, frames: JPEGS.slice(2) });
    assertEquals(await Deno.readFile(out), fileOf(JPEGS));
    assertEquals(await namesIn(directory.path), [name]);
  });

  Deno.test(`openFrameStore() does not go on in ${name} where it has something else, or is a link`, async () => {
    await using directory = await temporaryDirectory();
    const [out, link] = [name, `link-${name}`].map((path) => join(directory.path, path));
    await Deno.writeFile(out, PRECIOUS);
    await assertRejects(() => store(out, { append: true }), Error, "it is no file to go on in: at byte 0 there ");
    assertEquals(await Deno.readFile(out), PRECIOUS);
    if (Deno.build.os === "windows") return;
    await Deno.symlink(out, link);
    await assertRejects(() => store(link, { append: true }), Error, "it is a link; name the file that it leads to");
  });
}

Deno.test("openFrameStore() does not go on in a file that somebody else has written to meanwhile", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  await Deno.writeFile(out, labFile(JPEGS));
  const opened = await openFrameStore(out, { maxFrames: Infinity, append: true });
  await Deno.writeFile(out, PRECIOUS);
  const frame = { data: JPEGS[0], timestampUs: 0 };
  await assertRejects(() => opened.write(frame, () => {}), Error, "somebody else has written to the file meanwhile");
  opened.close();
  assertEquals(await Deno.readFile(out), PRECIOUS);
});

Deno.test("openFrameStore() goes on in a folder behind its highest number", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["frame-000002.jpg", "frame-1000041.jpg", "frame-9.jpg", "other.jpg"]) {
    await Deno.writeFile(join(directory.path, name), PRECIOUS);
  }
  await store(directory.path, { append: true });
  assertEquals((await namesIn(directory.path)).filter((name) => /42|43/.test(name)), [
    "frame-1000042.jpg",
    "frame-1000043.jpg",
  ]);
  assertEquals(await Deno.readFile(join(directory.path, "frame-1000042.jpg")), FRAMES[0]);
  assertEquals((await namesIn(directory.path)).length, 6);
});

Deno.test("openFrameStore() says what takes no more frames, and never goes on in the movie that is played", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["movie.avi", "new.avi"]) {
    const out = join(directory.path, name);
    if (name === "movie.avi") await Deno.writeFile(out, PRECIOUS);
    await assertRejects(() => store(out, { append: true }), Error, "AVI does not take more frames once it is written");
  }
  await assertRejects(() => store("-", { append: true }), Error, "a pipe has no end to go on at");
  const out = join(directory.path, "movie.mjpeg");
  await Deno.writeFile(out, labFile(JPEGS));
  const played = { append: true, playedName: "movie.mjpeg" };
  await assertRejects(() => store(out, played), Error, "it may be the very movie that is played");
});

Deno.test("openFrameStore() writes the format that is said, whatever the name", async () => {
  await using directory = await temporaryDirectory();
  const path = (name: string) => join(directory.path, name);
  await store(path("movie.mp4"), { format: "lab" });
  await store(path("movie"), { format: "concat" });
  await store(path("cam-1.5fps"), { format: "folder" });
  await store(path("movie.mjpeg"), { format: "avi", frames: JPEGS });
  assertEquals(await Deno.readFile(path("movie.mp4")), LAB_FILE);
  assertEquals(await Deno.readFile(path("movie")), concat(FRAMES));
  assertEquals((await namesIn(path("cam-1.5fps"))).length, 2);
  assertEquals((await Deno.readTextFile(path("movie.mjpeg"))).slice(0, 4), "RIFF");
  await assertRejects(() => store("-", { format: "avi" }), Error, "a pipe gets concatenated JPEGs, not --format avi");
});
