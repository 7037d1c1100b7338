import { assertEquals } from "@std/assert";
import { isPublishable } from "./published_names.ts";

const CASES: readonly [name: string, pattern: string, expected: boolean][] = [
  ["live", "live", true],
  ["Live", "lIVE", true],
  ["live2", "live", false],
  ["live2", "live*", true],
  ["live", "live*", true],
  ["alive", "live*", false],
  ["cams/front", "cams/*", true],
  ["cams/front/left", "cams/*", false],
  ["cams/front/left", "cams/*/left", true],
  ["cams", "*", true],
  ["cams/front", "*", false],
  ["", "*", false],
  ["..", "*", false],
  ["cams/../x", "cams/*/x", false],
  ["cams//x", "cams/*/x", false],
  ["a\x1bb", "*", false],
  [".x", "*", true],
  ["", "", false],
  ["aba", "a*a", true],
  ["a", "a*a", false],
  ["a-b-c", "a*b*c", true],
  ["a-c-b", "a*b*c", false],
  ["abc", "a*bc*c", false],
  ["a.b", "a?b", false],
];

for (const [name, pattern, expected] of CASES) {
  Deno.test(`isPublishable(): ${JSON.stringify(name)} is ${expected ? "" : "not "}one of ${JSON.stringify(pattern)}`, () => {
    assertEquals(isPublishable(name, ["elsewhere", pattern]), expected);
  });
}

Deno.test("isPublishable() without patterns publishes nothing", () => {
  assertEquals(isPublishable("live", []), false);
});
