import { assertEquals } from "@std/assert";
import { Arrivals, describe } from "./arrivals.js";

/** What comes of packets that come a millisecond apart, the first at 1 ms. */
function arrivalsOf(numbers: number[], keptMs = 1000): Arrivals {
  const arrivals = new Arrivals(keptMs);
  arrivals.add(numbers.map((sequenceNumber, index) => ({ sequenceNumber, atMs: index + 1, marker: false })));
  return arrivals;
}

function rows(arrivals: Arrivals): unknown {
  const { arrivals: come, missing } = arrivals.between(0, Infinity);
  return [come.map(({ number, kind }) => [number, kind]), missing];
}

Deno.test("Arrivals tell gaps, doubles, and packets that were overtaken, over the wrap of numbers", () => {
  assertEquals(rows(arrivalsOf([65_534, 0, 65_535, 0, 3, 2])), [
    [[65_534, "next"], [65_536, "next"], [65_535, "late"], [65_536, "double"], [65_539, "next"], [65_538, "late"]],
    [{ number: 65_537, atMs: 5 }],
  ]);
  assertEquals(arrivalsOf([1, 3, 2]).between(0, 9).arrivals[2].dueMs, 2);
});

Deno.test("Arrivals begin anew with numbers of another session, and do not miss what was before the first", () => {
  assertEquals(rows(arrivalsOf([10, 9, 20_000, 20_001])), [[[20_000, "next"], [20_001, "next"]], []]);
  assertEquals(rows(arrivalsOf([10, 9])), [[[10, "next"], [9, "late"]], []]);
});

Deno.test("Arrivals keep packets and gaps for so long", () => {
  assertEquals(rows(arrivalsOf([1, 5, 6, 7, 8], 2)), [[[6, "next"], [7, "next"], [8, "next"]], []]);
});

Deno.test("describe() says it in words", () => {
  const text = (numbers: number[]) => describe(arrivalsOf(numbers).between(0, Infinity));
  assertEquals(text([]), "No packet has come.");
  assertEquals(text([7]), "1 packet, numbers 7 to 7; none is missing, 0 twice, 0 out of order.");
  assertEquals(
    text([1, 3, 6, 6, 2]),
    "5 packets, numbers 1 to 6; 2 missing (4 to 5), 1 twice, 1 out of order.",
  );
  const every = Array.from({ length: 9 }, (_, index) => 1 + 2 * index);
  assertEquals(text(every).match(/\(.*\)/)?.[0], "(…, 6, 8, 10, 12, 14, 16)");
});
