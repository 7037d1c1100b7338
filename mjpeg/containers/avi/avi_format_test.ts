import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { aviFile, type AviOptions, chunk } from "../../../tests/support/avi_files.ts";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import type { RandomAccess } from "../container.ts";
import type { FrameIndex } from "../index/frame_index.ts";
import { indexFile } from "../index_file.ts";

const JPEGS = await Promise.all(Array.from({ length: 6 }, (_, seed) => makeJpeg({ seed, width: 32 + 16 * seed })));
const NOTHING = new Uint8Array(0);

/** The frames that an index finds in a file. */
function framesIn(bytes: Uint8Array, index: FrameIndex): Uint8Array[] {
  return Array.from({ length: index.count }, (_, at) => {
    const { offset, lengthBytes } = index.locate(at);
    return bytes.slice(offset, offset + lengthBytes);
  });
}

/** The same file, and how many bytes are read of it. */
function counted(bytes: Uint8Array): RandomAccess & { readonly readBytes: number } {
  const file = memoryFile(bytes);
  let readBytes = 0;
  return {
    lengthBytes: file.lengthBytes,
    read(offset, lengthBytes) {
      readBytes += lengthBytes;
      return file.read(offset, lengthBytes);
    },
    get readBytes() {
      return readBytes;
    },
  };
}

const GOOD: readonly [name: string, options: Omit<AviOptions, "frames">][] = [
  ["with its index", {}],
  ["whose index counts from the start of the file", { index: "absolute" }],
  ["with an index of OpenDML", { index: "opendml" }],
  ["of several parts, with an index of OpenDML", { index: "opendml", framesARiff: 2 }],
  ["of several parts, whose index has only the first", { framesARiff: 2 }],
  ["without an index", { index: "none" }],
  ["with an index that lies", { lie: 6 }],
  ["with an index of OpenDML that lies", { index: "opendml", lie: 2 }],
  ["that was never finished", { index: "none", isUnfinished: true }],
  ["with sound in front", { hasSound: true }],
  ["with sound and without an index", { hasSound: true, index: "none" }],
  ["of records", { hasRecords: true }],
  ["of records without an index", { hasRecords: true, index: "none" }],
  ["of dmb1", { codec: "dmb1" }],
];

for (const [name, options] of GOOD) {
  Deno.test(`an AVI file ${name} has all its frames, at the rate that it says`, async () => {
    const bytes = aviFile({ frames: JPEGS, scale: 1001, rate: 30_000, ...options });
    const index = await indexFile(memoryFile(bytes));
    assertEquals(framesIn(bytes, index), JPEGS);
    assertEquals([index.format, index.problem, index.frameRate, index.times], [
      "AVI",
      undefined,
      30_000 / 1001,
      undefined,
    ]);
  });
}

for (const index of ["avi", "opendml", "none"] as const) {
  Deno.test(`an AVI file with frames without bytes, index ${index}, shows the ones before for longer`, async () => {
    const [one, two, three] = JPEGS;
    const frames = [NOTHING, one, NOTHING, NOTHING, two, three, NOTHING];
    const found = await indexFile(memoryFile(aviFile({ frames, index })));
    assertEquals([found.count, found.frameRate, found.times?.durationUs], [3, undefined, 240_000]);
    assertEquals([0, 1, 2].map((at) => found.times?.timesUs.at(at)), [0, 120_000, 160_000]);
  });
}

Deno.test("an AVI file whose rate is of no use has no times", async () => {
  for (const [scale, rate] of [[0, 25], [1, 0], [1, 600_000]]) {
    const bytes = aviFile({ frames: JPEGS, scale, rate });
    // The 40 ms of the main header are the next best.
    assertEquals((await indexFile(memoryFile(bytes))).frameRate, 25);
    bytes.fill(0, 32, 36);
    const index = await indexFile(memoryFile(bytes));
    assertEquals([index.frameRate, index.times, index.count], [undefined, undefined, JPEGS.length]);
  }
});

Deno.test("an AVI file that is cut has its whole frames", async () => {
  const bytes = aviFile({ frames: JPEGS, index: "none" });
  const index = await indexFile(memoryFile(bytes.subarray(0, bytes.length - 20)));
  assertEquals(index.count, JPEGS.length - 1);
  assertMatch(index.problem!, /^Frame 6 at byte \d+ is dropped: it is truncated by the end of the file$/);
});

