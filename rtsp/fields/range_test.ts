import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeRange, encodeRange, type NptRange } from "./range.ts";

const GOLDEN: readonly [text: string, range: NptRange][] = [
  ["npt=10-20", { start: 10, end: 20 }],
  ["npt=10-", { start: 10, end: undefined }],
  ["npt=0.25-1.5", { start: 0.25, end: 1.5 }],
  ["npt=-20", { start: undefined, end: 20 }],
  ["npt=now-", { start: "now", end: undefined }],
];

for (const [text, range] of GOLDEN) {
  Deno.test(`encodeRange() and decodeRange() agree on ${text}`, () => {
    assertEquals(encodeRange(range), text);
    assertEquals(decodeRange(text), range);
  });
}

const READ: readonly [text: string, range: NptRange | undefined][] = [
  ["npt=0.000-", { start: 0, end: undefined }],
  ["NPT = 1:02:03.5 - ", { start: 3723.5, end: undefined }],
  ["npt=0:00:10-0:01:00", { start: 10, end: 60 }],
  ["npt=10-;time=19970123T153600Z", { start: 10, end: undefined }],
  ["npt=-", undefined],
  ["npt=a-b", undefined],
  ["npt=1:60:00-", undefined],
  ["npt=10", undefined],
  ["smpte=0:10:00-", undefined],
  ["clock=19961108T143720.25Z-", undefined],
  ["", undefined],
];

for (const [text, range] of READ) {
  Deno.test(`decodeRange() reads ${JSON.stringify(text)} as ${JSON.stringify(range)}`, () => {
    assertEquals(decodeRange(text), range);
  });
}

Deno.test("decodeRange() gives back every range that encodeRange() writes, to a millisecond", () => {
  const seconds = fc.integer({ min: 0, max: 1_000_000_000 }).map((milliseconds) => milliseconds / 1000);
  fc.assert(fc.property(seconds, fc.option(seconds, { nil: undefined }), (start, end) => {
    assertEquals(decodeRange(encodeRange({ start, end })), { start, end });
  }));
});
