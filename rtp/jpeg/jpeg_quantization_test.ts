import { assertEquals, assertThrows } from "@std/assert";
import { quantTablesOf } from "./jpeg_quantization.ts";

Deno.test("quantTablesOf() gives Annex K's tables at Q 50, and rejects reserved values", () => {
  const [luma, chroma] = quantTablesOf(50);
  assertEquals([[...luma.subarray(0, 6)], [...chroma.subarray(0, 6)]], [[16, 11, 12, 14, 12, 10], [
    17,
    18,
    18,
    24,
    21,
    24,
  ]]);
  for (const q of [0, 100, 1.5]) assertThrows(() => quantTablesOf(q), RangeError, "1 to 99");
});
