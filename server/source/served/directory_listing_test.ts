import { assertEquals, assertStrictEquals } from "@std/assert";
import { join } from "@std/path";
import { temporaryDirectory } from "../../../tests/support/temporary_directory.ts";
import { MAX_LISTED_DIRECTORIES } from "../../limits.ts";
import { DirectoryListings, type Listing } from "./directory_listing.ts";

/** Lets a directory look as if it had been written to so many seconds ago. */
async function age(path: string, seconds: number): Promise<void> {
  const time = new Date(Date.now() - 1000 * seconds);
  await Deno.utime(path, time, time);
}

Deno.test("DirectoryListings reads a directory once, until that is written to", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(join(directory.path, "One.mjpeg"), "");
  await age(directory.path, 60);
  const listings = new DirectoryListings();
  const first = await listings.list(directory.path);
  assertEquals([first.files, first.alike("one.MJPEG")], [["One.mjpeg"], "One.mjpeg"]);
  assertStrictEquals(await listings.list(directory.path), first);
  await Deno.writeTextFile(join(directory.path, "one.mjpeg"), "");
  const second = await listings.list(directory.path);
  assertEquals([second.files.length, second.alike("ONE.mjpeg")], [2, undefined], "two names are alike");
});

Deno.test("DirectoryListings reads a directory again that was written to just now", async () => {
  await using directory = await temporaryDirectory();
  const listings = new DirectoryListings();
  for (const name of ["a.mjpeg", "b.mjpeg", "c.mjpeg"]) {
    await Deno.writeTextFile(join(directory.path, name), "");
    assertEquals((await listings.list(directory.path)).alike(name.toUpperCase()), name);
  }
});

Deno.test("DirectoryListings takes what is no directory for an empty one", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(join(directory.path, "file"), "");
  const listings = new DirectoryListings();
  for (const path of ["file", "nothing", "file/below"]) {
    const listing = await listings.list(join(directory.path, path));
    assertEquals([listing.files, listing.near("file", 5)], [[], []]);
  }
});

Deno.test("DirectoryListings suggests files, and no directories", async () => {
  await using directory = await temporaryDirectory();
  await Deno.mkdir(join(directory.path, "movies"));
  await Deno.writeTextFile(join(directory.path, "movie"), "");
  const listing = await new DirectoryListings().list(directory.path);
  assertEquals([listing.near("movies", 5), listing.alike("MOVIES")], [["movie"], "movies"]);
});

Deno.test(`DirectoryListings keeps ${MAX_LISTED_DIRECTORIES} directories, those that were asked for last`, async () => {
  await using directory = await temporaryDirectory();
  const paths = Array.from({ length: MAX_LISTED_DIRECTORIES + 1 }, (_, index) => join(directory.path, String(index)));
  for (const path of paths) {
    await Deno.mkdir(path);
    await age(path, 60);
  }
  const listings = new DirectoryListings();
  const first: Listing[] = [];
  for (const path of paths) first.push(await listings.list(path));
  assertStrictEquals(await listings.list(paths[1]), first[1]);
  assertEquals(await listings.list(paths[0]) === first[0], false);
});
