import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { element, matroskaFile, type MatroskaOptions } from "../../../tests/support/matroska_files.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import type { FrameIndex } from "../index/frame_index.ts";
import { indexFile } from "../index_file.ts";

const JPEGS = await Promise.all(Array.from({ length: 5 }, (_, seed) => makeJpeg({ seed, width: 32 + 16 * seed })));

/** The frames that an index finds in a file. */
function framesIn(bytes: Uint8Array, index: FrameIndex): Uint8Array[] {
  return Array.from({ length: index.count }, (_, at) => {
    const { offset, lengthBytes } = index.locate(at);
    return bytes.slice(offset, offset + lengthBytes);
  });
}

function timesMs({ times, count }: FrameIndex): number[] | undefined {
  return times === undefined ? undefined : Array.from({ length: count }, (_, at) => times.timesUs.at(at) / 1000);
}

const GOOD: readonly [name: string, options: Omit<MatroskaOptions, "frames">][] = [
  ["of simple blocks", {}],
  ["of groups", { hasGroups: true }],
  ["that was written to a pipe", { isLive: true }],
  ["that was written to a pipe, in groups", { isLive: true, hasGroups: true }],
  ["with a cluster for each frame", { framesACluster: 1 }],
  ["with sound between its frames", { hasSound: true }],
  ["with finer times", { scale: 100_000 }],
  ["of Video for Windows", { codec: "V_MS/VFW/FOURCC", fourCharacters: "MJPG" }],
];

for (const [name, options] of GOOD) {
  Deno.test(`a Matroska file ${name} has all its frames, at their times`, async () => {
    const bytes = matroskaFile({ frames: JPEGS, timesMs: [0, 40, 120, 160, 170], ...options });
    const index = await indexFile(memoryFile(bytes));
    assertEquals(framesIn(bytes, index), JPEGS);
    assertEquals([index.format, index.problem, timesMs(index)], ["Matroska", undefined, [0, 40, 120, 160, 170]]);
    // The last one is shown for as long as the others on average.
    assertEquals(index.times?.durationUs, 212_500);
  });
}

for (const [nanoseconds, rate] of [[33_366_667, 30 / 1.001], [33_333_333, 30], [40_000_000, 25], [66_666_667, 15]]) {
  Deno.test(`a Matroska file whose frames are ${nanoseconds} ns apart has ${rate.toFixed(3)} frames a second`, async () => {
    const times = JPEGS.map((_, index) => Math.round(index * nanoseconds / 1e6));
    const bytes = matroskaFile({ frames: JPEGS, timesMs: times, frameNanoseconds: nanoseconds });
    const index = await indexFile(memoryFile(bytes));
    assertEquals([index.frameRate, index.times], [rate, undefined]);
  });
}

Deno.test("a Matroska file whose frames do not come as often as it says is played by their times", async () => {
  const bytes = matroskaFile({ frames: JPEGS, timesMs: [0, 40, 80, 200, 240], frameNanoseconds: 40_000_000 });
  const index = await indexFile(memoryFile(bytes));
  assertEquals([index.frameRate, timesMs(index), index.times?.durationUs], [undefined, [0, 40, 80, 200, 240], 280_000]);
});

Deno.test("a Matroska file that does not begin at 0, or goes back, has rising times from 0 on", async () => {
  const bytes = matroskaFile({ frames: JPEGS, timesMs: [1000, 1040, 1040, 1020, 1080], framesACluster: 1 });
  const index = await indexFile(memoryFile(bytes));
  assertEquals(timesMs(index), [0, 40, 40.001, 40.002, 80]);
});

Deno.test("a Matroska file that is damaged goes on with the next cluster", async () => {
  const bytes = matroskaFile({ frames: JPEGS });
  const { offset } = (await indexFile(memoryFile(bytes))).locate(1);
  const damaged = bytes.slice();
  // The header of the second block.
  damaged.fill(0, offset - 14, offset);
  const index = await indexFile(memoryFile(damaged));
  assertEquals(framesIn(damaged, index), [0, 2, 3, 4].map((number) => JPEGS[number]));
  assertEquals(timesMs(index), [0, 80, 120, 160]);
  assertEquals(index.problem, `At byte ${offset - 14} there is no element of Matroska`);
});

Deno.test("a Matroska file that is cut has the whole frames before", async () => {
  const bytes = matroskaFile({ frames: JPEGS });
  const index = await indexFile(memoryFile(bytes.subarray(0, bytes.length - 10)));
  assertEquals(framesIn(bytes, index), JPEGS.slice(0, 4));
  assertMatch(index.problem!, /^Frame 5 at byte \d+ is dropped: it is truncated by the end of the file$/);
});

const REFUSED: readonly [name: string, bytes: Uint8Array, message: string][] = [
  [
    "of H.264",
    matroskaFile({ frames: [new Uint8Array(50)], codec: "V_MPEG4/ISO/AVC" }),
    "The video of the Matroska file is H.264 (V_MPEG4/ISO/AVC), not Motion-JPEG",
  ],
  ["of compressed frames", matroskaFile({ frames: JPEGS, isEncoded: true }), "are stored compressed; ffmpeg -i IN"],
  ["of laced frames", matroskaFile({ frames: JPEGS, flags: 0x02 }), "it is laced together with others"],
  ["without frames", matroskaFile({ frames: [] }), "The Matroska file has no whole frame"],
  ["without video", element(0x1a45dfa3, []), "The Matroska file has no video"],
  ["of junk", concat([element(0x1a45dfa3, []), new Uint8Array(99)]), "there is no element of Matroska"],
];

for (const [name, bytes, message] of REFUSED) {
  Deno.test(`a Matroska file ${name} is refused`, async () => {
    await assertRejects(() => indexFile(memoryFile(bytes)), SyntaxError, message);
  });
}

Deno.test("a Matroska file with a frame that is to be shown in years has the others", async () => {
  const bytes = matroskaFile({ frames: JPEGS, timesMs: [0, 40, 10 ** 13, 120, 160], framesACluster: 1 });
  const index = await indexFile(memoryFile(bytes));
  assertEquals(framesIn(bytes, index), [0, 1, 3, 4].map((number) => JPEGS[number]));
  assertMatch(index.problem!, /^Frame 3 at byte \d+ is dropped: it is to be shown in years$/);
});
