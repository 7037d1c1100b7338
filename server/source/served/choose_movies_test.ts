import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { temporaryDirectory } from "../../../tests/support/temporary_directory.ts";
import { chooseMovies } from "./choose_movies.ts";

/** A directory with these files in it, and what removes it. */
async function makeTree(files: readonly string[]): Promise<AsyncDisposable & { readonly path: string }> {
  const directory = await temporaryDirectory();
  const path = await Deno.realPath(directory.path);
  for (const file of files) {
    await Deno.mkdir(join(path, file, ".."), { recursive: true });
    await Deno.writeTextFile(join(path, file), "");
  }
  return { path, [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
}

/** Name, path, and sound of what is chosen at `name` in a tree, and whether it is a folder. */
async function chosen(top: string, name: string): Promise<string[][]> {
  const below = (path: string) => path.slice(top.length + 1);
  const movies = await chooseMovies(join(top, name));
  return movies.map(({ name, realPath, soundPath, isFolder }) => [
    ...[name, below(realPath)],
    ...soundPath === undefined ? [] : [below(soundPath)],
    ...isFolder ? ["folder"] : [],
  ]);
}

Deno.test("chooseMovies() gives a file, whatever its ending, with its sound", async () => {
  await using tree = await makeTree(["a/movie.bin", "a/movie.wav", "a/other.avi"]);
  assertEquals(await chosen(tree.path, "a/movie.bin"), [["movie.bin", "a/movie.bin", "a/movie.wav"]]);
});

Deno.test("chooseMovies() gives the movies in a directory and below, with their sounds", async () => {
  await using tree = await makeTree(["d/one.avi", "d/notes.txt", "d/sub/two.mkv", "d/sub/two.wav"]);
  assertEquals(await chosen(tree.path, "d"), [["one.avi", "d/one.avi"], [
    ...["sub/two.mkv", "d/sub/two.mkv", "d/sub/two.wav"],
  ]]);
});

Deno.test("chooseMovies() gives a folder of JPEGs as one movie, with the sound beside it, and the movies in it", async () => {
  await using tree = await makeTree(["shots/1.jpg", "shots/2.jpg", "shots/cut.avi", "shots.wav", "one/only.jpg"]);
  assertEquals(await chosen(tree.path, "shots"), [
    ["shots", "shots", "shots.wav", "folder"],
    ["cut.avi", "shots/cut.avi"],
  ]);
  assertEquals(await chosen(tree.path, "one"), [["only.jpg", "one/only.jpg"]]);
});

Deno.test({
  name: "chooseMovies() follows the link that it is given, and none in a directory that leads out of it",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using tree = await makeTree(["real/movie.avi", "d/one.avi"]);
    await Deno.symlink(join(tree.path, "real/movie.avi"), join(tree.path, "link.avi"));
    await Deno.symlink(join(tree.path, "real/movie.avi"), join(tree.path, "d/out.avi"));
    await Deno.symlink(join(tree.path, "d/one.avi"), join(tree.path, "d/in.avi"));
    assertEquals(await chosen(tree.path, "link.avi"), [["link.avi", "real/movie.avi"]]);
    assertEquals(await chosen(tree.path, "d"), [["in.avi", "d/one.avi"], ["one.avi", "d/one.avi"]]);
  },
});

Deno.test("chooseMovies() rejects where there is nothing", async () => {
  await using tree = await makeTree(["notes.txt"]);
  assertEquals(await chooseMovies(tree.path), []);
  await assertRejects(() => chooseMovies(join(tree.path, "gone.avi")), Deno.errors.NotFound);
});
