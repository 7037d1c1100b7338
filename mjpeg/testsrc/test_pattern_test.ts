import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { isWholeJpeg } from "../jpeg/whole_jpeg.ts";
import { readFrameCode } from "./frame_code.ts";
import { TEST_FRAME_MAX_BYTES, TestPattern } from "./test_pattern.ts";

/** The codes of the marker segments, and the sampling factors of the components in SOF0. */
function segments(jpeg: Uint8Array): { codes: number[]; sampling: number[] } {
  const codes: number[] = [];
  let sampling: number[] = [];
  for (let at = 2; jpeg[at + 1] !== 0xda; at += 2 + (jpeg[at + 2] << 8 | jpeg[at + 3])) {
    codes.push(jpeg[at + 1]);
    if (jpeg[at + 1] === 0xc0) sampling = [0, 1, 2].map((component) => jpeg[at + 11 + 3 * component]);
  }
  return { codes, sampling };
}

Deno.test("TestPattern draws each frame's number so that it can be read back", () => {
  const pattern = new TestPattern({ width: 320, height: 240, frameRate: 20 });
  for (const number of [1, 2, 255, 256, 65_535, 65_536 + 3]) {
    assertEquals(readFrameCode(pattern.draw(number)), number & 0xffff);
  }
});

Deno.test("TestPattern.encode() makes one whole baseline JPEG of 4:2:0 that every lab client can take", async () => {
  const jpeg = await new TestPattern().encode(1);
  assert(jpeg.length <= TEST_FRAME_MAX_BYTES, `${jpeg.length} bytes`);
  assert(isWholeJpeg(jpeg));
  const { codes, sampling } = segments(jpeg);
  assert(codes.includes(0xc0) && !codes.includes(0xc2), "SOF0, not SOF2");
  assertEquals(sampling, [0x22, 0x11, 0x11]);
});

Deno.test("TestPattern.encode() gives the same bytes for the same number, and others for the next", async () => {
  const [one, again] = [new TestPattern(), new TestPattern()];
  assertEquals(await one.encode(7), await again.encode(7));
  const seven = await one.encode(7);
  assert((await one.encode(8)).some((byte, index) => byte !== seven[index]));
});

Deno.test("TestPattern.encode() lowers the quality for a large frame, and says when none is low enough", async () => {
  assert((await new TestPattern({ width: 1280, height: 720, frameRate: 20 }).encode(1)).length <= TEST_FRAME_MAX_BYTES);
  const huge = new TestPattern({ width: 1280, height: 1280, frameRate: 20 });
  await assertRejects(() => huge.encode(1), RangeError, "choose a smaller size");
});

Deno.test("TestPattern rejects sizes that it cannot draw", () => {
  for (const [width, height] of [[152, 240], [160, 112], [321, 240], [2048, 240], [320, 2048]]) {
    assertThrows(() => new TestPattern({ width, height, frameRate: 20 }), RangeError, `${width}x${height}`);
  }
  assertThrows(() => new TestPattern({ width: 320, height: 240, frameRate: 0 }), RangeError, "at 0 frames a second");
});
