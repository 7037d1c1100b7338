import { assertEquals } from "@std/assert";
import { ChosenMovies } from "./chosen_movies.ts";

const MOVIES = new ChosenMovies([
  { name: "a.avi", realPath: "/x/a.avi", isFolder: false, soundPath: "/x/a.wav" },
  { name: "A.avi", realPath: "/x/A.avi", isFolder: false, soundPath: undefined },
  { name: "y/a.avi", realPath: "/y/a.avi", isFolder: false, soundPath: undefined },
  { name: "link.mkv", realPath: "/z/Real.mkv", isFolder: false, soundPath: undefined },
  { name: "shots", realPath: "/z/shots", isFolder: true, soundPath: undefined },
]);

const FOUND: readonly [name: string, path: string | undefined][] = [
  ["a.avi", "/x/a.avi"],
  ["A.avi", "/x/A.avi"],
  ["/Y//./a.AVI", "/y/a.avi"],
  ["link.mkv", "/z/Real.mkv"],
  ["real.mkv", "/z/Real.mkv"],
  ["shots", "/z/shots"],
  ["shots/1.jpg", undefined],
  ["b.avi", undefined],
  ["../x/a.avi", undefined],
  ["/x/a.avi", undefined],
  ["", undefined],
];

for (const [name, path] of FOUND) {
  Deno.test(`ChosenMovies.resolve() of ${JSON.stringify(name)}`, async () => {
    assertEquals(await MOVIES.resolve(name), path === undefined ? undefined : { path, isFolder: name === "shots" });
  });
}

Deno.test("ChosenMovies knows names and sounds by paths", async () => {
  assertEquals(["/y/a.avi", "/z/shots"].map((path) => MOVIES.nameOf(path)), ["y/a.avi", "shots"]);
  assertEquals([await MOVIES.soundOf("/x/a.avi"), await MOVIES.soundOf("/y/a.avi")], ["/x/a.wav", undefined]);
  assertEquals((await MOVIES.nearNames("lnk.mkv"))[0], "link.mkv");
  assertEquals(MOVIES.onlyName, undefined);
});
