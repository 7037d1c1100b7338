import { assert, assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { type JpegKind, makeJpeg } from "../../tests/support/jpegs.ts";
import { decodeCoefficients } from "../entropy/coefficients.ts";
import { conditionJpeg, conditionWithoutTranscoding } from "./conditioning.ts";
import { MAX_HEADER_SEGMENTS } from "../limits.ts";
import { JpegScanner } from "../jpeg/jpeg_scanner.ts";
import { DHT, SOF0 } from "../jpeg/markers.ts";
import { readHeaderSegments } from "../jpeg/segments.ts";
import { rebuildJpeg } from "./rebuild.ts";
import { UnsupportedJpegError } from "./supported_jpeg.ts";

/** The same JPEG without segments of one marker. */
function without(jpeg: Uint8Array, marker: number): Uint8Array {
  const parts: Uint8Array[] = [jpeg.subarray(0, 2)];
  let start = 2;
  for (const segment of readHeaderSegments(jpeg)) {
    if (segment.marker !== marker) parts.push(jpeg.subarray(start, segment.end));
    start = segment.end;
  }
  return concat([...parts, jpeg.subarray(start)]);
}

/** The blocks that the image covers; those that fill up the last MCUs may differ. */
function visible(jpeg: Uint8Array): { size: number[]; quant: number[][]; blocks: Int16Array[] } {
  const { width, height, components } = decodeCoefficients(jpeg);
  const maxH = Math.max(...components.map(({ h }) => h));
  const maxV = Math.max(...components.map(({ v }) => v));
  const blocks = components.flatMap(({ h, v, blocksPerLine, values }) => {
    const across = Math.ceil(Math.ceil(width * h / maxH) / 8);
    const down = Math.ceil(Math.ceil(height * v / maxV) / 8);
    return Array.from({ length: across * down }, (_, index) => {
      const start = (Math.floor(index / across) * blocksPerLine + index % across) * 64;
      return values.slice(start, start + 64);
    });
  });
  return { size: [width, height], quant: components.map(({ quantTable }) => [...quantTable]), blocks };
}

const CARRIED: readonly { title: string; kind: JpegKind; isTranscoded: boolean }[] = [
  { title: "baseline with the standard tables", kind: {}, isTranscoded: false },
  { title: "odd sizes", kind: { width: 37, height: 19 }, isTranscoded: false },
  { title: "optimized tables", kind: { optimized: true }, isTranscoded: true },
  { title: "optimized tables and odd sizes", kind: { optimized: true, width: 37, height: 19 }, isTranscoded: true },
  { title: "progressive", kind: { progressive: true }, isTranscoded: true },
  { title: "progressive and odd sizes", kind: { progressive: true, width: 61, height: 43 }, isTranscoded: true },
  { title: "progressive, of the best quality", kind: { progressive: true, quality: 100 }, isTranscoded: true },
  { title: "optimized, of the worst quality", kind: { optimized: true, quality: 1 }, isTranscoded: true },
];

for (const { title, kind, isTranscoded } of CARRIED) {
  Deno.test(`conditionJpeg() carries ${title} without loss`, async () => {
    const jpeg = await makeJpeg(kind);
    const conditioned = conditionJpeg(jpeg);
    assertEquals([conditioned.isTranscoded, conditioned.sampling], [isTranscoded, "4:2:0"]);
    const rebuilt = rebuildJpeg(conditioned);
    assertEquals(visible(rebuilt), visible(jpeg));
    assertEquals(conditionWithoutTranscoding(jpeg), isTranscoded ? undefined : conditioned);
    assertEquals(new JpegScanner().push(rebuilt), [{ offset: 0, lengthBytes: rebuilt.length }]);
    assertEquals(conditionJpeg(rebuilt).isTranscoded, false, "a rebuilt JPEG needs no transcoding");
  });
}

Deno.test("conditionJpeg() supplies the tables that frames of AVI files lack", async () => {
  const jpeg = await makeJpeg();
  const bare = without(jpeg, DHT);
  assert(bare.length < jpeg.length);
  assertEquals(conditionJpeg(bare), conditionJpeg(jpeg));
});

Deno.test("conditionJpeg() ignores APP and COM segments and junk after EOI", async () => {
  const jpeg = await makeJpeg();
  const thumbnail = [0xff, 0xe1, 0, 8, 0xff, 0xd8, 0xff, 0xda, 0xff, 0xd9];
  const comment = [0xff, 0xfe, 0, 4, 1, 2];
  const dressed = concat([
    jpeg.subarray(0, 2),
    Uint8Array.from([...thumbnail, ...comment]),
    jpeg.subarray(2),
    new Uint8Array(50).fill(0xff),
  ]);
  assertEquals(conditionJpeg(dressed), conditionJpeg(jpeg));
});

const REFUSED: readonly { title: string; make: () => Promise<Uint8Array>; message: string }[] = [
  {
    title: "4:4:4",
    make: () => makeJpeg({ chromaSubsample: 1 }),
    message: "its chroma sampling is 4:4:4; RTP/JPEG carries 4:2:0 and 4:2:2",
  },
  { title: "grey", make: () => makeJpeg({ grey: true }), message: "it is grey" },
  { title: "12 bits", make: () => patched(SOF0, 0, 12), message: "its samples have 12 bits; RTP/JPEG carries 8" },
  { title: "arithmetic coding", make: () => patched(SOF0, -3, 0xc9), message: "it is arithmetic-coded" },
  { title: "lossless", make: () => patched(SOF0, -3, 0xc3), message: "it is lossless or hierarchical" },
  {
    title: "chroma tables that differ",
    // The third component takes the first table.
    make: () => patched(SOF0, 14, 0),
    message: "its two chroma components have different quantization tables",
  },
  { title: "RGB", make: async () => withIds(await makeJpeg(), "RGB"), message: "its colours are RGB" },
];

/** A JPEG with one byte changed, counted from the start of the data of a segment. */
async function patched(marker: number, at: number, value: number): Promise<Uint8Array> {
  const jpeg = (await makeJpeg()).slice();
  for (const segment of readHeaderSegments(jpeg)) {
    if (segment.marker === marker) jpeg[segment.data.byteOffset + at] = value;
    if (segment.marker === marker) break;
  }
  return jpeg;
}

function withIds(jpeg: Uint8Array, ids: string): Uint8Array {
  const copy = jpeg.slice();
  for (const segment of readHeaderSegments(copy)) {
    const places = segment.marker === SOF0 ? [6, 9, 12] : segment.marker === 0xda ? [1, 3, 5] : [];
    places.forEach((place, index) => copy[segment.data.byteOffset + place] = ids.charCodeAt(index));
  }
  return copy;
}

for (const { title, make, message } of REFUSED) {
  Deno.test(`conditionJpeg() refuses ${title}, with the reason`, async () => {
    const jpeg = await make();
    assertThrows(() => conditionJpeg(jpeg), UnsupportedJpegError, message);
  });
}

for (const kind of [{ optimized: true }, { progressive: true }]) {
  Deno.test(`conditionJpeg() takes no strict prefix of ${JSON.stringify(kind)} for a whole JPEG`, async () => {
    const jpeg = await makeJpeg(kind);
    let rejected = 0;
    for (let length = 0; length < jpeg.length - 2; length += 7) {
      try {
        conditionJpeg(jpeg.subarray(0, length));
      } catch (error) {
        assert(error instanceof SyntaxError || error instanceof UnsupportedJpegError, String(error));
        rejected++;
      }
    }
    assert(rejected > 0);
  });

  Deno.test(`conditionJpeg() survives any damage to ${JSON.stringify(kind)}`, async () => {
    const jpeg = await makeJpeg(kind);
    const damage = fc.array(fc.tuple(fc.nat(jpeg.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, (bytes) => {
        const damaged = jpeg.slice();
        for (const [at, value] of bytes) damaged[at] = value;
        try {
          conditionJpeg(damaged);
        } catch (error) {
          const isNamed = error instanceof SyntaxError || error instanceof RangeError ||
            error instanceof UnsupportedJpegError;
          if (!isNamed) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
}

Deno.test(`conditionJpeg() takes ${MAX_HEADER_SEGMENTS} segments before the scan, and not one more`, async () => {
  const jpeg = await makeJpeg();
  const empty = Uint8Array.of(0xff, 0xfe, 0, 2);
  const padded = (count: number) =>
    concat([jpeg.subarray(0, 2), ...Array.from({ length: count }, () => empty), jpeg.subarray(2)]);
  const own = [...readHeaderSegments(jpeg)].length;
  assertEquals(conditionJpeg(padded(MAX_HEADER_SEGMENTS - own)), conditionJpeg(jpeg));
  assertThrows(
    () => conditionJpeg(padded(MAX_HEADER_SEGMENTS - own + 1)),
    SyntaxError,
    `more than ${MAX_HEADER_SEGMENTS} segments before its first scan`,
  );
});
