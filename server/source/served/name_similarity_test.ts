import { assertEquals } from "@std/assert";
import { mostSimilar } from "./name_similarity.ts";

const NAMES = ["other.mjpeg", "notes.txt", "Movie.mjpeg", "a", "movie-2.mjpeg"];

const CASES: readonly [name: string, first: string][] = [
  ["movi.mjpeg", "Movie.mjpeg"],
  ["MOVIE2.mjpeg", "movie-2.mjpeg"],
  ["ohter.mjpeg", "other.mjpeg"],
  ["note.text", "notes.txt"],
  ["a", "a"],
];

for (const [name, first] of CASES) {
  Deno.test(`mostSimilar() finds ${first} for ${name}`, () => assertEquals(mostSimilar(name, NAMES, 1), [first]));
}

Deno.test("mostSimilar() gives no more names than are wanted, or than there are", () => {
  assertEquals([0, 2, 9].map((count) => mostSimilar("movie", NAMES, count).length), [0, 2, 5]);
  assertEquals(mostSimilar("", NAMES, 9).length, 5);
  assertEquals(mostSimilar("movie", [], 5), []);
});
