import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { JpegScanner } from "./jpeg_scanner.ts";

/** The smallest JPEG, as far as markers go. */
const MINIMAL = [0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9];

/** Where the images lie, as [offset, length]. */
function scan(bytes: readonly number[], chunkBytes = bytes.length): [number, number][] {
  const scanner = new JpegScanner();
  const images: [number, number][] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    for (const image of scanner.push(new Uint8Array(bytes.slice(start, start + chunkBytes)))) {
      images.push([image.offset, image.lengthBytes]);
    }
  }
  return images;
}

const CASES: readonly { title: string; bytes: number[]; images: [number, number][]; malformed?: number }[] = [
  { title: "one image", bytes: MINIMAL, images: [[0, 10]] },
  { title: "two images", bytes: [...MINIMAL, ...MINIMAL], images: [[0, 10], [10, 10]] },
  {
    title: "junk around images",
    bytes: [0x0d, 0xff, 0x0a, ...MINIMAL, 0xff, 0xff, 0, 1, ...MINIMAL],
    images: [[3, 10], [17, 10]],
  },
  {
    title: "an EOI inside a segment (a thumbnail)",
    bytes: [0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9, ...MINIMAL.slice(2)],
    images: [[0, 18]],
  },
  {
    title: "stuffed bytes and restart markers",
    bytes: [0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 0xff, 0x00, 0xff, 0xd0, 2, 0xff, 0xd7, 0xff, 0xd9],
    images: [[0, 16]],
  },
  {
    title: "fill bytes before a marker",
    bytes: [0xff, 0xd8, 0xff, 0xff, 0xda, 0, 2, 1, 0xff, 0xff, 0xd9],
    images: [[0, 11]],
  },
  {
    title: "a second scan (progressive)",
    bytes: [...MINIMAL.slice(0, 8), 0xff, 0xc4, 0, 3, 9, 0xff, 0xda, 0, 2, 7, 0xff, 0xd9],
    images: [[0, 20]],
  },
  {
    title: "an image truncated by the next",
    bytes: [...MINIMAL.slice(0, 8), ...MINIMAL],
    images: [[8, 10]],
    malformed: 1,
  },
  { title: "EOI before any scan", bytes: [0xff, 0xd8, 0xff, 0xd9, ...MINIMAL], images: [[4, 10]], malformed: 1 },
  {
    title: "a segment length below 2",
    bytes: [0xff, 0xd8, 0xff, 0xe0, 0, 1, ...MINIMAL],
    images: [[6, 10]],
    malformed: 1,
  },
  { title: "no marker after SOI", bytes: [0xff, 0xd8, 1, ...MINIMAL], images: [[3, 10]], malformed: 1 },
  { title: "nothing", bytes: [], images: [] },
  { title: "no JPEG", bytes: [1, 2, 3, 0xff, 0xd9, 0xff], images: [] },
];

for (const { title, bytes, images, malformed = 0 } of CASES) {
  Deno.test(`JpegScanner finds ${title}`, () => {
    const scanner = new JpegScanner();
    const found = scanner.push(new Uint8Array(bytes));
    assertEquals(found.map(({ offset, lengthBytes }) => [offset, lengthBytes]), images);
    assertEquals(scanner.malformedImages, malformed);
  });

  Deno.test(`JpegScanner finds ${title} byte by byte`, () => {
    for (const chunkBytes of [1, 2, 3]) if (bytes.length > 0) assertEquals(scan(bytes, chunkBytes), images);
  });
}

Deno.test("JpegScanner finds no image in a strict prefix, and knows which one is open", () => {
  for (let length = 0; length < MINIMAL.length; length++) {
    const scanner = new JpegScanner();
    assertEquals(scanner.push(new Uint8Array([7, ...MINIMAL.slice(0, length)])), []);
    assertEquals(scanner.openImageOffset, length < 2 ? undefined : 1);
  }
});

Deno.test("JpegScanner finds the same images in any bytes however they are cut, without overlaps", () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.constantFrom(...CASES.map(({ bytes }) => new Uint8Array(bytes))),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (parts, chunkBytes) => {
      const bytes = [...concat(parts)];
      const images = scan(bytes);
      assertEquals(scan(bytes, chunkBytes), images);
      let end = 0;
      for (const [offset, lengthBytes] of images) {
        assertEquals(offset >= end && bytes[offset + 1] === 0xd8 && bytes[offset + lengthBytes - 1] === 0xd9, true);
        end = offset + lengthBytes;
      }
    }),
    { numRuns: 500 },
  );
});
