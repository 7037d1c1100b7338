import { assertEquals } from "@std/assert";
import { LAB_JSON_LIST_BYTES, LAB_LIST_BYTES } from "../limits.ts";
import { type ListForm, listLines } from "./lab_list.ts";

const NAMES = ["a.mjpeg", "b c.mjpeg", "d.Mjpeg"];

const FORMS: readonly [form: ListForm, lines: string[]][] = [
  ["lines", ["NVideo: 3", ...NAMES]],
  ["json", ['{"list":["a.mjpeg","b c.mjpeg","d.Mjpeg"]}']],
  ["files", ["Files: a.mjpeg,b c.mjpeg,d.Mjpeg"]],
  ["comma", ["a.mjpeg,b c.mjpeg,d.Mjpeg,"]],
  ["movies", ["Movies: a.mjpeg d.Mjpeg"]],
  ["words", ["a.mjpeg d.Mjpeg "]],
  ["names", NAMES],
];

for (const [form, lines] of FORMS) {
  Deno.test(`listLines() writes ${form}, without names that would break a line or a list`, () => {
    assertEquals(listLines([...NAMES, "e\n.mjpeg", "f,.mjpeg"], form).lines, lines);
  });

  Deno.test(`listLines() writes ${form} of no movies, and stops at the first name that a client would not read`, () => {
    assertEquals(listLines([], form).lines.join("").includes("mjpeg"), false);
    const max = form === "json" ? LAB_JSON_LIST_BYTES : LAB_LIST_BYTES;
    const long = "x".repeat(max - 4);
    for (const [names, isListed] of [[[long, "y"], true], [[`${long}x`, "y"], false]] as const) {
      const text = listLines(names, form).lines.join("\n");
      assertEquals([text.includes(long), text.includes("y")], [isListed, false]);
      assertEquals(text.length < (form === "json" ? 200 : 1000), true);
    }
  });
}
