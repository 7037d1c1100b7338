import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { extendSequenceNumber } from "./sequence_number.ts";

const CASES: readonly [sequenceNumber: number, reference: number, expected: number, title: string][] = [
  [1, 0, 1, "the next"],
  [0, 65_535, 65_536, "over the wrap"],
  [65_535, 65_536, 65_535, "back over the wrap"],
  [5, 3 * 65_536 + 4, 3 * 65_536 + 5, "in a later cycle"],
  [32_768, 0, 32_768, "half a cycle ahead counts as new"],
  [32_769, 0, -32_767, "more than half a cycle ahead counts as old"],
];

for (const [sequenceNumber, reference, expected, title] of CASES) {
  Deno.test(`extendSequenceNumber() extends ${sequenceNumber} near ${reference}: ${title}`, () => {
    assertEquals(extendSequenceNumber(sequenceNumber, reference), expected);
  });
}

Deno.test("extendSequenceNumber() keeps the low 16 bits and stays within half a cycle", () => {
  fc.assert(fc.property(fc.nat(65_535), fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), (sequenceNumber, reference) => {
    const extended = extendSequenceNumber(sequenceNumber, reference);
    assertEquals(extended & 0xffff, sequenceNumber);
    assertEquals(extended - reference <= 32_768 && extended - reference > -32_768, true);
  }));
});
