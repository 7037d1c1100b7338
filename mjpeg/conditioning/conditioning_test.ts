import { assert, assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { type JpegKind, makeJpeg, withRestartMarkers } from "../../tests/support/jpegs.ts";
import { decodeCoefficients } from "../entropy/coefficients.ts";
import { conditionJpeg, conditionWithoutTranscoding } from "./conditioning.ts";
import { MAX_HEADER_SEGMENTS } from "../limits.ts";
import { APP0, APP14, DHT, DQT, SOF0 } from "../jpeg/markers.ts";
import { readHeaderSegments } from "../jpeg/segments.ts";
import { isWholeJpeg } from "../jpeg/whole_jpeg.ts";
import { rebuildJpeg } from "./rebuild.ts";
import { reencodeJpeg } from "./reencoding.ts";
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
    assert(isWholeJpeg(rebuilt));
    assertEquals(conditionJpeg(rebuilt).isTranscoded, false, "a rebuilt JPEG needs no transcoding");
  });
}

for (const kind of [{}, { width: 61, height: 171 }]) {
  Deno.test(`conditionJpeg() leaves restart markers, or takes them out without loss: ${JSON.stringify(kind)}`, async () => {
    const plain = await makeJpeg(kind);
    const jpeg = withRestartMarkers(plain);
    assertEquals(visible(jpeg), visible(plain));
    const kept = conditionJpeg(jpeg);
    assertEquals([kept.isTranscoded, kept.restartInterval], [false, Math.ceil((kind.width ?? 48) / 16)]);
    const options = { withoutRestartMarkers: true };
    assertEquals(conditionWithoutTranscoding(jpeg, options), undefined);
    const without = conditionJpeg(jpeg, options);
    assertEquals([without.isTranscoded, without.restartInterval], [true, 0]);
    assertEquals(visible(rebuildJpeg(without)), visible(plain));
    assertEquals(conditionWithoutTranscoding(plain, options), conditionJpeg(plain), "others are not transcoded");
  });
}

Deno.test("conditionJpeg() leaves restart markers where they help over an error", async () => {
  const jpeg = withRestartMarkers(await makeJpeg({ height: 64 }));
  const damaged = jpeg.slice();
  const marker = damaged.findLastIndex((byte, at) =>
    byte === 0xff && damaged[at + 1] >= 0xd0 && damaged[at + 1] <= 0xd7
  );
  // No code has that many ones.
  damaged.fill(0xfe, marker - 12, marker);
  const { isTranscoded, restartInterval } = conditionJpeg(damaged, { withoutRestartMarkers: true });
  assertEquals([isTranscoded, restartInterval], [false, 3]);
});

Deno.test("conditionJpeg() supplies the tables that frames of AVI files lack", async () => {
  const jpeg = await makeJpeg();
  const bare = without(jpeg, DHT);
  assert(bare.length < jpeg.length);
  assertEquals(conditionJpeg(bare), conditionJpeg(jpeg));
});

/** Where the header of a JPEG has its segments, and where its first scan begins. */
function segmentEnds(jpeg: Uint8Array): number[] {
  return [...readHeaderSegments(jpeg)].map(({ end }) => end);
}

for (const kind of [{}, { optimized: true }, { progressive: true }]) {
  const title = JSON.stringify(kind);

  Deno.test(`conditionJpeg() passes over junk between the header segments of ${title}`, async () => {
    const jpeg = await makeJpeg(kind);
    for (const end of segmentEnds(jpeg).slice(0, -1)) {
      for (const junk of [[0], [0xff, 0], [7, 0xff, 0xd3, 9], [0xff, 1], [0xff, 0xff]]) {
        const dirty = concat([jpeg.subarray(0, end), Uint8Array.from(junk), jpeg.subarray(end)]);
        assertEquals(conditionJpeg(dirty), conditionJpeg(jpeg));
      }
    }
  });

  Deno.test(`conditionJpeg() does not need the EOI of ${title}`, async () => {
    const jpeg = await makeJpeg(kind);
    for (const junk of [[], [0], [0xff]]) {
      const open = concat([jpeg.subarray(0, -2), Uint8Array.from(junk)]);
      assertEquals(visible(rebuildJpeg(conditionJpeg(open))), visible(jpeg));
    }
  });

  Deno.test(`conditionJpeg() carries the part of ${title} in front of a reserved marker in its scan`, async () => {
    const jpeg = (await makeJpeg(kind)).slice();
    const [scanStart] = segmentEnds(jpeg).slice(-1);
    jpeg.set([0xff, 0x3c, 0xf0, 0xf0], scanStart + 60);
    const shown = visible(rebuildJpeg(conditionJpeg(jpeg)));
    assertEquals(shown.size, [48, 32]);
    if (!("progressive" in kind)) assertEquals(shown.blocks[0], visible(await makeJpeg(kind)).blocks[0]);
  });
}

Deno.test("conditionJpeg() passes over bytes behind the last table of a DQT segment", async () => {
  const jpeg = await makeJpeg();
  const table = [...readHeaderSegments(jpeg)].find(({ marker }) => marker === DQT)!;
  const start = table.data.byteOffset - 2;
  const longer = concat([jpeg.subarray(0, table.end), Uint8Array.of(7), jpeg.subarray(table.end)]);
  longer[start + 1]++;
  assertEquals(conditionJpeg(longer), conditionJpeg(jpeg));
});

