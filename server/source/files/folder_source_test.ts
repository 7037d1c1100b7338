import { assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { join } from "@std/path";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { rtpOf, serve, TCP } from "../../../tests/support/rtsp_test_server.ts";
import { decodeFrames } from "../../../tests/support/jpeg_packets.ts";
import { temporaryDirectory } from "../../../tests/support/temporary_directory.ts";
import { until } from "../../../tests/support/until.ts";
import { conditionJpeg } from "../../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../../mjpeg/conditioning/rebuild.ts";
import { MAX_FRAME_BYTES } from "../../limits.ts";
import { FrameUnreadableError } from "../source.ts";
import { FolderSource, listFolder, listGrowingFolder } from "./folder_source.ts";
import { FrameCache } from "./frame_cache.ts";
import { openServed } from "../served/open_served.ts";

const JPEGS = await Promise.all(Array.from({ length: 5 }, (_, seed) => makeJpeg({ seed })));
const never = new AbortController().signal;

/** A folder `pictures` with JPEGs of these names, in a directory of its own. */
async function makeFolder(names: readonly string[]) {
  const directory = await temporaryDirectory();
  const path = join(directory.path, "pictures");
  await Deno.mkdir(path);
  for (const [index, name] of names.entries()) await Deno.writeFile(join(path, name), JPEGS[index]);
  return { root: directory.path, path, [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
}

function open(path: string, files: readonly string[]): FolderSource {
  return new FolderSource({
    name: "pictures",
    path,
    files,
    frameRate: 10,
    loops: false,
    cache: new FrameCache(10_000_000),
  });
}

Deno.test("listFolder() lists JPEGs in the order in which people count, and nothing else", async () => {
  await using folder = await makeFolder(["shot10.jpg", "shot9.JPG", "shot 1.jpeg", "shot200.jpg", "a.jpg"]);
  await Deno.writeTextFile(join(folder.path, "notes.txt"), "");
  await Deno.mkdir(join(folder.path, "folder.jpg"));
  if (Deno.build.os !== "windows") await Deno.symlink(join(folder.path, "a.jpg"), join(folder.path, "link.jpg"));
  const { index } = await listFolder(folder.path, never);
  assertEquals(index, ["a.jpg", "shot 1.jpeg", "shot9.JPG", "shot10.jpg", "shot200.jpg"]);
});

Deno.test("listFolder() stops once its signal aborts", async () => {
  await using folder = await makeFolder(["1.jpg"]);
  await assertRejects(() => listFolder(folder.path, AbortSignal.abort(new Error("enough"))), Error, "enough");
});

Deno.test("FolderSource reads each picture once, and has its times by the rate", async () => {
  await using folder = await makeFolder(["1.jpg", "2.jpg"]);
  for (const name of ["1.jpg", "2.jpg"]) await Deno.utime(join(folder.path, name), 1000, 1000);
  const source = open(folder.path, ["1.jpg", "2.jpg"]);
  assertEquals([source.times.count, source.times.durationUs, source.frameRate], [2, 200_000, 10]);
  const [one, same] = await Promise.all([source.frame(1), source.frame(1)]);
  assertStrictEquals(one, same);
  assertEquals(one, JPEGS[1]);
  assertStrictEquals(source.frame(1), one);
});

Deno.test("FolderSource rejects one picture that is gone, empty, too large, a link or no JPEG, and has the others", async () => {
  const names = ["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"];
  await using folder = await makeFolder(names);
  const source = open(folder.path, names);
  await Deno.remove(join(folder.path, "1.jpg"));
  await Deno.writeTextFile(join(folder.path, "2.jpg"), "");
  await Deno.truncate(join(folder.path, "3.jpg"), MAX_FRAME_BYTES + 1);
  if (Deno.build.os !== "windows") {
    await Deno.rename(join(folder.path, "4.jpg"), join(folder.root, "secret.jpg"));
    await Deno.symlink(join(folder.root, "secret.jpg"), join(folder.path, "4.jpg"));
    await assertRejects(
      async () => await source.frame(3),
      FrameUnreadableError,
      '"4.jpg" cannot be shown: it is no regular file',
    );
  }
  await assertRejects(async () => await source.frame(0), FrameUnreadableError, '"1.jpg" cannot be shown: ');
  await assertRejects(
    async () => await source.frame(1),
    FrameUnreadableError,
    '"2.jpg" cannot be shown: it is no JPEG',
  );
  await assertRejects(async () => await source.frame(2), FrameUnreadableError, "at most 16777216 are read");
  assertEquals(await source.frame(4), JPEGS[4]);
});

Deno.test("a folder of JPEGs is played as a movie, without those that are damaged", async () => {
  await using folder = await makeFolder(["1.jpg", "2.jpg", "3.jpg", "4.jpg"]);
  await Deno.writeTextFile(join(folder.path, "2.jpg"), "no JPEG");
  await using server = await serve({ root: await openServed(folder.root) });
  const client = await server.connect();
  const { status, body } = await client.ask("DESCRIBE", "pictures");
  assertEquals(status, 200);
  assertMatch(body, /^a=range:npt=0-0\.2/m);
  const { session } = await client.ask("SETUP", "pictures", TCP);
  await client.ask("PLAY", "pictures", { Session: session! });
  // A picture that is still being read when the next one is due is left out: time goes by no faster than it does.
  await until(() => decodeFrames(rtpOf(client)).length === 3, {
    async step() {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await server.advance(1, 1);
    },
  });
  const shown = [0, 2, 3].map((index) => rebuildJpeg(conditionJpeg(JPEGS[index])));
  assertEquals(decodeFrames(rtpOf(client)), shown);
  await server.advance(1000);
  assertEquals(decodeFrames(rtpOf(client)).length, 3);
});

Deno.test("a folder without JPEGs is not found, and one that gets some is played", async () => {
  await using folder = await makeFolder([]);
  await using server = await serve({ root: await openServed(folder.root) });
  const client = await server.connect();
  assertEquals((await client.ask("DESCRIBE", "pictures")).status, 404);
  await Deno.writeFile(join(folder.path, "1.jpg"), JPEGS[0]);
  assertEquals((await client.ask("DESCRIBE", "pictures")).status, 200);
});

Deno.test("FolderSource reads a picture again that may still be written to", async () => {
  await using folder = await makeFolder(["1.jpg"]);
  const path = join(folder.path, "1.jpg");
  const source = open(folder.path, ["1.jpg"]);
  await Deno.writeFile(path, JPEGS[0].subarray(0, JPEGS[0].length - 50));
  assertEquals((await source.frame(0)).length, JPEGS[0].length - 48, "with an EOI");
  await Deno.writeFile(path, JPEGS[0]);
  assertEquals(await source.frame(0), JPEGS[0]);
});

Deno.test("listFolder() lists thousands of pictures in order", async () => {
  const names = Array.from({ length: 3000 }, (_, index) => `frame-${index * 7919 % 3000}.jpg`);
  await using folder = await temporaryDirectory();
  for (const name of names) await Deno.writeTextFile(join(folder.path, name), "");
  const { index } = await listFolder(folder.path, never);
  const numbers = index.map((name) => Number(/\d+/.exec(name)![0]));
  assertEquals(numbers, numbers.toSorted((one, other) => one - other));
});

Deno.test("listGrowingFolder() leaves out a last picture that is being written, and has the folder listed again", async () => {
  await using folder = await makeFolder(["1.jpg", "2.jpg"]);
  const { sizeBytes } = (await listGrowingFolder(folder.path, never)).version;
  assertEquals((await listGrowingFolder(folder.path, never)).index, ["1.jpg", "2.jpg"]);
  const path = join(folder.path, "3.jpg");
  await Deno.writeFile(path, JPEGS[0].subarray(0, -10));
  const part = await listGrowingFolder(folder.path, never);
  assertEquals([part.index, part.version.sizeBytes], [["1.jpg", "2.jpg"], -1]);
  assertEquals(sizeBytes >= 0, true);
  // One that nobody goes on writing to is as whole as it gets.
  await Deno.utime(path, 1000, 1000);
  assertEquals((await listGrowingFolder(folder.path, never)).index, ["1.jpg", "2.jpg", "3.jpg"]);
  await Deno.writeFile(path, JPEGS[0]);
  assertEquals((await listGrowingFolder(folder.path, never)).index, ["1.jpg", "2.jpg", "3.jpg"]);
});
