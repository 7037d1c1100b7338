import { assertEquals, assertThrows } from "@std/assert";
import { FrameList } from "./frame_list.ts";
import { MAX_LIST_LINE_CHARS, MAX_LISTED_FRAMES } from "./limits.ts";

/** As FFmpeg 5.1 writes it of a movie with frames that are decoded before they are shown. */
const LIST = `#software: Lavf59.27.100
#tb 0: 1/12800
0,      -1024,          0,      512,     5000, 0xf8945c95
0,       -512,       1024,      512,      200, 0xf8945c95, F=0x0
0,          0,        512,      512,      100, 0xf8945c95, F=0x0
0,        512,       1536,      512,      100, 0xf8945c95, F=0x4
`;

function listed(text: string) {
  const list = new FrameList();
  list.push(text);
  return list.finish();
}

Deno.test("FrameList gives the times in the order in which frames are shown, however the text is split", () => {
  for (let split = 0; split <= LIST.length; split++) {
    const list = new FrameList();
    list.push(LIST.slice(0, split));
    list.push(LIST.slice(split));
    const { timesUs, endUs, firstDurationUs } = list.finish();
    assertEquals([[...timesUs], endUs, firstDurationUs], [[0, 40_000, 80_000], 120_000, 40_000]);
  }
});

Deno.test("FrameList takes the times of decoding where some frames have no other", () => {
  const { timesUs, hasTimes } = listed(
    "#tb 0: 1/25\n0, 0, 0, 1, 9, 0x0\n0, 1, -9223372036854775808, 1, 9, 0x0\n0, 2, 1, 1, 9, 0x0\n",
  );
  assertEquals([[...timesUs], hasTimes], [[0, 40_000, 80_000], false]);
});

Deno.test("FrameList has no frame without one", () => {
  assertEquals(listed("#tb 0: 1/25\n"), {
    ...{ timesUs: new Float64Array(0), endUs: 0, hasTimes: true, firstDurationUs: 0 },
  });
});

Deno.test(`FrameList takes ${MAX_LISTED_FRAMES} frames, and not one more`, () => {
  const list = new FrameList();
  const thousand = (from: number) =>
    Array.from({ length: 1000 }, (_, at) => `0, ${from + at}, ${from + at}, 1, 9, 0x0\n`).join("");
  for (let from = 0; from < MAX_LISTED_FRAMES; from += 1000) list.push(thousand(from));
  assertEquals(list.finish().timesUs.length, MAX_LISTED_FRAMES);
  assertThrows(() => list.push("0, 1, 1, 1, 9, 0x0\n"), RangeError, `Cannot list more than ${MAX_LISTED_FRAMES}`);
});

Deno.test(`FrameList takes ${MAX_LIST_LINE_CHARS} characters of a line, and not one more, and no nonsense`, () => {
  const list = new FrameList();
  list.push("#".repeat(MAX_LIST_LINE_CHARS));
  assertThrows(() => list.push("#"), SyntaxError, `more than ${MAX_LIST_LINE_CHARS} characters`);
  assertThrows(() => listed("nonsense\n"), SyntaxError, "Cannot read the list of frames");
});
