import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { MAX_NESTED_IMAGES } from "../limits.ts";
import { JpegScanner, type ScannerOutput } from "./jpeg_scanner.ts";

/** The smallest JPEG, as far as markers go. */
const MINIMAL = [0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9];

/** Where the images lie, as [offset, length], with the one that is open at the end. */
function scan(
  bytes: readonly number[],
  chunkBytes = bytes.length,
): { images: [number, number][]; malformed: number[] } {
  const scanner = new JpegScanner();
  const outputs: ScannerOutput[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    outputs.push(...scanner.push(new Uint8Array(bytes.slice(start, start + chunkBytes))));
  }
  const { outputs: last, open } = scanner.finish();
  const all = [...outputs, ...last, ...(open === undefined ? [] : [open])];
  return {
    images: all.flatMap((one) => one.kind === "image" ? [[one.offset, one.lengthBytes] as [number, number]] : []),
    malformed: all.flatMap((one) => one.kind === "malformed" ? [one.offset] : []),
  };
}

/** MINIMAL with these bytes in its header, or in its entropy-coded data. */
const withHeader = (...bytes: number[]) => [0xff, 0xd8, ...bytes, ...MINIMAL.slice(2)];
const withEntropy = (...bytes: number[]) => [...MINIMAL.slice(0, 8), ...bytes, 0xff, 0xd9];
/** An APP1 that announces 60 bytes of data, and has so many of them. */
const app1 = (dataBytes: number) => [0xff, 0xe1, 0, 62, ...Array(dataBytes).fill(9)];
const THUMBNAIL = [0xff, 0xe1, 0, 12, ...MINIMAL];

