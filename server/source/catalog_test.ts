import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { encodeLabHeader } from "../../mjpeg/containers/streams/lab_header.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { Catalog } from "./catalog.ts";
import { type SeekableSource, SourceNotFoundError, SourceUnusableError } from "./source.ts";
import { TestSource } from "./test_source.ts";
import { openServed } from "./served/open_served.ts";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]);

async function openCatalog(files: Record<string, Uint8Array>, follow = false) {
  const directory = await temporaryDirectory();
  for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(join(directory.path, name), bytes);
  const catalog = new Catalog({ root: await openServed(directory.path), frameRate: 20, loop: false, follow });
  return {
    catalog,
    path: directory.path,
    async [Symbol.asyncDispose]() {
      catalog.close();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** A source that can be sought, as all are that are no live ones. */
async function find(catalog: Catalog, name: string): Promise<SeekableSource> {
  const source = await catalog.find(name, new AbortController().signal);
  assert(!source.isLive);
  return source;
}

Deno.test("Catalog.find() indexes a file once for all who ask, at once or later", async () => {
  await using opened = await openCatalog({ "movie.mjpeg": concat([JPEG, JPEG]) });
  const [one, two] = await Promise.all([find(opened.catalog, "movie.mjpeg"), find(opened.catalog, "Movie.mjpeg")]);
  assertStrictEquals(one, two);
  assertStrictEquals(await find(opened.catalog, "movie.mjpeg"), one);
  assertEquals([one.times.count, one.frameRate, one.loops, one.name], [2, 20, false, "movie.mjpeg"]);
});

Deno.test("Catalog.find() indexes a file again once it has changed", async () => {
  await using opened = await openCatalog({ "movie.mjpeg": concat([JPEG, JPEG]) });
  const before = await find(opened.catalog, "movie.mjpeg");
  await Deno.writeFile(join(opened.path, "movie.mjpeg"), concat([JPEG, JPEG, JPEG]));
  const after = await find(opened.catalog, "movie.mjpeg");
  assertEquals([before.times.count, after.times.count], [2, 3]);
});

Deno.test("Catalog.find() rejects an unknown name with names near to it", async () => {
  await using opened = await openCatalog({ "movie.mjpeg": JPEG, "other.mjpeg": JPEG });
  const error = await assertRejects(() => find(opened.catalog, "movi.mjpeg"), SourceNotFoundError);
  assertEquals(
    error.message,
    'There is no file "movi.mjpeg"; near names: movie.mjpeg, other.mjpeg, testsrc',
  );
});

Deno.test("Catalog.find() suggests the test source in front of files that are less like the name", async () => {
  const names = ["a", "b", "c", "d", "e"].map((letter) => `${letter}.mjpeg`);
  await using opened = await openCatalog(Object.fromEntries(names.map((name) => [name, JPEG])));
  const error = await assertRejects(() => find(opened.catalog, "testsrk"), SourceNotFoundError);
  assertMatch(error.message, /near names: testsrc, /);
});

Deno.test("Catalog.find() says what is under a name that is there and is not served, and suggests it to nobody", async () => {
  await using opened = await openCatalog({ "movie.mjpeg": JPEG });
  await using elsewhere = await openCatalog({ "secret.mjpeg": JPEG });
  await Deno.symlink(join(elsewhere.path, "secret.mjpeg"), join(opened.path, "link.mjpeg"));
  const error = await assertRejects(() => find(opened.catalog, "link.mjpeg"), SourceNotFoundError);
  assertEquals(
    error.message,
    '"link.mjpeg" is a link that leads out of the served directory; near names: movie.mjpeg, testsrc',
  );
});

Deno.test("Catalog.find() rejects what is no movie, and takes it once it is one", async () => {
  await using opened = await openCatalog({
    "movie.mjpeg": new Uint8Array(0),
    "picture.png": new Uint8Array([0x89, 0x50]),
  });
  await assertRejects(() => find(opened.catalog, "movie.mjpeg"), SourceUnusableError, "The file is empty");
  await assertRejects(() => find(opened.catalog, "picture.png"), SourceUnusableError, "it starts with 89 50");
  await Deno.writeFile(join(opened.path, "movie.mjpeg"), JPEG);
  assertEquals((await find(opened.catalog, "movie.mjpeg")).times.count, 1);
});

Deno.test("Catalog.find() always has the test source, which draws its frames when they are wanted", async () => {
  await using opened = await openCatalog({});
  const source = await find(opened.catalog, "testsrc");
  assert(source instanceof TestSource && source.loops && source.frameRate === 20);
  const frame = await source.frame(5);
  assertEquals([...frame.subarray(0, 2)], [0xff, 0xd8]);
  assertStrictEquals(source.frame(5), frame);
});

Deno.test("Catalog.close() gives up frames that are still being drawn", async () => {
  await using opened = await openCatalog({});
  const source = await find(opened.catalog, "testsrc");
  const frame = source.firstFrame();
  opened.catalog.close();
  await assertRejects(async () => await frame, Error, "closed");
});

Deno.test("Catalog has the first picture of the test source at once when it has been drawn", async () => {
  await using opened = await openCatalog({});
  const source = await find(opened.catalog, "testsrc");
  await source.firstFrame();
  assert(source.firstFrame() instanceof Uint8Array);
});

Deno.test("Catalog.find() takes one JPEG alone for a still, which is sent five times a second and has no end", async () => {
  await using opened = await openCatalog({
    "photo.jpg": JPEG,
    "movie.mjpeg": concat([encodeLabHeader(JPEG.length), JPEG]),
  });
  const [photo, movie] = [await find(opened.catalog, "photo.jpg"), await find(opened.catalog, "movie.mjpeg")];
  assertEquals([photo.loops, photo.frameRate, movie.loops, movie.frameRate], [true, 5, false, 20]);
});

Deno.test("Catalog.find() has the same source of a file that is followed and has grown, and another of one that was written anew", async () => {
  const lab = (...frames: readonly Uint8Array[]) => concat(frames.flatMap((one) => [encodeLabHeader(one.length), one]));
  await using opened = await openCatalog({ "movie.mjpeg": lab(JPEG, JPEG) }, true);
  const path = join(opened.path, "movie.mjpeg");
  const source = await find(opened.catalog, "movie.mjpeg");
  assertEquals([source.times.count, source.grows], [2, true]);
  await Deno.writeFile(path, lab(JPEG), { append: true });
  assertStrictEquals(await find(opened.catalog, "movie.mjpeg"), source);
  assertEquals([source.times.count, source.times.durationUs], [3, 150_000]);
  await Deno.writeFile(path, new Uint8Array(0));
  await assertRejects(() => find(opened.catalog, "movie.mjpeg"), SourceUnusableError, "empty");
  await Deno.writeFile(path, concat([new Uint8Array(9), JPEG, JPEG]));
  const other = await find(opened.catalog, "movie.mjpeg");
  assertEquals([other.times.count, source.times.count, other === source], [2, 3, false]);
});

Deno.test("a source that is followed wakes those who wait when it has grown, and no longer looks when nobody does", async () => {
  await using opened = await openCatalog({ "movie.mjpg": concat([JPEG, JPEG]) }, true);
  const source = await find(opened.catalog, "movie.mjpg");
  const [cursor, other] = [source.openCursor(), source.openCursor()];
  for (const one of [cursor, other]) one.seek({ fromUs: source.times.durationUs });
  for (const one of [cursor, other]) one.advance();
  const more = [cursor.more(), other.more()];
  other.close();
  await more[1];
  await Deno.writeFile(join(opened.path, "movie.mjpg"), JPEG, { append: true });
  await more[0];
  assertEquals([source.times.count, cursor.peek()?.number], [3, 3]);
  // The test runner fails a test that leaves a timer behind.
  void cursor.more();
  cursor.close();
});

const ENDINGS: readonly [what: string, end: (path: string) => Promise<void>][] = [
  ["written anew", (path) => Deno.writeFile(path, concat([JPEG, new Uint8Array(3), JPEG]))],
  ["shorter", (path) => Deno.writeFile(path, JPEG)],
  ["gone", (path) => Deno.remove(path)],
];

for (const [what, end] of ENDINGS) {
  Deno.test(`who waits for more of a followed file comes to the end once it is ${what}`, async () => {
    await using opened = await openCatalog({ "movie.mjpg": concat([JPEG, JPEG, JPEG]) }, true);
    const source = await find(opened.catalog, "movie.mjpg");
    const cursor = source.openCursor();
    cursor.seek({ fromUs: source.times.durationUs });
    cursor.advance();
    const more = cursor.more();
    await end(join(opened.path, "movie.mjpg"));
    await more;
    assertEquals([cursor.peek(), cursor.more(), source.grows], [undefined, undefined, false]);
    cursor.close();
  });
}

Deno.test("who waits for more of a followed folder comes to the end once other pictures stand in it", async () => {
  await using opened = await openCatalog({}, true);
  const path = (name: string) => join(opened.path, "frames", name);
  await Deno.mkdir(join(opened.path, "frames"));
  for (const name of ["1.jpg", "2.jpg"]) await Deno.writeFile(path(name), JPEG);
  const source = await find(opened.catalog, "frames");
  const cursor = source.openCursor();
  cursor.seek({ fromUs: source.times.durationUs });
  cursor.advance();
  const more = cursor.more();
  await Deno.writeFile(path("3.jpg"), JPEG);
  await more;
  assertEquals([source.times.count, cursor.peek()?.number], [3, 3]);
  cursor.advance();
  const end = cursor.more();
  await Deno.remove(path("1.jpg"));
  await end;
  assertEquals([cursor.more(), source.grows], [undefined, false]);
  cursor.close();
});
