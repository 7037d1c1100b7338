import { assertEquals } from "@std/assert";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { readHeaderSegments } from "../../mjpeg/jpeg/segments.ts";
import { SOF0 } from "../../mjpeg/jpeg/markers.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { MAX_REENCODED_PIXELS } from "../limits.ts";
import { isReencodable } from "./conditioned_frame.ts";

/** A grey JPEG whose header announces so many lines of 4096 pixels. */
async function greyWithLines(lines: number): Promise<Uint8Array> {
  const jpeg = (await makeJpeg({ grey: true })).slice();
  for (const { marker, data } of readHeaderSegments(jpeg)) {
    if (marker === SOF0) data.set([lines >> 8, lines & 0xff, 4096 >> 8, 4096 & 0xff], 1);
  }
  return jpeg;
}

Deno.test(`isReencodable() takes frames of ${MAX_REENCODED_PIXELS} pixels, and none of more`, async () => {
  const error = new UnsupportedJpegError("it is grey", { isReencodable: true });
  const lines = MAX_REENCODED_PIXELS / 4096;
  assertEquals(isReencodable(error, await greyWithLines(lines)), true);
  assertEquals(isReencodable(error, await greyWithLines(lines + 1)), false);
});

Deno.test("isReencodable() takes only what re-encoding knows", async () => {
  const jpeg = await makeJpeg();
  for (const error of [new UnsupportedJpegError("it is lossless"), new SyntaxError("it is malformed")]) {
    assertEquals(isReencodable(error, jpeg), false);
  }
});