const CASES: readonly { title: string; bytes: number[]; images: [number, number][]; malformed?: number[] }[] = [
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
    images: [[0, 8], [8, 10]],
  },
  { title: "images without EOI", bytes: [...MINIMAL.slice(0, 8), ...MINIMAL.slice(0, 8)], images: [[0, 8], [8, 8]] },
  { title: "EOI before any scan", bytes: [0xff, 0xd8, 0xff, 0xd9, ...MINIMAL], images: [[4, 10]], malformed: [0] },
  {
    title: "a segment length below 2",
    bytes: [0xff, 0xd8, 0xff, 0xe0, 0, 1, ...MINIMAL],
    images: [[6, 10]],
    malformed: [0],
  },
  { title: "no marker after SOI", bytes: [0xff, 0xd8, 1, ...MINIMAL], images: [[3, 10]] },
  { title: "a second SOI at once", bytes: [0xff, 0xd8, ...MINIMAL], images: [[2, 10]] },
  {
    title: "a reserved marker in a scan",
    bytes: [...withEntropy(0xff, 0x3c, 0xf0, 0xf0), ...MINIMAL],
    images: [[0, 14], [14, 10]],
  },
  {
    title: "FF D8 in a scan that begins no image",
    bytes: withEntropy(0xff, 0xd8, 1, 0xff, 0xd8, 0xff, 0),
    images: [[0, 17]],
  },
  {
    title: "FF and a marker's code in a scan, before others",
    bytes: [...withEntropy(0xff, 0xe5, 0, 4, 1, 2, 3), ...MINIMAL],
    images: [[0, 17], [17, 10]],
  },
  {
    title: "FF and a marker's code in a scan, whose length reaches into others",
    bytes: [...withEntropy(0xff, 0xe5, 0, 19), ...MINIMAL, ...MINIMAL],
    images: [[0, 14], [14, 10], [24, 10]],
  },
  { title: "junk between header segments", bytes: withHeader(0xff, 0xe0, 0, 2, 1, 2, 3), images: [[0, 17]] },
  { title: "FF 00 between header segments", bytes: withHeader(0xff, 0xe0, 0, 2, 0xff, 0), images: [[0, 16]] },
  { title: "junk behind a thumbnail", bytes: withHeader(...THUMBNAIL, 1, 2), images: [[0, 26]] },
  {
    title: "a frame cut in its header",
    bytes: [0xff, 0xd8, ...app1(5), ...withEntropy(...Array(60).fill(1)), ...MINIMAL],
    images: [[11, 70], [81, 10]],
    malformed: [0],
  },
  {
    title: "frames behind several that are cut in their headers",
    bytes: [
      ...[0xff, 0xd8, ...app1(5), 0xff, 0xd8, ...app1(0), 0xff, 0xd8, ...app1(9)],
      ...[...withEntropy(...Array(90).fill(7)), ...MINIMAL],
    ],
    images: [[32, 100], [132, 10]],
    malformed: [0, 11, 17],
  },
  {
    title: "whole frames that the segment of a cut one covers",
    bytes: [0xff, 0xd8, 0xff, 0xe1, 0, 29, 1, ...MINIMAL, ...MINIMAL, ...MINIMAL],
    images: [[7, 10], [17, 10], [27, 10]],
    malformed: [0],
  },
  {
    title: "whole frames that the segment of a cut one covers up to the end",
    bytes: [0xff, 0xd8, 0xff, 0xe1, 0, 250, 1, ...MINIMAL, ...MINIMAL],
    images: [[7, 10], [17, 10]],
    malformed: [0],
  },
  {
    title: "a frame cut in its tables, whose segment ends where a marker follows",
    bytes: [0xff, 0xd8, 0xff, 0xc4, 0, 9, 1, 2, 3, ...withHeader(0xff, 0xe0, 0, 2), ...MINIMAL],
    images: [[9, 14], [23, 10]],
    malformed: [0],
  },
  {
    title: "a frame cut in its quantization tables, whose segment ends where the scan of the next frame begins",
    bytes: [0xff, 0xd8, 0xff, 0xdb, 0, 11, 1, 2, 3, ...withHeader(0xff, 0xe0, 0, 2), ...MINIMAL],
    images: [[9, 14], [23, 10]],
    malformed: [0],
  },
  {
    title: "a frame cut just before the end of a segment",
    bytes: [3, 2, 1].flatMap((left) => [0xff, 0xd8, 0xff, 0xc4, 0, 9, ...Array(7 - left).fill(1), ...MINIMAL]),
    images: [[10, 10], [31, 10], [53, 10]],
    malformed: [0, 20, 41],
  },
  {
    title: "quantization values that look like SOI",
    bytes: withHeader(0xff, 0xdb, 0, 8, 1, 0xff, 0xd8, 0xff, 0xe0, 1),
    images: [[0, 20]],
  },
  {
    title: "a frame cut in the length of a segment",
    bytes: [0xff, 0xd8, 0xff, 0xdb, ...MINIMAL, ...Array(65_600).fill(1), ...MINIMAL],
    images: [[4, 10], [65614, 10]],
    malformed: [0],
  },
  {
    title: "a frame cut behind one byte of the length",
    bytes: [0xff, 0xd8, 0xff, 0xdb, 0, ...MINIMAL, ...Array(300).fill(1), ...MINIMAL],
    images: [[5, 10], [315, 10]],
    malformed: [0],
  },
  {
    title: "a frame cut in its scan header",
    bytes: [0xff, 0xd8, 0xff, 0xda, 0, 12, 3, 1, ...withEntropy(4, 4, 4, 4)],
    images: [[8, 14]],
    malformed: [0],
  },
  {
    title: "a frame behind one that is cut in its scan header, where another one is cut",
    bytes: [0xff, 0xd8, 0xff, 0xda, 0xff, 0xc0, ...MINIMAL],
    images: [[6, 10]],
    malformed: [0],
  },
  { title: "nothing", bytes: [], images: [] },
  { title: "no JPEG", bytes: [1, 2, 3, 0xff, 0xd9, 0xff], images: [] },
];

