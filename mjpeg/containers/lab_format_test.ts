import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import { memoryFile } from "../../tests/support/memory_file.ts";
import { indexFile } from "./index_file.ts";
import { decodeLabHeader, encodeLabHeader, LAB_FRAME_MAX_BYTES } from "./lab_format.ts";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]);
const LARGER = new Uint8Array([...JPEG.subarray(0, 8), 3, 4, 5, 0xff, 0xd9]);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const HEADERS: readonly [text: string, length: number | undefined][] = [
  ["00010", 10],
  ["99999", 99_999],
  ["00000", 0],
  ["6014\n", undefined],
  [" 6014", undefined],
  ["+6014", undefined],
  ["0601", undefined],
  ["", undefined],
];

for (const [text, length] of HEADERS) {
  Deno.test(`decodeLabHeader() reads ${JSON.stringify(text)} as ${length}`, () => {
    assertEquals(decodeLabHeader(bytes(text)), length);
  });
}

Deno.test("encodeLabHeader() writes five digits, up to the largest they can say, and not one more", () => {
  assertEquals(encodeLabHeader(10), bytes("00010"));
  assertEquals(encodeLabHeader(LAB_FRAME_MAX_BYTES), bytes("99999"));
  for (const length of [LAB_FRAME_MAX_BYTES + 1, 0, -1, 1.5]) {
    assertThrows(() => encodeLabHeader(length), RangeError, `Cannot store a frame of ${length} bytes`);
  }
});

Deno.test("indexFile() finds every frame of a lab file by its length", async () => {
  const file = concat([bytes("00010"), JPEG, bytes("00013"), LARGER]);
  const index = await indexFile(memoryFile(file));
  assertEquals([index.count, index.largestBytes, index.problem, index.format], [2, 13, undefined, "lab"]);
  assertEquals([index.locate(0), index.locate(1)], [{ offset: 5, lengthBytes: 10 }, { offset: 20, lengthBytes: 13 }]);
  assertThrows(() => index.locate(2), RangeError, "there are 2");
});

Deno.test("indexFile() keeps the whole frames of a lab file cut at any byte, and says so", async () => {
  const file = concat([bytes("00010"), JPEG, bytes("00013"), LARGER]);
  for (let length = 16; length < file.length; length++) {
    const index = await indexFile(memoryFile(file.subarray(0, length)));
    assertEquals(index.count, 1, `cut at ${length}`);
    assertEquals(index.problem?.startsWith("Frame 2 at byte 15 "), true, index.problem);
  }
});

const REJECTED: readonly { title: string; file: Uint8Array; message: string }[] = [
  {
    title: "a header that is not five digits",
    file: concat([bytes("1x345"), JPEG]),
    message: 'Frame 1 at byte 0 has the length header "1x345", not five digits',
  },
  {
    title: "a length beyond the file's end",
    file: concat([bytes("00011"), JPEG]),
    message: "Frame 1 at byte 0 announces 11 bytes, but only 10 are left in the file",
  },
  {
    title: "a frame that is no JPEG",
    file: bytes("00004abcd"),
    message: "Frame 1 at byte 0 is not a JPEG: it does not start with FF D8",
  },
  { title: "a length of 0", file: concat([bytes("00000"), JPEG]), message: "Frame 1 at byte 0 is not a JPEG" },
];

for (const { title, file, message } of REJECTED) {
  Deno.test(`indexFile() rejects a lab file with ${title}`, async () => {
    await assertRejects(() => indexFile(memoryFile(file)), SyntaxError, message);
  });
}
