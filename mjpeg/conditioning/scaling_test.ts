import { assert, assertEquals } from "@std/assert";
import type { RgbaImage } from "./jpeg_encoder.ts";
import { scaleImage } from "./scaling.ts";

function picture(width: number, height: number, red: (x: number, y: number) => number): RgbaImage {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([red(x, y), 10, 20, 255], (y * width + x) * 4);
  }
  return { width, height, data };
}

function reds({ data }: RgbaImage): number[] {
  return Array.from({ length: data.length / 4 }, (_, index) => data[4 * index]);
}

Deno.test("scaleImage() gives a picture of that size itself", () => {
  const image = picture(8, 4, () => 1);
  assert(scaleImage(image, { width: 8, height: 4 }) === image);
});

Deno.test("scaleImage() keeps one colour one colour in any size", () => {
  for (const [width, height] of [[1, 1], [7, 3], [16, 8], [33, 50]]) {
    const scaled = scaleImage(picture(16, 8, () => 200), { width, height });
    assertEquals([scaled.width, scaled.height, scaled.data.length], [width, height, width * height * 4]);
    assertEquals(new Set(reds(scaled)), new Set([200]));
  }
});

Deno.test("scaleImage() keeps a slope a slope, along lines and across them", () => {
  const along = scaleImage(picture(64, 2, (x) => 4 * x), { width: 16, height: 2 });
  reds(along).slice(1, 15).forEach((red, x) => assert(Math.abs(red - (16 * (x + 1) + 6)) <= 2, `${x}: ${red}`));
  const across = scaleImage(picture(2, 16, (_, y) => 16 * y), { width: 2, height: 32 });
  for (let y = 1; y < 31; y++) assert(Math.abs(reds(across)[2 * y] - (8 * y - 4)) <= 1, `${y}: ${reds(across)[2 * y]}`);
});

Deno.test("scaleImage() makes the mean of fine stripes", () => {
  const scaled = scaleImage(picture(64, 8, (x) => x % 2 * 200), { width: 8, height: 8 });
  reds(scaled).forEach((red) => assert(Math.abs(red - 100) <= 15, String(red)));
});
