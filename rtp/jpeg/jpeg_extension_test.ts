import { assert, assertEquals, assertThrows } from "@std/assert";
import { extensionData } from "../../tests/support/jpeg_segments.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { MAX_EXTENSION_SEGMENTS } from "../limits.ts";
import { decodeHeaderSegments, findJpegExtension } from "./jpeg_extension.ts";

const DATA = Uint8Array.of(0xff, 0xdd, 0, 4, 0, 9, 0xff, 0xff);
/** NTP time, flags, CSeq, padding. */
const REPLAY = [0, 0, 0, 1, 0, 0, 0, 2, 0xe0, 7, 0, 0];

const FOUND: readonly { title: string; profile: number; data: number[]; found: [number, number[]] | undefined }[] = [
  { title: "the first packet's", profile: 0xffd8, data: [...DATA], found: [0xffd8, [...DATA]] },
  { title: "another packet's", profile: 0xffff, data: [], found: [0xffff, []] },
  {
    title: "one after that of a replay",
    profile: 0xabac,
    data: [...REPLAY, 0xff, 0xd8, 0, 2, ...DATA],
    found: [0xffd8, [...DATA]],
  },
  { title: "none in a replay", profile: 0xabac, data: REPLAY, found: undefined },
  {
    title: "none after a replay after a replay",
    profile: 0xabac,
    data: [...REPLAY, 0xab, 0xac, 0, 5, ...REPLAY, 0xff, 0xff, 0, 1, 1, 2, 3, 4],
    found: undefined,
  },
  { title: "none in another extension", profile: 0xbede, data: [...DATA], found: undefined },
  {
    title: "none in what follows a replay and is something else",
    profile: 0xabac,
    data: [...REPLAY, 0xbe, 0xde, 0, 0],
    found: undefined,
  },
  {
    title: "one that is truncated after that of a replay, as far as it goes",
    profile: 0xabac,
    data: [...REPLAY, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4],
    found: [0xffff, [1, 2, 3, 4]],
  },
];

for (const { title, profile, data, found } of FOUND) {
  Deno.test(`findJpegExtension() finds ${title}`, () => {
    const extension = findJpegExtension({ profile, data: Uint8Array.from(data) });
    assertEquals(extension && [extension.profile, [...extension.data]], found);
  });
}

Deno.test("findJpegExtension() finds none where there is no extension", () => {
  assertEquals(findJpegExtension(undefined), undefined);
});

Deno.test("decodeHeaderSegments() finds the segments between padding, up to SOS", async () => {
  const jpeg = await makeJpeg({ width: 2304, height: 16 });
  const data = extensionData(jpeg, [0xdb, 0xc0, 0xc4, 0xda]);
  const { bytes, markers, frame } = decodeHeaderSegments(data);
  assertEquals([bytes, [...markers]], [data, [0xdb, 0xc0, 0xc4, 0xda]]);
  assertEquals([frame?.width, frame?.height, frame?.components.length], [2304, 16, 3]);
});

Deno.test("decodeHeaderSegments() ignores an SOI that repeats the profile, and leaves data after SOS", () => {
  const scan = [0xff, 0xda, 0, 6, 0, 0, 63, 0];
  assertThrows(() => decodeHeaderSegments(Uint8Array.from(scan)), SyntaxError, "scan header");
  const whole = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
  const { bytes } = decodeHeaderSegments(Uint8Array.from([0xff, 0xd8, ...whole, 1, 2, 3, 4]));
  assertEquals([...bytes], whole);
});

Deno.test("decodeHeaderSegments() finds no segments in empty data and in padding", () => {
  for (const data of [[], [0xff], [0xff, 0xff, 0xff], [0, 0, 0]]) {
    const { bytes, markers, frame } = decodeHeaderSegments(Uint8Array.from(data));
    assertEquals([bytes.length, markers.size, frame], [0, 0, undefined]);
  }
});

Deno.test("decodeHeaderSegments() takes a strict prefix for whole segments or rejects it", async () => {
  const data = extensionData(await makeJpeg(), [0xdb, 0xc0, 0xc4]);
  let rejected = 0;
  for (let length = 0; length < data.length; length++) {
    try {
      const { bytes } = decodeHeaderSegments(data.subarray(0, length));
      assert(length - bytes.length < 4, `${length}: ${bytes.length}`);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      rejected++;
    }
  }
  assert(rejected > 500, `${rejected}`);
});

Deno.test(`decodeHeaderSegments() takes ${MAX_EXTENSION_SEGMENTS} segments, and not one more`, () => {
  const segments = (count: number) =>
    Uint8Array.from({ length: 4 * count }, (_, index) => [0xff, 0xe3, 0, 2][index % 4]);
  assertEquals(decodeHeaderSegments(segments(MAX_EXTENSION_SEGMENTS)).bytes.length, 4 * MAX_EXTENSION_SEGMENTS);
  for (const count of [MAX_EXTENSION_SEGMENTS + 1, 16_000]) {
    assertThrows(() => decodeHeaderSegments(segments(count)), SyntaxError, "there are more than 64 segments");
  }
});

const REJECTED: readonly [title: string, data: number[], message: string][] = [
  ["no markers", [1, 2, 3, 4], "no marker at byte 0"],
  ["an SOI within", [...DATA, 0xff, 0xd8, 0, 2], "an image begins or ends within its header"],
  ["an EOI within", [...DATA, 0xff, 0xd9, 0xff, 0xdb], "an image begins or ends within its header"],
  ["a truncated quantization table", [0xff, 0xdb, 0, 4, 0, 1], "quantization table 0 is truncated"],
  ["a truncated Huffman table", [0xff, 0xc4, 0, 4, 0, 1], "Huffman table 0 of class 0 is truncated"],
  ["a truncated interval", [0xff, 0xdd, 0, 3, 0, 0], "restart interval is truncated"],
  ["a size of 0", [0xff, 0xc0, 0, 11, 8, 0, 0, 0, 16, 1, 1, 0x11, 0], "a size of 16x0"],
];

for (const [title, data, message] of REJECTED) {
  Deno.test(`decodeHeaderSegments() rejects ${title}`, () => {
    assertThrows(() => decodeHeaderSegments(Uint8Array.from(data)), SyntaxError, message);
  });
}
