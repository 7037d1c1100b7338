import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { splitFields } from "./fields.ts";

const [FIRST, SECOND] = await Promise.all([0, 1].map((seed) => makeJpeg({ seed })));

/** The same JPEG with an APP segment behind SOI. */
function withSegment(jpeg: Uint8Array, marker: number, data: readonly number[]): Uint8Array {
  return concat([jpeg.subarray(0, 2), Uint8Array.of(0xff, marker, 0, data.length + 2, ...data), jpeg.subarray(2)]);
}

/** "AVI1" with a polarity, as in front of each field. */
const avi1 = (jpeg: Uint8Array, polarity: number) => withSegment(jpeg, 0xe0, [65, 86, 73, 49, polarity, 0, 0, 0]);

Deno.test("splitFields() takes two JPEGs of one size for the fields of a frame, the upper lines first", () => {
  for (const padding of [[], [0, 0, 0], [0xff], [0xff, 0xff]]) {
    const first = concat([FIRST, Uint8Array.from(padding)]);
    assertEquals(splitFields(concat([first, SECOND])), { top: first, bottom: SECOND });
  }
});

Deno.test("splitFields() puts the fields in the order that AVI1 tells", () => {
  for (const [polarity, isBottomFirst] of [[0, false], [1, false], [2, true]] as const) {
    const [first, second] = [avi1(FIRST, polarity), avi1(SECOND, polarity === 2 ? 1 : 2)];
    const fields = isBottomFirst ? { top: second, bottom: first } : { top: first, bottom: second };
    assertEquals(splitFields(concat([first, second])), fields);
  }
});

const OTHERS: readonly [title: string, jpeg: () => Promise<Uint8Array> | Uint8Array][] = [
  ["a whole frame", () => FIRST],
  ["one with junk behind it", () => concat([FIRST, new Uint8Array(100)])],
  ["one that says that it is whole", () => avi1(FIRST, 0)],
  ["a photo with a preview", async () => concat([FIRST, await makeJpeg({ width: 16, height: 16 })])],
  ["a photo with a list of pictures", () => concat([withSegment(FIRST, 0xe2, [77, 80, 70, 0, 0]), SECOND])],
  ["one with half a JPEG behind it", () => concat([FIRST, SECOND.subarray(0, 50)])],
  ["one with an SOI behind it", () => concat([FIRST, SECOND.subarray(0, 2)])],
];

for (const [title, make] of OTHERS) {
  Deno.test(`splitFields() leaves ${title} as it is`, async () => assertEquals(splitFields(await make()), undefined));
}

Deno.test("splitFields() finds the second field also where it has a line less", async () => {
  const odd = await makeJpeg({ height: 33 });
  assertEquals(splitFields(concat([odd, SECOND])), { top: odd, bottom: SECOND });
});
