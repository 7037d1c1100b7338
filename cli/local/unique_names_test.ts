import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { withUniqueNames } from "./unique_names.ts";

/** A movie in some folders. */
function movie(name: string, ...folders: readonly string[]) {
  return { name, realPath: join("/", ...folders, name), isFolder: false, soundPath: undefined };
}

const CASES: readonly [title: string, movies: readonly ReturnType<typeof movie>[], names: readonly string[]][] = [
  ["others", [movie("a.avi", "x"), movie("b.avi", "x")], ["a.avi", "b.avi"]],
  ["the same file twice", [movie("a.avi", "x"), movie("a.avi", "x")], ["a.avi"]],
  ["one name in two folders", [movie("a.avi", "x"), movie("a.avi", "y")], ["a.avi", "y/a.avi"]],
  [
    "folders of one name",
    [movie("a.avi", "x", "z"), movie("a.avi", "y", "z"), movie("a.avi", "w", "z")],
    ["a.avi", "z/a.avi", "w/z/a.avi"],
  ],
  ["the name of the test source", [movie("testsrc", "x")], ["x/testsrc"]],
  ["the name of the test source at the top", [movie("testsrc")], ["2/testsrc"]],
  ["a path that is part of another one", [movie("a"), movie("a", "x"), movie("a", "y", "x")], ["a", "x/a", "y/x/a"]],
];

for (const [title, movies, names] of CASES) {
  Deno.test(`withUniqueNames() names ${title}`, () => {
    assertEquals(withUniqueNames(movies).map(({ name }) => name), names);
  });
}