Deno.test("conditionJpeg() rejects a JPEG without any entropy-coded data", async () => {
  const jpeg = await makeJpeg();
  const bare = concat([jpeg.subarray(0, segmentEnds(jpeg).at(-1)), jpeg.subarray(-2)]);
  assertThrows(() => conditionJpeg(bare), SyntaxError, "it has no entropy-coded data");
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

const REFUSED: readonly {
  title: string;
  make: () => Promise<Uint8Array>;
  message: string;
  /** Default true. */
  isReencodable?: boolean;
}[] = [
  {
    title: "4:4:4",
    make: () => makeJpeg({ chromaSubsample: 1 }),
    message: "its chroma sampling is 4:4:4; RTP/JPEG carries 4:2:0 and 4:2:2",
  },
  { title: "grey", make: () => makeJpeg({ grey: true }), message: "it is grey" },
  {
    title: "12 bits",
    make: () => patched(SOF0, 0, 12),
    message: "its samples have 12 bits; RTP/JPEG carries 8. ffmpeg -i IN -pix_fmt yuvj420p",
    isReencodable: false,
  },
  {
    title: "arithmetic coding",
    make: () => patched(SOF0, -3, 0xc9),
    message: "it is arithmetic-coded; RTP/JPEG carries Huffman coding. jpegtran IN > OUT",
    isReencodable: false,
  },
  {
    title: "lossless",
    make: () => patched(SOF0, -3, 0xc3),
    message: "it is lossless; RTP/JPEG carries baseline JPEG. ffmpeg -i IN",
    isReencodable: false,
  },
  {
    title: "hierarchical",
    make: () => patched(SOF0, -3, 0xc5),
    message: "it is hierarchical",
    isReencodable: false,
  },
  {
    title: "CMYK",
    make: cmyk,
    message: "it has four components, such as CMYK; RTP/JPEG carries YCbCr. ffmpeg -i IN",
    isReencodable: false,
  },
  {
    title: "luma of three times the chroma",
    make: () => patched(SOF0, 7, 0x32),
    message: "its chroma sampling is 3x2, 1x1, 1x1",
    isReencodable: true,
  },
  {
    title: "components without a common size",
    make: async () => withSampling(await makeJpeg(), [0x32, 0x21, 0x11]),
    message: "its chroma sampling is 3x2, 2x1, 1x1",
    isReencodable: false,
  },
  {
    title: "chroma tables that differ",
    // The third component takes the first table.
    make: () => patched(SOF0, 14, 0),
    message: "its two chroma components have different quantization tables",
  },
  {
    title: "RGB, as its component identifiers say without JFIF",
    make: async () => withIds(without(await makeJpeg(), APP0), "RGB"),
    message: "its colours are RGB",
  },
  {
    title: "RGB, as Adobe's segment says without JFIF",
    make: async () => withSegment(without(await makeJpeg(), APP0), adobe(0)),
    message: "its colours are RGB",
  },
];

/** Adobe's segment with a colour transform: 0 is RGB, 1 YCbCr. */
function adobe(transform: number): number[] {
  return [0xff, APP14, 0, 14, ...new TextEncoder().encode("Adobe"), 0, 100, 0, 0, 0, 0, transform];
}

/** The same JPEG with more bytes behind SOI. */
function withSegment(jpeg: Uint8Array, bytes: readonly number[]): Uint8Array {
  return concat([jpeg.subarray(0, 2), Uint8Array.from(bytes), jpeg.subarray(2)]);
}

Deno.test("conditionJpeg() takes JFIF for YCbCr whatever else is said, as libjpeg does", async () => {
  const jpeg = await makeJpeg();
  for (const one of [withIds(jpeg, "RGB"), withSegment(jpeg, adobe(0)), withSegment(jpeg, adobe(1))]) {
    assertEquals(conditionJpeg(one).scan, conditionJpeg(jpeg).scan);
  }
});

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

for (const { title, make, message, isReencodable = true } of REFUSED) {
  Deno.test(`conditionJpeg() refuses ${title}, with the reason and what helps`, async () => {
    const jpeg = await make();
    const error = assertThrows(() => conditionJpeg(jpeg), UnsupportedJpegError, message);
    assertEquals(error.isReencodable, isReencodable);
    if (isReencodable) await reencodeJpeg(jpeg, { maxPixels: 48 * 32 });
  });
}

/** A JPEG whose frame header has a fourth component. */
async function cmyk(): Promise<Uint8Array> {
  const jpeg = await makeJpeg();
  const header = [...readHeaderSegments(jpeg)].find(({ marker }) => marker === SOF0)!;
  const start = header.data.byteOffset - 4;
  const data = [...header.data.slice(0, 5), 4, ...header.data.slice(6), 4, 0x11, 1];
  return concat([
    jpeg.subarray(0, start),
    Uint8Array.of(0xff, SOF0, 0, data.length + 2, ...data),
    jpeg.subarray(header.end),
  ]);
}

/** The same JPEG with other sampling factors in its frame header. */
function withSampling(jpeg: Uint8Array, factors: readonly number[]): Uint8Array {
  const copy = jpeg.slice();
  for (const { marker, data } of readHeaderSegments(copy)) {
    if (marker === SOF0) factors.forEach((factor, index) => data[7 + 3 * index] = factor);
  }
  return copy;
}

for (const kind of [{ optimized: true }, { progressive: true }]) {
  Deno.test(`conditionJpeg() takes every prefix of ${JSON.stringify(kind)} with data, and none without`, async () => {
    const jpeg = await makeJpeg(kind);
    const scanStart = segmentEnds(jpeg).at(-1)!;
    for (let length = 0; length < jpeg.length - 2; length += 7) {
      const prefix = jpeg.subarray(0, length);
      if (length < scanStart) assertThrows(() => conditionJpeg(prefix), SyntaxError);
      else if (length > jpeg.length / 2) assertEquals(visible(rebuildJpeg(conditionJpeg(prefix))).size, [48, 32]);
    }
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