Deno.test("an AVI file with junk among its chunks has all its frames", async () => {
  const bytes = aviFile({ frames: JPEGS, index: "none" });
  const place = bytes.indexOf(0x64, 400) - 2;
  const index = await indexFile(
    memoryFile(concat([bytes.subarray(0, place), new Uint8Array(77), bytes.subarray(place)])),
  );
  assertEquals(index.count, JPEGS.length);
  assertMatch(index.problem!, /there is no chunk; from there on, frames are found by their markers$/);
});

Deno.test("an AVI file with a frame that is no JPEG drops it, and the others stay in time", async () => {
  const frames = [JPEGS[0], new Uint8Array(50), JPEGS[1]];
  const index = await indexFile(memoryFile(aviFile({ frames, index: "none" })));
  assertEquals([index.count, index.times?.timesUs.at(1), index.times?.durationUs], [2, 80_000, 120_000]);
  assertMatch(index.problem!, /^Frame 2 at byte \d+ is dropped: it is no JPEG: it has no FF D8$/);
});

Deno.test("an AVI file of another codec, without video, or without frames is refused", async () => {
  const other = aviFile({ frames: [Uint8Array.of(0, 0, 1, 0x67)], codec: "H264" });
  await assertRejects(
    () => indexFile(memoryFile(other)),
    SyntaxError,
    "The video of the AVI file is H.264 (H264), not Motion-JPEG",
  );
  await assertRejects(() => indexFile(memoryFile(aviFile({ frames: [] }))), SyntaxError, "no whole JPEG");
  await assertRejects(() => indexFile(memoryFile(headersOf("auds"))), SyntaxError, "The AVI file has no video");
});

/** An AVI file whose only stream is of that kind. */
function headersOf(kind: string): Uint8Array {
  const bytes = aviFile({ frames: JPEGS });
  const at = new TextDecoder("latin1").decode(bytes).indexOf("vids");
  bytes.set(new TextEncoder().encode(kind), at);
  return bytes;
}

Deno.test("an AVI file whose headers are damaged has its frames by their markers", async () => {
  const bytes = aviFile({ frames: JPEGS });
  bytes.fill(0, 12, 24);
  const index = await indexFile(memoryFile(bytes));
  assertEquals(framesIn(bytes, index), JPEGS);
  assertMatch(index.problem!, /^The headers of the AVI file are damaged/);
});

Deno.test("an AVI file with an index is opened by a few looks at it, however large its frames are", async () => {
  const large = concat([JPEGS[0].subarray(0, 2), chunk("\xff\xfe", new Uint8Array(0)), new Uint8Array(500_000)]);
  const frames = Array.from({ length: 100 }, () => large);
  for (const index of ["avi", "opendml"] as const) {
    const file = counted(aviFile({ frames, index }));
    assertEquals((await indexFile(file)).count, 100);
    assertEquals(file.readBytes < 5_000_000, true, `${file.readBytes} of ${file.lengthBytes} bytes`);
  }
});

Deno.test("an AVI file has the frames behind those that its index knows", async () => {
  // What a program leaves behind that is ended before it has brought its index up to date.
  const bytes = aviFile({ frames: JPEGS, index: "opendml" });
  const at = new TextDecoder("latin1").decode(bytes).indexOf("ix00") + 8 + 4;
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, 2, true);
  const index = await indexFile(memoryFile(bytes));
  assertEquals([framesIn(bytes, index), index.problem, index.frameRate], [JPEGS, undefined, 25]);
});

Deno.test("an AVI file whose first frame is too large has the others", async () => {
  const large = concat([JPEGS[0], new Uint8Array(1000)]);
  for (const index of ["avi", "none"] as const) {
    const found = await indexFile(memoryFile(aviFile({ frames: [large, ...JPEGS.slice(0, 2)], index })), {
      maxFrameBytes: large.length - 1,
    });
    assertEquals([found.count, found.times?.timesUs.at(0), found.times?.timesUs.at(1)], [2, 0, 40_000]);
  }
});
