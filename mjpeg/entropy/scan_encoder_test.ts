import { assertEquals, assertThrows } from "@std/assert";
import type { ComponentCoefficients } from "./coefficients.ts";
import { encodeScan } from "./scan_encoder.ts";

/** A component whose coefficients are 0 except for these, by index. */
function component(h: number, v: number, values: Readonly<Record<number, number>> = {}): ComponentCoefficients {
  const all = new Int16Array(h * v * 64);
  for (const [place, value] of Object.entries(values)) all[Number(place)] = value;
  return { h, v, blocksPerLine: h, blockLines: v, values: all, quantTable: new Uint8Array(64) };
}

/** The bits of one MCU of 4:2:2 whose luma blocks have these coefficients. */
function bitsOf(values: Readonly<Record<number, number>>): string {
  const components = [component(2, 1, values), component(1, 1), component(1, 1)] as const;
  const bytes = encodeScan({ components, lumaLines: 1, mcusPerLine: 1, mcuLines: 1 });
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
}

/** A block with the DC of the block before and no AC: difference 0, end of block (T.81, K.3). */
const SAME = "00" + "1010";
/** Two chroma blocks of zeros. */
const NO_CHROMA = "0000" + "0000";

Deno.test("encodeScan() writes an MCU of zeros in 4:2:0", () => {
  const components = [component(2, 2), component(1, 1), component(1, 1)] as const;
  const bytes = encodeScan({ components, lumaLines: 2, mcusPerLine: 1, mcuLines: 1 });
  assertEquals([...bytes], [0x28, 0xa2, 0x8a, 0x00]);
});

const CODES: readonly { title: string; values: Record<number, number>; bits: string }[] = [
  { title: "a DC difference of 1", values: { 0: 1, 64: 1 }, bits: "010" + "1" + "1010" + SAME },
  { title: "a DC difference of -1", values: { 0: -1, 64: -1 }, bits: "010" + "0" + "1010" + SAME },
  {
    title: "a DC difference of 2047, and back",
    values: { 0: 2047 },
    bits: "111111110" + "1".repeat(11) + "1010" + "111111110" + "0".repeat(11) + "1010",
  },
  { title: "an AC value of 3", values: { 1: 3 }, bits: "00" + "01" + "11" + "1010" + SAME },
  { title: "an AC value of -1 after one zero", values: { 2: -1 }, bits: "00" + "1100" + "0" + "1010" + SAME },
  {
    title: "an AC value after sixteen zeros",
    values: { 17: 1 },
    bits: "00" + "11111111001" + "00" + "1" + "1010" + SAME,
  },
  {
    title: "an AC value at the end, without an end of block",
    values: { 63: 1 },
    bits: "00" + "11111111001".repeat(3) + "1111111111101011" + "1" + SAME,
  },
  {
    title: "the longest AC value",
    values: { 1: 1023 },
    bits: "00" + "1111111110000011" + "1".repeat(10) + "1010" + SAME,
  },
];

for (const { title, values, bits } of CODES) {
  Deno.test(`encodeScan() writes ${title}`, () => {
    const all = bits + NO_CHROMA;
    // The last byte is filled with ones, and a zero byte stands after each FF.
    const filled = all.padEnd(Math.ceil(all.length / 8) * 8, "1");
    assertEquals(bitsOf(values), filled.replaceAll(/.{8}/g, (byte) => byte === "11111111" ? `${byte}00000000` : byte));
  });
}

Deno.test("encodeScan() repeats the blocks at the edge where MCUs reach beyond them", () => {
  const single = { ...component(1, 1, { 0: 5, 1: 2 }) };
  const doubled = { ...component(2, 2), values: Int16Array.from({ length: 256 }, (_, at) => single.values[at % 64]) };
  const encode = (luma: ComponentCoefficients) =>
    encodeScan({ components: [luma, component(1, 1), component(1, 1)], lumaLines: 2, mcusPerLine: 1, mcuLines: 1 });
  assertEquals(encode(single), encode(doubled));
});

Deno.test("encodeScan() takes the largest coefficients of 8-bit baseline, and not one more", () => {
  for (const [place, value] of [[0, 2047], [0, -2047], [5, 1023], [63, -1023]]) bitsOf({ [place]: value });
  for (const [place, value] of [[0, 2048], [0, -2048], [5, 1024], [63, -1024], [0, -32_768], [7, -32_768]]) {
    assertThrows(() => bitsOf({ [place]: value }), RangeError, `Cannot encode a coefficient of ${value}`);
  }
});

Deno.test("encodeScan() grows its buffer", () => {
  const values = Object.fromEntries(Array.from({ length: 128 * 64 }, (_, at) => [at, at % 64 === 0 ? 0 : 1023]));
  const components = [component(16, 8, values), component(8, 4), component(8, 4)] as const;
  const bytes = encodeScan({ components, lumaLines: 2, mcusPerLine: 8, mcuLines: 4 });
  // 63 codes of 16 bits with values of 10 each.
  assertEquals(bytes.length > 128 * 63 * 26 / 8, true, `${bytes.length}`);
});
