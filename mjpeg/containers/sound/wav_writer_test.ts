import { assertEquals, assertThrows } from "@std/assert";
import type { SoundFormat } from "../../sound.ts";
import { WavWriter } from "./wav_writer.ts";

const FORMAT: SoundFormat = { sampleRate: 8000, channels: 1 };

/** Samples of one value. */
const samples = (value: number, count: number) =>
  new Uint8Array(Int16Array.from({ length: count }, () => value).buffer);

/** Writes pieces, each of one value from a time on; returns the file. */
function write(
  pieces: readonly (readonly [value: number, atUs: number, count: number])[],
  format = FORMAT,
): Uint8Array {
  const writer = new WavWriter(format, 1_000_000);
  let bytes = new Uint8Array(0);
  for (const [value, timestampUs, count] of pieces) {
    for (const { offset, bytes: patch } of writer.add({ data: samples(value, count), timestampUs })) {
      const grown = new Uint8Array(Math.max(bytes.length, offset + patch.length));
      grown.set(bytes);
      grown.set(patch, offset);
      bytes = grown;
    }
    if (bytes.length > 0) assertWhole(bytes);
  }
  return bytes;
}

/** The lengths in the file are its own. */
function assertWhole(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  assertEquals([view.getUint32(4, true), view.getUint32(40, true)], [bytes.length - 8, bytes.length - 44]);
}

/** Runs of one value: how many samples of which. */
function runsOf(bytes: Uint8Array): [value: number, count: number][] {
  const runs: [number, number][] = [];
  for (const value of new Int16Array(bytes.slice(44).buffer)) {
    const last = runs.at(-1);
    if (last?.[0] === value) last[1]++;
    else runs.push([value, 1]);
  }
  return runs;
}

Deno.test("WavWriter writes PCM of 16 bits", () => {
  const header = write([[7, 1_000_000, 160]], { sampleRate: 16_000, channels: 2 }).subarray(0, 44);
  const text = new TextDecoder("latin1").decode(header);
  assertEquals([text.slice(0, 4), text.slice(8, 16), text.slice(36, 40)], ["RIFF", "WAVEfmt ", "data"]);
  const view = new DataView(header.slice().buffer);
  assertEquals([view.getUint32(16, true), view.getUint16(20, true), view.getUint16(22, true)], [16, 1, 2]);
  assertEquals([view.getUint32(24, true), view.getUint32(28, true)], [16_000, 64_000]);
  assertEquals([view.getUint16(32, true), view.getUint16(34, true)], [4, 16]);
});

Deno.test("WavWriter begins with the first frame, and puts silence where sound is missing", () => {
  assertEquals(runsOf(write([[1, 1_500_000, 160], [2, 1_520_000, 160], [3, 2_000_000, 80]])), [
    ...[[0, 4000], [1, 160], [2, 160], [0, 3680], [3, 80]],
  ] as [number, number][]);
});

Deno.test("WavWriter leaves out what is from before the first frame, and what is there", () => {
  assertEquals(write([[1, 900_000, 160]]).length, 0);
  assertEquals(runsOf(write([[1, 950_000, 800], [2, 1_000_000, 400], [3, 1_050_000, 400]])), [
    ...[[1, 400], [3, 400]],
  ] as [number, number][]);
});

Deno.test("WavWriter joins pieces that are out of place by less than can be heard", () => {
  assertEquals(runsOf(write([[1, 1_000_000, 160], [2, 1_035_000, 160], [3, 1_030_000, 160]])), [
    ...[[1, 160], [2, 160], [3, 160]],
  ] as [number, number][]);
});

Deno.test("WavWriter catches up with a long gap piece by piece, so that none takes much memory", () => {
  const writer = new WavWriter({ sampleRate: 48_000, channels: 2 }, 0);
  let total = 0;
  for (let piece = 0; piece < 200; piece++) {
    const timestampUs = 600_000_000 + piece * 20_000;
    const patches = writer.add({ data: new Uint8Array(4 * 960).fill(1), timestampUs });
    for (const { bytes } of patches) assertEquals(bytes.length <= 2 ** 23 + 4096, true);
    total += patches[0].bytes.length;
  }
  const seconds = (total - 44) / (4 * 48_000);
  assertEquals(Math.abs(seconds - 604) < 0.1, true, `${seconds} s`);
});

Deno.test("WavWriter says when there is no room for more", () => {
  const writer = new WavWriter({ sampleRate: 1_000_000, channels: 8 }, 0);
  assertThrows(
    () => {
      for (let count = 0; count < 1000; count++) writer.add({ data: new Uint8Array(16), timestampUs: 1e12 });
    },
    RangeError,
    "no room for more than 4 GB",
  );
});
