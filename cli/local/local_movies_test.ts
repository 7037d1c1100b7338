import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { MAX_LOCAL_MOVIES } from "../limits.ts";
import { FailedError } from "../options/errors.ts";
import { findLocalMovies } from "./local_movies.ts";

async function makeTree(files: readonly string[]): Promise<AsyncDisposable & { readonly path: string }> {
  const directory = await temporaryDirectory();
  for (const file of files) {
    await Deno.mkdir(join(directory.path, file, ".."), { recursive: true });
    await Deno.writeTextFile(join(directory.path, file), "");
  }
  return directory;
}

Deno.test("findLocalMovies() finds files and the movies in folders, in order, each once", async () => {
  await using tree = await makeTree(["movie.avi", "folder/movie.avi", "folder/b.mkv", "shots/1.jpg", "shots/2.jpg"]);
  const paths = ["folder", "movie.avi", "shots", "folder/b.mkv"].map((name) => join(tree.path, name));
  const { movies, namesOf } = await findLocalMovies(paths, paths);
  const top = (await Deno.realPath(tree.path)).split(/[/\\]/).at(-1);
  const names = paths.map((path) => namesOf.get(path));
  assertEquals(names, [["b.mkv", "movie.avi"], [`${top}/movie.avi`], ["shots"], ["b.mkv"]]);
  assertEquals(movies.map(({ name }) => name), ["b.mkv", "movie.avi", `${top}/movie.avi`, "shots"]);
});

Deno.test("findLocalMovies() says what is wrong with what cannot be played", async () => {
  await using tree = await makeTree(["empty/notes.txt"]);
  const find = (name: string) => () => findLocalMovies([join(tree.path, name)], [join(tree.path, name)]);
  await assertRejects(find("empty"), FailedError, "There is no movie in the folder");
  await assertRejects(find("gone.avi"), FailedError, "There is no file or folder");
  if (Deno.build.os === "windows") return;
  assertEquals((await new Deno.Command("mkfifo", { args: [join(tree.path, "pipe")] }).output()).success, true);
  await assertRejects(find("pipe"), FailedError, "it is neither a directory nor a file");
});

Deno.test(`findLocalMovies() takes ${MAX_LOCAL_MOVIES} files, and not one more`, async () => {
  const files = Array.from({ length: MAX_LOCAL_MOVIES + 1 }, (_, index) => `${index}.avi`);
  await using tree = await makeTree(files);
  const paths = files.map((file) => join(tree.path, file));
  assertEquals((await findLocalMovies(paths.slice(1), paths)).movies.length, MAX_LOCAL_MOVIES);
  await assertRejects(
    () => findLocalMovies(paths, paths),
    FailedError,
    "play takes up to 500 files, and these are 501",
  );
});
