import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { encodeHuffmanJpeg } from "../../tests/support/huffman_jpegs.ts";
import { makeJpeg, withRestartMarkers } from "../../tests/support/jpegs.ts";
import { type ComponentCoefficients, decodeCoefficients } from "./coefficients.ts";
import { encodeScan } from "./scan_encoder.ts";
import { transcodeSymbols } from "./scan_transcoder.ts";
import type { HuffmanTable } from "../jpeg/huffman_tables.ts";
import { DHT } from "../jpeg/markers.ts";
import { readHeaderSegments } from "../jpeg/segments.ts";

/** The long codes are for the small differences. */
const DC: HuffmanTable = {
  counts: Uint8Array.from([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]),
  symbols: Uint8Array.from([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
};

/** A table of a few symbols, each with a code of so many bits. */
function tableOf(symbols: Readonly<Record<number, number>>): HuffmanTable {
  const entries = Object.entries(symbols).map(([symbol, length]) => [Number(symbol), length]);
  const sorted = entries.toSorted(([, left], [, right]) => left - right);
  const counts = Uint8Array.from({ length: 16 }, (_, index) => sorted.filter(([, one]) => one === index + 1).length);
  return { counts, symbols: Uint8Array.from(sorted, ([symbol]) => symbol) };
}

/** A component of one MCU of 4:2:0 whose coefficients are 0 except for these, by index. */
function component(h: number, v: number, values: Readonly<Record<number, number>> = {}): ComponentCoefficients {
  const all = new Int16Array(h * v * 64);
  for (const [place, value] of Object.entries(values)) all[Number(place)] = value;
  return { h, v, blocksPerLine: h, blockLines: v, values: all, quantTable: new Uint8Array(64).fill(1) };
}

/** One MCU in these tables of AC, and the same in the standard tables. */
function oneMcu(values: Readonly<Record<number, number>>, ac: HuffmanTable) {
  const components = [component(2, 2, values), component(1, 1), component(1, 1)] as const;
  return {
    jpeg: encodeHuffmanJpeg({ width: 16, height: 16, components, dc: [DC, DC], ac: [ac, ac], restartInterval: 0 }),
    scan: encodeScan({ components, lumaLines: 2, mcusPerLine: 1, mcuLines: 1 }),
  };
}

const CASES: readonly { title: string; values: Record<number, number>; ac: HuffmanTable }[] = [
  { title: "codes that the lookup has", values: { 1: 3, 2: -1 }, ac: tableOf({ 0x00: 2, 0x02: 3, 0x01: 10 }) },
  { title: "codes that it is too short for", values: { 1: 3, 2: -1 }, ac: tableOf({ 0x00: 2, 0x02: 11, 0x01: 16 }) },
  { title: "a value of 10 bits behind a short code", values: { 1: 1023 }, ac: tableOf({ 0x00: 2, 0x0a: 1 }) },
  { title: "a value of 10 bits behind a long code", values: { 1: -1023 }, ac: tableOf({ 0x00: 2, 0x0a: 16 }) },
  { title: "a run of 16 zeros", values: { 20: 1 }, ac: tableOf({ 0x00: 3, 0xf0: 1, 0x31: 2 }) },
  { title: "a block without an end", values: { 63: 1 }, ac: tableOf({ 0x00: 3, 0xf0: 2, 0xe1: 1 }) },
  { title: "the largest DC differences", values: { 0: 2047, 64: 0, 128: -2047, 192: 0 }, ac: tableOf({ 0x00: 1 }) },
];

for (const { title, values, ac } of CASES) {
  Deno.test(`transcodeSymbols() takes ${title}`, () => {
    const { jpeg, scan } = oneMcu(values, ac);
    assertEquals(transcodeSymbols(jpeg)?.scan, scan);
  });
}

Deno.test("transcodeSymbols() takes any run without a value for the end of a block, as decoders do", () => {
  const { jpeg, scan } = oneMcu({ 1: 1 }, tableOf({ 0x00: 2, 0x01: 1 }));
  const other = jpeg.slice();
  for (const { marker, data } of readHeaderSegments(other)) {
    if (marker === DHT && data[0] >> 4 === 1) data[data.length - 1] = 0x30;
  }
  assertEquals(decodeCoefficients(other), decodeCoefficients(jpeg));
  assertEquals(transcodeSymbols(other)?.scan, scan);
});

Deno.test("transcodeSymbols() leaves what is no scan of its kind", async () => {
  const jpeg = await makeJpeg({ optimized: true });
  assert(transcodeSymbols(jpeg) !== undefined);
  for (const other of [await makeJpeg({ progressive: true }), await makeJpeg({ grey: true, optimized: true })]) {
    assertEquals(transcodeSymbols(other), undefined);
  }
  assertEquals(transcodeSymbols(new Uint8Array(0)), undefined);
  const sos = jpeg.findLastIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xda);
  const twice = concat([jpeg.subarray(0, -2), jpeg.subarray(sos)]);
  assertEquals(decodeCoefficients(twice).damage, undefined);
  assertEquals(transcodeSymbols(twice), undefined, "two scans");
});

Deno.test("transcodeSymbols() leaves what is truncated, and takes what only lacks EOI", async () => {
  for (const jpeg of [await makeJpeg({ optimized: true }), withRestartMarkers(await makeJpeg())]) {
    const whole = transcodeSymbols(jpeg);
    assertEquals(transcodeSymbols(jpeg.subarray(0, -2)), whole);
    for (let length = jpeg.length - 3; length > 0; length -= 11) {
      assertEquals(transcodeSymbols(jpeg.subarray(0, length)), undefined, `${length} of ${jpeg.length}`);
    }
  }
});

Deno.test("transcodeSymbols() leaves coefficients that 8-bit baseline JPEG has no codes for", () => {
  const components = [component(2, 2, { 1: 1024 }), component(1, 1), component(1, 1)] as const;
  const ac = tableOf({ 0x00: 2, 0x0b: 1 });
  const jpeg = encodeHuffmanJpeg({
    width: 16,
    height: 16,
    components,
    dc: [DC, DC],
    ac: [ac, ac],
    restartInterval: 0,
  });
  assertEquals(decodeCoefficients(jpeg).components, [...components]);
  assertEquals(transcodeSymbols(jpeg), undefined);
});
