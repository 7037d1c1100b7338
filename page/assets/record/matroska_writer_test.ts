import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { decodeHex } from "@std/encoding/hex";
import { indexFile } from "../../../mjpeg/containers/index_file.ts";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { jpegSize } from "./jpeg_size.js";
import { MatroskaWriter, SOUND, VIDEO } from "./matroska_writer.js";

const JPEGS = await Promise.all([1, 2, 3, 4].map((seed) => makeJpeg({ seed })));
const SOUND_FORMAT = { sampleRate: 8000, channels: 1 };

/** The bytes of a file with frames at these times, as it is before its end and behind it. */
function write(timesMs: readonly number[], { hasSound = false } = {}): { growing: Uint8Array; whole: Uint8Array } {
  const writer = new MatroskaWriter({ width: 48, height: 32, sound: hasSound ? SOUND_FORMAT : undefined });
  const parts = writer.begin();
  for (const [index, timeMs] of timesMs.entries()) {
    parts.push(...writer.add(VIDEO, { timeMs, data: JPEGS[index % JPEGS.length] }));
    if (hasSound) parts.push(...writer.add(SOUND, { timeMs, data: new Uint8Array(320) }));
  }
  const growing = concat(parts);
  const { tail, head } = writer.end();
  const whole = concat([growing, ...tail]);
  whole.set(head);
  return { growing, whole };
}

/** Frames that our own reader finds, and their times in milliseconds. */
async function read(bytes: Uint8Array) {
  const index = await indexFile(memoryFile(bytes));
  const frames = Array.from({ length: index.count }, (_, at) => {
    const { offset, lengthBytes } = index.locate(at);
    return bytes.slice(offset, offset + lengthBytes);
  });
  const { times, count, format, problem } = index;
  const timesMs = times && Array.from({ length: count }, (_, at) => times.timesUs.at(at) / 1000);
  return { frames, timesMs, format, problem };
}

for (const hasSound of [false, true]) {
  for (
    const [title, timesMs] of [
      ["even times", [0, 40, 81, 120, 160]],
      ["a pause of five minutes", [0, 40, 300_000, 300_040, 300_100]],
      ["one frame", [0]],
      ["many clusters", Array.from({ length: 400 }, (_, index) => index * 33 + index % 2)],
    ] as const
  ) {
    Deno.test(`MatroskaWriter: ${title}${hasSound ? ", with sound" : ""}: all frames, at their times`, async () => {
      const { whole } = write(timesMs, { hasSound });
      const found = await read(whole);
      assertEquals([found.format, found.problem], ["Matroska", undefined]);
      assertEquals(found.frames, timesMs.map((_, index) => JPEGS[index % JPEGS.length]));
      if (timesMs.length > 1) assertEquals(found.timesMs, [...timesMs]);
    });
  }
}

Deno.test("MatroskaWriter: what is written before the end plays, but for less than the last second", async () => {
  const timesMs = Array.from({ length: 100 }, (_, index) => index * 40 + index % 2);
  const found = await read(write(timesMs).growing);
  assert(found.frames.length >= 75, `${found.frames.length} frames`);
  assertEquals(found.timesMs, timesMs.slice(0, found.frames.length));
});

Deno.test("jpegSize() reads the frame header, and says nothing where there is none", async () => {
  assertEquals(jpegSize(await makeJpeg({ width: 96, height: 40 })), { width: 96, height: 40 });
  assertEquals(jpegSize(await makeJpeg({ width: 24, height: 16, progressive: true })), { width: 24, height: 16 });
  for (const text of ["", "ffd8", "ffd8ffd9", "ffd8ffe00010", "ffd8ffda0008010100003f00", "00".repeat(64)]) {
    assertEquals(jpegSize(decodeHex(text)), undefined, text);
  }
  const jpeg = await makeJpeg();
  for (let length = 0; length < 30; length++) assertEquals(jpegSize(jpeg.subarray(0, length)), undefined);
});
