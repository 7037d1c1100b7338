import { assertEquals } from "@std/assert";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { jpegSize } from "./jpeg_size.js";

Deno.test("jpegSize() finds the size of a JPEG", async () => {
  assertEquals(jpegSize(await makeJpeg({ width: 320, height: 240 })), { width: 320, height: 240 });
  assertEquals(jpegSize(await makeJpeg({ width: 48, height: 32, progressive: true })), { width: 48, height: 32 });
});

Deno.test("jpegSize() finds none in what ends before it, whatever it is", async () => {
  const jpeg = await makeJpeg();
  const at = jpeg.findIndex((byte, index) => byte === 0xff && jpeg[index + 1] === 0xc0);
  for (let length = 0; length < at + 9; length++) assertEquals(jpegSize(jpeg.subarray(0, length)), undefined);
  for (const bytes of [[], [0xff, 0xd8, 0xff, 0xda], [0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0]]) {
    assertEquals(jpegSize(Uint8Array.from(bytes)), undefined);
  }
});
