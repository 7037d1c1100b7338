import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { isWholeJpeg, withEoi } from "./whole_jpeg.ts";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]);

Deno.test("isWholeJpeg() takes one image, no part of it, no other bytes around it, and not two", () => {
  assert(isWholeJpeg(JPEG));
  for (let length = 0; length < JPEG.length; length++) {
    assert(!isWholeJpeg(JPEG.subarray(0, length)), `${length} bytes`);
  }
  for (const bytes of [[JPEG, JPEG], [new Uint8Array(1), JPEG], [JPEG, new Uint8Array(1)], [JPEG, JPEG.subarray(8)]]) {
    assert(!isWholeJpeg(concat(bytes)));
  }
});

Deno.test("withEoi() appends EOI where it is missing, and changes nothing else", () => {
  assertEquals(withEoi(JPEG.subarray(0, 8)), JPEG);
  for (const jpeg of [JPEG, concat([JPEG, new Uint8Array(20)])]) assertStrictEquals(withEoi(jpeg), jpeg);
});
