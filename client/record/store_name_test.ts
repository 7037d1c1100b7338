import { assertEquals, assertThrows } from "@std/assert";
import { FORMAT_WORDS, type FormatWord, isStandardOutput, type Present, storeKindOf } from "./store_name.ts";

/** What a name stands for, as "folder", "pipe" or the name of a format. */
function meaning(out: string, present: Present, maxFrames = Infinity, format: FormatWord = "auto"): string {
  const store = storeKindOf(out, { present, maxFrames, format });
  return store.kind === "file" ? store.format.name : store.kind;
}

const MEANINGS: readonly [out: string, present: Present, meaning: string][] = [
  ["movie.mjpeg", "nothing", "the lab's format"],
  ["movie.Mjpeg", "file", "the lab's format"],
  ["movie.mjpg", "nothing", "concatenated JPEGs"],
  ["movie.AVI", "nothing", "AVI"],
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
      "is one JPEG: add --frames 1, or name a movie (.mjpeg, .mjpg or .avi)",
    );
  }
});

const REFUSED: readonly [out: string, present: Present, message: string][] = [
  [
    "movie.mp4",
    "nothing",
    "files that end in .mp4 are not written; there are .mjpeg (the lab's format), .mjpg (concatenated JPEGs), " +
    ".avi (AVI), .jpg with --frames 1 (one JPEG), NAME/ (a folder of JPEGs) and - (standard output); " +
    "--format says which is meant, whatever the name",
  ],
  ["cam-1.5fps", "nothing", "files that end in .5fps are not written"],
  ["movie.mp4", "file", "files that end in .mp4 are not written"],
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

Deno.test("storeKindOf() takes any name for what the format says", () => {
  const expected = ["the lab's format", "concatenated JPEGs", "AVI", "folder"];
  for (const out of ["movie", "movie.mp4", "cam-1.5fps", "movie.avi"]) {
    assertEquals(FORMAT_WORDS.slice(1).map((word) => meaning(out, "nothing", Infinity, word)), expected);
  }
  assertEquals(meaning("frames", "folder", Infinity, "folder"), "folder");
  assertEquals(meaning("pipe", "device", Infinity, "concat"), "pipe");
});

const AMBIGUOUS: readonly [out: string, present: Present, format: FormatWord, message: string][] = [
  ["frames", "folder", "avi", "it names a folder, and --format avi is a file"],
  ["frames/", "nothing", "lab", "it names a folder, and --format lab is a file"],
  ["movie.avi", "file", "folder", "there is a file of that name, and --format folder is meant"],
  ["pipe", "device", "avi", "a pipe gets concatenated JPEGs, not --format avi"],
];

for (const [out, present, format, message] of AMBIGUOUS) {
  Deno.test(`storeKindOf() refuses ${out}, where ${present} is, for the format ${format}`, () => {
    assertThrows(() => meaning(out, present, Infinity, format), Error, message);
  });
}
