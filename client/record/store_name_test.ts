import { assertEquals, assertThrows } from "@std/assert";
import { isStandardOutput, type Present, storeKindOf } from "./store_name.ts";

/** What a name stands for, as "folder", "pipe" or the name of a format. */
function meaning(out: string, present: Present, maxFrames = Infinity): string {
  const store = storeKindOf(out, { present, maxFrames });
  return store.kind === "file" ? store.format.name : store.kind;
}

const MEANINGS: readonly [out: string, present: Present, meaning: string][] = [
  ["movie.mjpeg", "nothing", "the lab's format"],
  ["movie.Mjpeg", "file", "the lab's format"],
  ["movie.mjpg", "nothing", "concatenated JPEGs"],
  ["frames", "nothing", "folder"],
  [".frames", "nothing", "folder"],
  ["cam-1.5fps/", "nothing", "folder"],
  ["cam-1.5fps\\", "nothing", "folder"],
  ["movie.mjpeg/", "nothing", "folder"],
  ["cam-1.5fps", "folder", "folder"],
  ["movie.mjpeg", "folder", "folder"],
  ["pipe", "device", "pipe"],
  ["pipe.mjpeg", "device", "pipe"],
];

for (const [out, present, expected] of MEANINGS) {
  Deno.test(`storeKindOf() takes ${out}, where ${present} is, for ${expected}`, () => {
    assertEquals(meaning(out, present), expected);
  });
}

Deno.test("storeKindOf() takes .jpg for one JPEG, with --frames 1 only", () => {
  for (const out of ["shot.jpg", "shot.JPEG"]) {
    assertEquals(meaning(out, "nothing", 1), "one JPEG");
    assertThrows(
      () => meaning(out, "nothing", 2),
      Error,
      "is one JPEG: add --frames 1, or name a movie (.mjpeg or .mjpg)",
    );
  }
});

const REFUSED: readonly [out: string, present: Present, message: string][] = [
  [
    "movie.avi",
    "nothing",
    "files that end in .avi are not written; there are .mjpeg (the lab's format), .mjpg (concatenated JPEGs), " +
    ".jpg with --frames 1 (one JPEG), NAME/ (a folder of JPEGs) and - (standard output)",
  ],
  ["cam-1.5fps", "nothing", "files that end in .5fps are not written"],
  ["movie.avi", "file", "files that end in .avi are not written"],
  ["frames", "file", "there is a file of that name, and a folder is meant"],
  ["frames/", "file", "there is a file of that name, and a folder is meant"],
];

for (const [out, present, message] of REFUSED) {
  Deno.test(`storeKindOf() refuses ${out}, where ${present} is, and says what there is`, () => {
    assertThrows(() => meaning(out, present), Error, message);
  });
}

Deno.test("isStandardOutput() knows its names", () => {
  assertEquals(["-", "/dev/stdout", "/dev/fd/1", "/dev/null", "--", ""].map(isStandardOutput), [
    ...[true, true, true, false, false, false],
  ]);
});
