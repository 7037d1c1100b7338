import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { temporaryDirectory } from "../../../tests/support/temporary_directory.ts";
import { MAX_LISTED_DEPTH, MAX_LISTED_FOLDERS, MAX_LISTED_MOVIES } from "../../limits.ts";
import { DirectoryListings } from "./directory_listing.ts";
import { listMovies } from "./movie_names.ts";

/** Lists the movies among these files; links go to files that are served where their names say so. */
async function listOf(
  files: readonly string[],
  links: readonly string[] = [],
  isTopListed = false,
): Promise<string[]> {
  await using directory = await temporaryDirectory();
  for (const file of files) {
    const path = join(directory.path, file);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, "");
  }
  for (const link of links) await Deno.symlink(join(directory.path, "elsewhere"), join(directory.path, link));
  return await listMovies(directory.path, {
    listings: new DirectoryListings(),
    isServed: (path) => Promise.resolve(path.includes("served")),
    isTopListed,
  });
}

Deno.test("listMovies() finds movies by their names, as people count, those at the top first", async () => {
  const files = [
    "b10.mjpeg",
    "b9.Mjpeg",
    "a.avi",
    "notes.txt",
    "sub/z.mkv",
    "sub/deeper/y.mp4",
    ".hidden/x.avi",
    ".w.avi",
  ];
  assertEquals(await listOf(files), ["a.avi", "b9.Mjpeg", "b10.mjpeg", "sub/z.mkv", "sub/deeper/y.mp4"]);
});

Deno.test("listMovies() takes a directory of pictures for a movie, and a picture alone for a still", async () => {
  assertEquals(await listOf(["1.jpg", "2.jpg", "shots/1.jpg", "shots/2.JPEG", "shots/cut.avi", "one/only.jpg"]), [
    ...["1.jpg", "2.jpg", "one/only.jpg", "shots", "shots/cut.avi"],
  ]);
});

Deno.test("listMovies() lists the directory itself where it is asked to, as a movie without a name", async () => {
  assertEquals(await listOf(["1.jpg", "2.jpg", "cut.avi"], [], true), ["", "cut.avi"]);
  assertEquals(await listOf(["1.jpg", "cut.avi"], [], true), ["1.jpg", "cut.avi"]);
});

Deno.test("listMovies() lists links that lead to what is served", async () => {
  assertEquals(await listOf(["elsewhere"], ["served.avi", "outside.avi"]), ["served.avi"]);
});

Deno.test("listMovies() lists so many movies, directories and levels", async () => {
  const named = (count: number) => Array.from({ length: count }, (_, index) => `${index}.avi`);
  assertEquals((await listOf(named(MAX_LISTED_MOVIES))).length, MAX_LISTED_MOVIES);
  assertEquals((await listOf(named(MAX_LISTED_MOVIES + 1))).length, MAX_LISTED_MOVIES);
  const inFolders = (count: number) => Array.from({ length: count }, (_, index) => `f${index}/movie.avi`);
  // The directory itself is one of them.
  assertEquals((await listOf(inFolders(MAX_LISTED_FOLDERS - 1))).length, MAX_LISTED_FOLDERS - 1);
  assertEquals((await listOf(inFolders(MAX_LISTED_FOLDERS))).length, MAX_LISTED_FOLDERS - 1);
  const atDepth = (depth: number) => [`${"d/".repeat(depth)}movie.avi`];
  assertEquals((await listOf(atDepth(MAX_LISTED_DEPTH))).length, 1);
  assertEquals((await listOf(atDepth(MAX_LISTED_DEPTH + 1))).length, 0);
});
