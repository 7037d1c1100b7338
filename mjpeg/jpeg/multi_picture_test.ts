import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_PHOTO_PICTURES } from "../limits.ts";
import { decodeOtherPictures } from "./multi_picture.ts";

/** Multi-picture data that lists pictures at these offsets (CIPA DC-007, 5.2.3). */
function encodeList(offsets: readonly number[], isLittleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(8 + 2 + 12 + 4 + 16 * offsets.length);
  const view = new DataView(bytes.buffer);
  const uint16 = (at: number, value: number) => view.setUint16(at, value, isLittleEndian);
  const uint32 = (at: number, value: number) => view.setUint32(at, value, isLittleEndian);
  uint16(0, isLittleEndian ? 0x4949 : 0x4d4d);
  bytes.set(isLittleEndian ? [0x49, 0x49, 42, 0] : [0x4d, 0x4d, 0, 42]);
  uint32(4, 8);
  uint16(8, 1);
  uint16(10, 0xb002);
  uint16(12, 7);
  uint32(14, 16 * offsets.length);
  uint32(18, 26);
  offsets.forEach((offset, index) => uint32(26 + 16 * index + 8, offset));
  return bytes;
}

for (const isLittleEndian of [true, false]) {
  Deno.test(`decodeOtherPictures() reads ${isLittleEndian ? "little" : "big"}-endian lists, without the photo itself`, () => {
    assertEquals(decodeOtherPictures(encodeList([0, 5000, 70_000], isLittleEndian)), [5000, 70_000]);
  });
}

Deno.test(`decodeOtherPictures() reads a list of ${MAX_PHOTO_PICTURES} pictures, and no more`, () => {
  const offsets = Array.from({ length: MAX_PHOTO_PICTURES + 1 }, (_, index) => index * 10);
  assertEquals(decodeOtherPictures(encodeList(offsets.slice(0, -1), true)), offsets.slice(1, -1));
  assertEquals(decodeOtherPictures(encodeList(offsets, true)), offsets.slice(1, -1));
});

Deno.test("decodeOtherPictures() finds none in a list that is cut, and takes any bytes", () => {
  const list = encodeList([0, 5000], true);
  for (let length = 0; length < list.length; length++) assertEquals(decodeOtherPictures(list.subarray(0, length)), []);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    decodeOtherPictures(bytes);
  }));
});
