import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { segmentPath } from "./segment_name.ts";

/** 5 March 2026, 7:08:09.900 in this machine's time zone. */
const ARRIVAL_MS = new Date(2026, 2, 5, 7, 8, 9, 900).getTime();
const TIME = "2026-03-05T07-08-09";

const NAMES: readonly [path: string, isFolder: boolean, attempt: number, expected: string][] = [
  [join("deep", "cam.avi"), false, 1, join("deep", `cam-${TIME}.avi`)],
  [join("deep", "cam.avi"), false, 2, join("deep", `cam-${TIME}_2.avi`)],
  ["cam.1.Mjpeg", false, 1, `cam.1-${TIME}.Mjpeg`],
  ["cam", false, 1, `cam-${TIME}`],
  ["cam", true, 1, join("cam", TIME)],
  ["cam.d", true, 12, join("cam.d", `${TIME}_12`)],
];

for (const [path, isFolder, attempt, expected] of NAMES) {
  Deno.test(`segmentPath() calls segment ${attempt} of ${isFolder ? "folder" : "file"} ${path} ${expected}`, () => {
    assertEquals(segmentPath({ path, isFolder }, { arrivalMs: ARRIVAL_MS, attempt }), expected);
  });
}

Deno.test("segmentPath() gives names that sort by time, and that every file system takes", () => {
  const seconds = [0, 1, 9, 10, 59, 60, 3600, 86_400, 30 * 86_400, 300 * 86_400];
  const names = seconds.map((later) =>
    segmentPath({ path: "cam.avi", isFolder: false }, { arrivalMs: ARRIVAL_MS + 1000 * later, attempt: 1 })
  );
  assertEquals(names.toSorted(), names);
  assertEquals(names.filter((name) => /[:*?"<>|\s]/.test(name)), []);
});
