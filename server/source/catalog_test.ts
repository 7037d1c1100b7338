import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { Catalog } from "./catalog.ts";
import { MediaNotFoundError, MediaUnusableError } from "./media.ts";
import { ServedRoot } from "./served_root.ts";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]);

async function openCatalog(files: Record<string, Uint8Array>) {
  const directory = await temporaryDirectory();
  for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(join(directory.path, name), bytes);
  const catalog = new Catalog(await ServedRoot.open(directory.path));
  return {
    catalog,
    path: directory.path,
    async [Symbol.asyncDispose]() {
      catalog.close();
      await directory[Symbol.asyncDispose]();
    },
  };
}

Deno.test("Catalog.open() indexes a file once for all who ask, at once or later", async () => {
  await using opened = await openCatalog({ "movie.mjpeg": concat([JPEG, JPEG]) });
  const [one, two] = await Promise.all([opened.catalog.open("movie.mjpeg"), opened.catalog.open("Movie.mjpeg")]);
  assertStrictEquals(one, two);
  assertStrictEquals(await opened.catalog.open("movie.mjpeg"), one);
  assertEquals([one.frameCount, one.frameRate, one.isEndless], [2, undefined, false]);
});

Deno.test("Catalog.open() indexes a file anew once it has changed", async () => {
  await using opened = await openCatalog({ "movie.mjpeg": concat([JPEG, JPEG]) });
  const before = await opened.catalog.open("movie.mjpeg");
  await Deno.writeFile(join(opened.path, "movie.mjpeg"), concat([JPEG, JPEG, JPEG]));
  const after = await opened.catalog.open("movie.mjpeg");
  assertEquals([before.frameCount, after.frameCount], [2, 3]);
});

Deno.test("Catalog.open() rejects an unknown name with names near to it", async () => {
  await using opened = await openCatalog({ "movie.mjpeg": JPEG, "other.mjpeg": JPEG });
  const error = await assertRejects(() => opened.catalog.open("movi.mjpeg"), MediaNotFoundError);
  assertEquals(
    error.message,
    'There is no file "movi.mjpeg"; near names: movie.mjpeg, other.mjpeg, testsrc',
  );
});

Deno.test("Catalog.open() rejects what is no movie, and takes it once it is one", async () => {
  await using opened = await openCatalog({
    "movie.mjpeg": new Uint8Array(0),
    "picture.png": new Uint8Array([0x89, 0x50]),
  });
  await assertRejects(() => opened.catalog.open("movie.mjpeg"), MediaUnusableError, "The file is empty");
  await assertRejects(() => opened.catalog.open("picture.png"), MediaUnusableError, "it starts with 89 50");
  await Deno.writeFile(join(opened.path, "movie.mjpeg"), JPEG);
  assertEquals((await opened.catalog.open("movie.mjpeg")).frameCount, 1);
});

Deno.test("Catalog.open() always has the test source, which draws its frames when they are wanted", async () => {
  await using opened = await openCatalog({});
  const media = await opened.catalog.open("testsrc");
  assert(media.isEndless && media.frameRate === 20);
  const frame = await media.frame(5);
  assertEquals([...frame.subarray(0, 2)], [0xff, 0xd8]);
  assertStrictEquals(media.frame(5), frame);
});

Deno.test("Catalog.close() gives up frames that are still being drawn", async () => {
  await using opened = await openCatalog({});
  const media = await opened.catalog.open("testsrc");
  const frame = media.frame(0);
  opened.catalog.close();
  await assertRejects(async () => await frame, Error, "closed");
});
