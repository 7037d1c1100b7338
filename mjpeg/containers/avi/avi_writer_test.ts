import { assertEquals } from "@std/assert";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { indexFile } from "../index_file.ts";
import type { Patch } from "../patch.ts";
import { AviWriter, type AviWriterOptions } from "./avi_writer.ts";

const JPEGS = await Promise.all(Array.from({ length: 7 }, (_, seed) => makeJpeg({ seed, width: 64 })));
const jpegAt = (index: number) => JPEGS[index % JPEGS.length];

/** A file in memory. */
class Output {
  readonly #bytes: Uint8Array;
  #end = 0;

  constructor(maxBytes = 2 ** 22) {
    this.#bytes = new Uint8Array(maxBytes);
  }

  write({ offset, bytes }: Patch): void {
    if (offset > this.#end) throw new Error(`A hole from ${this.#end} to ${offset}`);
    this.#bytes.set(bytes, offset);
    this.#end = Math.max(this.#end, offset + bytes.length);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }
}

/** Writes frames of these times. */
function record(timesUs: readonly number[], options: AviWriterOptions = {}) {
  const [writer, output] = [new AviWriter(options), new Output()];
  for (const [index, timestampUs] of timesUs.entries()) {
    for (const patch of writer.add({ data: jpegAt(index), timestampUs })) output.write(patch);
  }
  return output.bytes;
}

async function read(bytes: Uint8Array) {
  const index = await indexFile(memoryFile(bytes));
  const frames = Array.from({ length: index.count }, (_, at) => {
    const { offset, lengthBytes } = index.locate(at);
    return bytes.slice(offset, offset + lengthBytes);
  });
  return { index, frames };
}

const every = (intervalUs: number, count: number, fromUs = 0) =>
  Array.from({ length: count }, (_, index) => fromUs + index * intervalUs);

for (const maxRiffBytes of [undefined, 200_000, 20_000]) {
  Deno.test(`AviWriter writes what can be read, ${maxRiffBytes ?? "any number of"} bytes a RIFF chunk`, async () => {
    const { index, frames } = await read(record(every(1e6 / 15, 600), { maxRiffBytes }));
    assertEquals([index.count, index.frameRate, index.problem, index.format], [600, 15, undefined, "AVI"]);
    assertEquals(frames, Array.from({ length: 600 }, (_, at) => jpegAt(at)));
  });
}

Deno.test("AviWriter leaves a file that is whole behind each frame, and has that many", async () => {
  const [writer, output] = [new AviWriter({ maxRiffBytes: 60_000 }), new Output()];
  for (let count = 1; count <= 300; count++) {
    for (const patch of writer.add({ data: jpegAt(count), timestampUs: count * 40_000 })) output.write(patch);
    if (count % 37 !== 0 && count > 5) continue;
    const { index } = await read(output.bytes);
    assertEquals([index.count, index.problem], [count, undefined]);
  }
});

Deno.test("AviWriter loses no whole frame where it is stopped in the middle of one", async () => {
  const [writer, output] = [new AviWriter({ maxRiffBytes: 60_000 }), new Output()];
  for (let count = 0; count < 100; count++) {
    const patches = writer.add({ data: jpegAt(count), timestampUs: count * 40_000 });
    for (const patch of patches) {
      output.write(patch);
      if (count === 0 || count % 9 > 0) continue;
      const { frames } = await read(output.bytes);
      assertEquals(frames.slice(0, count), Array.from({ length: count }, (_, at) => jpegAt(at)));
    }
  }
});

Deno.test("AviWriter fills gaps, so that frames behind them are in time", async () => {
  const timesUs = [...every(40_000, 40), ...every(40_000, 10, 5_000_000), ...every(40_000, 10, 60_000_000)];
  const { index } = await read(record(timesUs, { maxRiffBytes: 30_000 }));
  assertEquals(index.count, 60);
  for (const [at, timeUs] of timesUs.entries()) {
    assertEquals(Math.abs(index.times!.timesUs.at(at) - timeUs) <= 20_000, true, `frame ${at}`);
  }
});

const RATES: readonly [timesUs: readonly number[], rate: number][] = [
  [every(40_000, 60), 25],
  [every(1e6 * 1001 / 30_000, 60), 30_000 / 1001],
  [every(142_857, 60), 7],
  [every(136_000, 60), 7.353],
  [every(10_000_000, 40), 0.1],
  // Jitter of 3 ms, as of a lab server's frames by their arrival.
  [every(50_000, 60).map((timeUs, index) => timeUs + 3000 * Math.sin(index * 7)), 20],
  // Every fifth frame is lost.
  [every(40_000, 60).filter((_, index) => index % 5 !== 3), 25],
];

for (const [timesUs, rate] of RATES) {
  Deno.test(`AviWriter finds a rate of ${rate.toFixed(3)} by the first frames`, async () => {
    const bytes = record(timesUs);
    const { index } = await read(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const strh = new TextDecoder("latin1").decode(bytes.subarray(0, 500)).indexOf("vids");
    const found = view.getUint32(strh + 24, true) / view.getUint32(strh + 20, true);
    assertEquals(Math.abs(found / rate - 1) < 0.001, true, `${found}`);
    assertEquals(index.count, timesUs.length);
  });
}

Deno.test("AviWriter fills a gap of hours once, in few writes, and every frame is found behind it", async () => {
  const writer = new AviWriter();
  const output = new Output(2 ** 23);
  const hour = 3_600_000_000;
  const timesUs = [...every(40_000, 40), ...every(40_000, 10, 13 * hour), ...every(40_000, 10, 13 * hour + 10_000_000)];
  let writes = 0;
  for (const [index, timestampUs] of timesUs.entries()) {
    const patches = writer.add({ data: jpegAt(index), timestampUs });
    if (index === 41) assertEquals(patches.length < 10, true, "the gap is filled once");
    writes += patches.length;
    for (const patch of patches) output.write(patch);
  }
  assertEquals(writes < 3000, true, `${writes} writes`);
  const { index } = await read(output.bytes);
  assertEquals([index.count, index.problem], [60, undefined]);
  const [before, after, later] = [39, 40, 50].map((at) => index.times!.timesUs.at(at));
  assertEquals([after - before, later - after], [90_001 * 40_000, 10_000_000]);
});

Deno.test("AviWriter goes on where its index is full, and every frame is found", async () => {
  const output = new Output(2 ** 25);
  const writer = new AviWriter();
  // Twelve gaps of an hour are more than the parts of the index have room for.
  let count = 0;
  for (let hour = 0; hour < 13; hour++) {
    for (const timestampUs of every(40_000, 40, hour * 3_590_000_000)) {
      for (const patch of writer.add({ data: jpegAt(count++), timestampUs })) output.write(patch);
    }
  }
  const { index, frames } = await read(output.bytes);
  assertEquals([index.count, index.problem], [count, undefined]);
  assertEquals(frames.at(-1), jpegAt(count - 1));
});

const SOUND = { sampleRate: 8000, channels: 1 };

/** The data of all chunks of sound, one after the other, as `ix01` has them. */
function soundOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = new TextDecoder("latin1").decode(bytes);
  const samples: number[] = [];
  for (let at = text.indexOf("ix01"); at >= 0; at = text.indexOf("ix01", at + 4)) {
    const base = Number(view.getBigUint64(at + 20, true));
    for (let entry = 0; entry < view.getUint32(at + 12, true); entry++) {
      const offset = base + view.getUint32(at + 32 + 8 * entry, true);
      const lengthBytes = view.getUint32(at + 36 + 8 * entry, true);
      assertEquals(text.slice(offset - 8, offset - 4), "01wb");
      assertEquals(view.getUint32(offset - 4, true), lengthBytes);
      for (let byte = 0; byte < lengthBytes; byte += 2) samples.push(view.getInt16(offset + byte, true));
    }
  }
  return samples;
}

for (const maxRiffBytes of [undefined, 200_000, 20_000]) {
  Deno.test(`AviWriter writes sound beside the frames, ${maxRiffBytes ?? "any number of"} bytes a RIFF chunk`, async () => {
    const [writer, output] = [new AviWriter({ maxRiffBytes, sound: SOUND }), new Output()];
    const write = (patches: readonly Patch[]) => patches.forEach((patch) => output.write(patch));
    let sample = 0;
    for (let ms = 0; ms < 12_000; ms += 20) {
      if (ms % 40 === 0) write(writer.add({ data: jpegAt(ms / 40), timestampUs: ms * 1000 }));
      const data = new Uint8Array(Int16Array.from({ length: 160 }, () => sample++ % 30_000).buffer);
      write(writer.addSound({ data, timestampUs: ms * 1000 }));
    }
    write(writer.finish());
    assertEquals(writer.finish(), []);
    const { index, frames } = await read(output.bytes);
    assertEquals([index.count, index.frameRate, index.problem], [300, 25, undefined]);
    assertEquals(frames, Array.from({ length: 300 }, (_, at) => jpegAt(at)));
    assertEquals(soundOf(output.bytes), Array.from({ length: 96_000 }, (_, at) => at % 30_000));
    const view = new DataView(output.bytes.buffer, output.bytes.byteOffset);
    const strh = new TextDecoder("latin1").decode(output.bytes.subarray(0, 2 ** 17)).indexOf("auds");
    assertEquals(view.getUint32(strh + 32, true), 96_000);
  });
}

Deno.test("AviWriter lets sound wait for the next frame a second at most", () => {
  const writer = new AviWriter({ sound: SOUND });
  const piece = (ms: number) => ({ data: new Uint8Array(2 * 160), timestampUs: ms * 1000 });
  assertEquals(writer.addSound(piece(0)), []);
  assertEquals(writer.finish(), []);
  writer.add({ data: jpegAt(0), timestampUs: 0 });
  for (let ms = 0; ms < 980; ms += 20) assertEquals(writer.addSound(piece(ms)), []);
  assertEquals(writer.addSound(piece(980)).length > 0, true);
});
