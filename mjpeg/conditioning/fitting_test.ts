import { assert, assertEquals, assertRejects } from "@std/assert";
import { readJpegHeader } from "../jpeg/jpeg_header.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { JpegFitter } from "./fitting.ts";
import { UnsupportedJpegError } from "./supported_jpeg.ts";

const SIZE = { width: 320, height: 240 };
const MAX_PIXELS = 320 * 240;

Deno.test("JpegFitter gives what has no more bytes than the limit, at the best quality that fits", async () => {
  const large = await makeJpeg({ ...SIZE, quality: 100 });
  const sizes = new Map<number, number>();
  // Each has its own fitter: a fitter remembers.
  for (const maxBytes of [60_000, 30_000, 20_000, 15_000]) {
    const { jpeg, quality } = await new JpegFitter({ maxBytes, maxPixels: MAX_PIXELS }).fit(large);
    assert(jpeg.length <= maxBytes && jpeg.length < large.length, `${jpeg.length} of ${maxBytes}`);
    const { width, height } = readJpegHeader(jpeg).frame;
    assertEquals([width, height], [320, 240]);
    sizes.set(quality, jpeg.length);
    // At that very length it fits, and below it does not.
    const exact = await new JpegFitter({ maxBytes: jpeg.length, maxPixels: MAX_PIXELS }).fit(large);
    assertEquals(exact, { jpeg, quality });
    const below = await new JpegFitter({ maxBytes: jpeg.length - 1, maxPixels: MAX_PIXELS }).fit(large);
    assert(below.quality < quality, `${below.quality}`);
  }
  assertEquals([...sizes.keys()].toSorted((one, other) => other - one), [...sizes.keys()]);
});

Deno.test("JpegFitter begins where the last frame fitted, and finds back to a better quality", async () => {
  const [detailed, plain] = await Promise.all([
    makeJpeg({ ...SIZE, quality: 100 }),
    makeJpeg({ width: 64, height: 64, quality: 100 }),
  ]);
  const fitter = new JpegFitter({ maxBytes: 20_000, maxPixels: MAX_PIXELS });
  const first = await fitter.fit(detailed);
  assertEquals(await fitter.fit(detailed), first);
  const qualities: number[] = [];
  for (let count = 0; count < 40; count++) qualities.push((await fitter.fit(plain)).quality);
  assertEquals(qualities.toSorted((one, other) => one - other), qualities);
  // A try takes as long as a frame, so it is not made with each.
  assert(qualities.filter((quality) => quality === first.quality).length > 20);
  assertEquals(qualities.at(-1), 90);
  assertEquals(await fitter.fit(detailed), first);
});

Deno.test("JpegFitter takes grey and 4:4:4 JPEGs", async () => {
  for (const kind of [{ grey: true }, { chromaSubsample: 1 }] as const) {
    const jpeg = await makeJpeg({ ...SIZE, quality: 100, ...kind });
    const fitted = await new JpegFitter({ maxBytes: 30_000, maxPixels: MAX_PIXELS }).fit(jpeg);
    assertEquals(readJpegHeader(fitted.jpeg).frame.components.length, 3);
  }
});

Deno.test("JpegFitter refuses what has too many pixels, fits at no quality, or is no JPEG", async () => {
  const jpeg = await makeJpeg({ ...SIZE, quality: 100 });
  const fit = (maxBytes: number, maxPixels: number, bytes = jpeg) => new JpegFitter({ maxBytes, maxPixels }).fit(bytes);
  await assertRejects(() => fit(30_000, MAX_PIXELS - 1), UnsupportedJpegError, "320x240 pixels; at most 76799");
  await assertRejects(() => fit(1000, MAX_PIXELS), UnsupportedJpegError, "do not fit into 1000 bytes at quality 10");
  await assertRejects(() => fit(30_000, MAX_PIXELS, new Uint8Array(100)), SyntaxError);
});

Deno.test("JpegFitter takes detail away where no quality is low enough, and keeps the size", async () => {
  const large = await makeJpeg({ ...SIZE, quality: 100 });
  for (const maxBytes of [6000, 4000, 3000]) {
    const { jpeg } = await new JpegFitter({ maxBytes, maxPixels: MAX_PIXELS }).fit(large);
    assert(jpeg.length <= maxBytes && jpeg.length > maxBytes / 4, `${jpeg.length} of ${maxBytes}`);
    const { width, height } = readJpegHeader(jpeg).frame;
    assertEquals([width, height], [320, 240]);
  }
});

Deno.test("JpegFitter makes JPEGs of one size and quality where there is room enough", async () => {
  const large = await makeJpeg({ ...SIZE, quality: 100 });
  const lengths: number[] = [];
  for (const quality of [5, 95]) {
    const fitter = new JpegFitter({ size: { width: 160, height: 104 }, quality, maxPixels: MAX_PIXELS });
    const { jpeg, quality: found } = await fitter.fit(large);
    const { width, height } = readJpegHeader(jpeg).frame;
    assertEquals([width, height, found], [160, 104, quality]);
    lengths.push(jpeg.length);
  }
  assert(lengths[0] < lengths[1], lengths.join());
});
