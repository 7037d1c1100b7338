import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { encodeLabHeader } from "../../mjpeg/containers/lab_format.ts";
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
  try {
    for (const frame of options.frames ?? FRAMES) await opened.write(frame, () => {});
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
  await assertRejects(() => opened.write(FRAMES[0], () => {}), Deno.errors.AlreadyExists);
  opened.close();
  assertEquals(await Deno.readFile(out), PRECIOUS);
});

Deno.test("openFrameStore() keeps the earlier file where the first frame cannot be stored", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  await Deno.writeFile(out, PRECIOUS);
  await assertRejects(() => store(out, { frames: [new Uint8Array(100_000)], force: true }), RangeError);
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
    await opened.write(FRAMES[0], () => {});
    await Deno.symlink(target, join(folder, "frame-000002.jpg"));
    await assertRejects(() => opened.write(FRAMES[1], () => {}), Deno.errors.AlreadyExists);
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
