import { assertEquals } from "@std/assert";
import { Canvas } from "./canvas.ts";
import { frameCodeCells, frameCodeLayout, readFrameCode } from "./frame_code.ts";

const SIZES = [[160, 120], [320, 240], [640, 360], [1280, 720], [2040, 2040]].map(([width, height]) => ({
  width,
  height,
}));

Deno.test("readFrameCode() reads what frameCodeCells() shows, modulo 65536, at any size", () => {
  for (const size of SIZES) {
    const canvas = new Canvas(size);
    for (const number of [0, 1, 2, 255, 256, 43_690, 65_535, 65_536 + 3]) {
      for (const { isWhite, ...cell } of frameCodeCells(number, size)) {
        canvas.fill(cell, isWhite ? [255, 255, 255] : [0, 0, 0]);
      }
      assertEquals(readFrameCode(canvas.image), number & 0xffff, `${size.width}x${size.height}`);
    }
  }
});

Deno.test("frameCodeCells() lie in a row within the frame", () => {
  for (const size of SIZES) {
    const { x: left, y: top, cell } = frameCodeLayout(size);
    frameCodeCells(1, size).forEach(({ x, y, width, height }, index) => {
      assertEquals([x, y, width, height], [left + index * cell, top, cell, cell]);
      assertEquals(x >= 0 && x + width <= size.width && y >= 0 && y + height <= size.height, true);
    });
  }
});

Deno.test("readFrameCode() finds none in an image of one colour", () => {
  for (const value of [0, 255]) {
    assertEquals(
      readFrameCode({ width: 320, height: 240, data: new Uint8Array(320 * 240 * 4).fill(value) }),
      undefined,
    );
  }
});