for (const { title, bytes, images, malformed = [] } of CASES) {
  Deno.test(`JpegScanner finds ${title}`, () => assertEquals(scan(bytes), { images, malformed }));

  Deno.test(`JpegScanner finds ${title} however it is cut`, () => {
    for (const chunkBytes of [1, 2, 3, 7]) if (bytes.length > 0) assertEquals(scan(bytes, chunkBytes).images, images);
  });
}

Deno.test("JpegScanner finds no image in a strict prefix, and says what is open", () => {
  for (let length = 0; length < MINIMAL.length; length++) {
    const scanner = new JpegScanner({ offset: 70 });
    assertEquals(scanner.push(new Uint8Array([7, ...MINIMAL.slice(0, length)])), []);
    assertEquals(scanner.place, length < 4 ? "between" : length < 6 ? "segment" : "entropy");
    const { outputs, open } = scanner.finish();
    const image = { kind: "image", offset: 71, lengthBytes: length, multiPictureOffset: undefined } as const;
    assertEquals(open, length < 6 ? undefined : image);
    const reason = "it ends in its header";
    assertEquals(outputs, length < 4 || length > 5 ? [] : [{ kind: "malformed", offset: 71, reason }]);
  }
});

Deno.test(`JpegScanner finds a frame behind ${MAX_NESTED_IMAGES} that are cut within each other's segments, and not one more`, () => {
  const cut = [0xff, 0xd8, 0xff, 0xe1, 0, 200];
  for (const [count, found] of [[MAX_NESTED_IMAGES, 1], [MAX_NESTED_IMAGES + 1, 0]]) {
    const bytes = [...Array(count).fill(cut).flat(), ...withEntropy(...Array(250).fill(7))];
    const whole = scan(bytes).images.filter(([offset]) => offset === count * cut.length);
    assertEquals(whole.length, found, `${count} cut frames`);
  }
});

Deno.test("JpegScanner tells of each image once, and in order, where several are cut within each other's segments", () => {
  const head = (...length: number[]) => [0xff, 0xd8, 0xff, 0xe0, ...length];
  const cut = [...head(0, 16), 0, 0, 0, ...head(0, 16), ...head(0, 216), 0, ...head(0, 70), 0, 0, 0, ...head(0, 0)];
  const bytes = new Uint8Array([...cut, ...head(), ...Array(200).fill(0)]);
  for (const nestedLevels of [2, MAX_NESTED_IMAGES]) {
    const outputs = new JpegScanner({ nestedLevels }).push(bytes);
    assertEquals(outputs.map(({ offset }) => offset), [0, 9, 15, 22, 31], `${nestedLevels} levels`);
  }
});

Deno.test("JpegScanner finds the multi-picture data of a photo, and not that of its thumbnail", () => {
  const mpf = [0xff, 0xe2, 0, 8, 0x4d, 0x50, 0x46, 0, 1, 2];
  const profile = [0xff, 0xe2, 0, 5, 0x49, 0x43, 0x43];
  const photo = withHeader(0xff, 0xe1, 0, 22, ...withHeader(...mpf), ...profile, ...mpf, ...mpf);
  for (const cut of [photo.length, 1, 3]) {
    const scanner = new JpegScanner();
    const outputs: ScannerOutput[] = [];
    for (let at = 0; at < photo.length; at += cut) {
      outputs.push(...scanner.push(new Uint8Array(photo.slice(at, at + cut))));
    }
    assertEquals(outputs, [{ kind: "image", offset: 0, lengthBytes: photo.length, multiPictureOffset: 41 }]);
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
      const found = scan(bytes);
      assertEquals(scan(bytes, chunkBytes), found);
      let end = 0;
      for (const [offset, lengthBytes] of found.images) {
        assertEquals(offset >= end && bytes[offset + 1] === 0xd8 && offset + lengthBytes <= bytes.length, true);
        end = offset + lengthBytes;
      }
    }),
    { numRuns: 200 },
  );
});
