import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { seededRandom } from "./random.ts";

function take(seed: number, count: number): number[] {
  return Array.from({ length: count }, seededRandom(seed));
}

Deno.test("seededRandom() gives the same numbers for the same seed, and others for another", () => {
  assertEquals(take(7, 100), take(7, 100));
  assertNotEquals(take(7, 100), take(8, 100));
});

Deno.test("seededRandom() spreads its numbers evenly from 0 up to 1", () => {
  const counts = new Array(10).fill(0);
  for (const number of take(1, 10_000)) counts[Math.floor(number * 10)]++;
  assertEquals(counts.length, 10);
  assert(counts.every((count) => count > 900 && count < 1100), String(counts));
});
