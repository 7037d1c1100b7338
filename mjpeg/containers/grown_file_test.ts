import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { memoryFile } from "../../tests/support/memory_file.ts";
import { AviWriter } from "./avi/avi_writer.ts";
import { CONCATENATED_JPEGS } from "./streams/concatenated_format.ts";
import type { FrameIndex } from "./index/frame_index.ts";
import { indexGrownFile } from "./grown_file.ts";
import { indexFile } from "./index_file.ts";
import { encodeLabHeader } from "./streams/lab_header.ts";

const FRAMES = await Promise.all(
  Array.from({ length: 12 }, (_, seed) => makeJpeg({ seed, width: 48 + 16 * (seed % 3) })),
);

/** A part at a time that is not as long after the one before as others are. */
function part(jpeg: Uint8Array, at: number): Uint8Array {
  const lines = ["--frame", `X-Timestamp: ${(at * at / 10).toFixed(6)}`, `Content-Length: ${jpeg.length}`, "", ""];
  return concat([new TextEncoder().encode(lines.join("\r\n")), jpeg, Uint8Array.of(13, 10)]);
}

const FILES: Readonly<Record<string, Uint8Array>> = {
  lab: concat(FRAMES.flatMap((frame) => [encodeLabHeader(frame.length), frame])),
  concatenated: concat(FRAMES),
  multipart: concat(FRAMES.map(part)),
};

/** What an index says of frames: where they are, and when they are shown. */
function framesOf({ count, locate, times }: FrameIndex) {
  return Array.from({ length: count }, (_, at) => ({ ...locate(at), timeUs: times?.timesUs.at(at) }));
}

/** The index of a file that was `ends[0]` bytes long at first, then `ends[1]`, and so on. */
async function grow(bytes: Uint8Array, ends: readonly number[]): Promise<FrameIndex> {
  let index: FrameIndex | undefined;
  for (const end of ends) {
    const file = memoryFile(bytes.subarray(0, end));
    if (index !== undefined) index = await indexGrownFile(file, { before: index });
    // There may be no whole frame yet.
    else index = await indexFile(file).catch(() => undefined);
  }
  return index!;
}

for (const [format, bytes] of Object.entries(FILES)) {
  Deno.test(`indexGrownFile() finds in a growing ${format} file what indexFile() finds in the whole one`, async () => {
    const whole = await indexFile(memoryFile(bytes));
    assertEquals([whole.format, whole.count], [format, FRAMES.length]);
    for (const step of [211, 977, 5003]) {
      const ends = Array.from({ length: Math.floor(bytes.length / step) }, (_, at) => (at + 1) * step);
      const index = await grow(bytes, [...ends, bytes.length]);
      assertEquals(framesOf(index), framesOf(whole));
      assertEquals([index.format, index.largestBytes], [whole.format, whole.largestBytes]);
    }
  });

  Deno.test(`indexGrownFile() takes a ${format} file that is cut anywhere for one with fewer frames`, async () => {
    const whole = framesOf(await indexFile(memoryFile(bytes)));
    const [, , third, fourth] = whole;
    for (let end = third.offset; end <= fourth.offset + fourth.lengthBytes; end += 7) {
      assertEquals(framesOf(await grow(bytes, [third.offset, end, bytes.length])), whole, `cut at ${end}`);
    }
  });

  Deno.test(`indexGrownFile() reads what has come to a ${format} file, and little else`, async () => {
    const before = await indexFile(memoryFile(bytes.subarray(0, -FRAMES.at(-1)!.length)));
    const file = memoryFile(bytes);
    let first = bytes.length;
    await indexGrownFile({
      lengthBytes: file.lengthBytes,
      read(offset, lengthBytes) {
        first = Math.min(first, offset);
        return file.read(offset, lengthBytes);
      },
    }, { before });
    assert(first > bytes.length - 4 * FRAMES.at(-1)!.length, `from byte ${first} of ${bytes.length}`);
  });
}

Deno.test("indexGrownFile() follows an AVI file as AviWriter writes it", async () => {
  const writer = new AviWriter();
  let bytes = new Uint8Array(0);
  let index: FrameIndex | undefined;
  for (const [at, data] of FRAMES.entries()) {
    for (const patch of writer.add({ data, timestampUs: at * 100_000 })) {
      const longer = new Uint8Array(Math.max(bytes.length, patch.offset + patch.bytes.length));
      longer.set(bytes);
      longer.set(patch.bytes, patch.offset);
      bytes = longer;
    }
    const file = memoryFile(bytes);
    index = index === undefined ? await indexFile(file) : await indexGrownFile(file, { before: index });
    const { count, locate } = index;
    const { offset, lengthBytes } = locate(count - 1);
    assertEquals([count, bytes.subarray(offset, offset + lengthBytes)], [at + 1, data]);
  }
});

Deno.test("indexGrownFile() reads a file anew that was written anew", async () => {
  for (const format of [FILES.lab, FILES.multipart]) {
    const before = await indexFile(memoryFile(FILES.concatenated));
    const index = await indexGrownFile(memoryFile(format), { before });
    assertEquals(framesOf(index).length, FRAMES.length);
    assertEquals(index.locate(0).offset > 0, true);
  }
  const longer = await indexFile(memoryFile(FILES.concatenated));
  const shorter = await indexGrownFile(memoryFile(FRAMES[3]), { before: longer });
  assertEquals([shorter.format, shorter.count], [CONCATENATED_JPEGS.name, 1]);
});

Deno.test("indexGrownFile() takes no more frames than maxFrames", async () => {
  for (const maxFrames of [10, 11]) {
    const before = await indexFile(memoryFile(concat(FRAMES.slice(0, 8))), { maxFrames });
    const { count } = await indexGrownFile(memoryFile(FILES.concatenated), { before, maxFrames });
    assertEquals(count, maxFrames);
  }
});
