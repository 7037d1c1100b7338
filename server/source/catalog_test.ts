import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { Catalog } from "./catalog.ts";
import { type SeekableSource, SourceNotFoundError, SourceUnusableError } from "./source.ts";
import { TestSource } from "./test_source.ts";
import { ServedRoot } from "./files/served_root.ts";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]);

async function openCatalog(files: Record<string, Uint8Array>) {
  const directory = await temporaryDirectory();
  for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(join(directory.path, name), bytes);
  const catalog = new Catalog({ root: await ServedRoot.open(directory.path), frameRate: 20, loop: false });
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
  assertEquals([one.frameCount, one.frameRate, one.loops, one.name], [2, 20, false, "movie.mjpeg"]);
});

Deno.test("Catalog.find() indexes a file again once it has changed", async () => {
  await using opened = await openCatalog({ "movie.mjpeg": concat([JPEG, JPEG]) });
  const before = await find(opened.catalog, "movie.mjpeg");
  await Deno.writeFile(join(opened.path, "movie.mjpeg"), concat([JPEG, JPEG, JPEG]));
  const after = await find(opened.catalog, "movie.mjpeg");
  assertEquals([before.frameCount, after.frameCount], [2, 3]);
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
  assertEquals((await find(opened.catalog, "movie.mjpeg")).frameCount, 1);
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

Deno.test("Catalog.warmUp() has the first picture of the test source drawn, so that nobody waits for it", async () => {
  await using opened = await openCatalog({});
  await opened.catalog.warmUp();
  const source = await find(opened.catalog, "testsrc");
  assert(source.firstFrame() instanceof Uint8Array);
});
