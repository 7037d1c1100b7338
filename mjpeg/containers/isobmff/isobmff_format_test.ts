import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import {
  box,
  fragmentedMp4File,
  type FragmentedOptions,
  mp4File,
  type Mp4Options,
  uint32,
} from "../../../tests/support/mp4_files.ts";
import type { FrameIndex } from "../index/frame_index.ts";
import { indexFile } from "../index_file.ts";

const JPEGS = await Promise.all(Array.from({ length: 5 }, (_, seed) => makeJpeg({ seed, width: 32 + 16 * seed })));
const NOTHING = new Uint8Array(0);

/** Numbers of the frames that an index finds in a file, and their times in hundredths of a second. */
function framesIn(bytes: Uint8Array, index: FrameIndex): [number, number | undefined][] {
  return Array.from({ length: index.count }, (_, at) => {
    const { offset, lengthBytes } = index.locate(at);
    const frame = bytes.subarray(offset, offset + lengthBytes);
    const number = JPEGS.findIndex((jpeg) =>
      jpeg.length === frame.length && jpeg.every((byte, i) => byte === frame[i])
    );
    return [number, index.times === undefined ? undefined : index.times.timesUs.at(at) / 10_000];
  });
}

const GOOD: readonly [name: string, options: Omit<Mp4Options, "frames">][] = [
  ["with its headers behind the frames", {}],
  ["with its headers in front", { isHeadersFirst: true }],
  ["with lengths and offsets of 64 bits", { isLong: true }],
  ["with a chunk for each frame", { framesAChunk: 1 }],
  ["with one chunk", { framesAChunk: 100 }],
  ["whose frames go up to its end", { isHeadersFirst: true, isOpen: true }],
  ["that calls its codec mp4v, as ffmpeg does", { codec: "mp4v" }],
  ["whose tables announce more than there is", { announced: 2 ** 32 - 1, isHeadersFirst: true }],
  ["that begins with a pause", { edits: [{ duration: 7, mediaTime: -1 }, { duration: 0, mediaTime: 0 }] }],
  ["whose first track is another one", { otherCodec: "avc1" }],
];

for (const [name, options] of GOOD) {
  Deno.test(`an MP4 file ${name} has all its frames, at its own rate`, async () => {
    const bytes = mp4File({ frames: JPEGS, ...options });
    const index = await indexFile(memoryFile(bytes));
    assertEquals(framesIn(bytes, index), JPEGS.map((_, number) => [number, undefined]));
    assertEquals([index.format, index.problem, index.frameRate], ["MP4", undefined, 25]);
  });
}

const TIMED: readonly [
  name: string,
  options: Omit<Mp4Options, "frames">,
  frames: readonly (readonly [number, number])[],
  end: number,
][] = [
  ["of frames of many durations", { durations: [1, 10, 3, 2, 5] }, [[0, 0], [1, 1], [2, 11], [3, 14], [4, 16]], 21],
  ["with frames that last no time", { durations: [4, 0, 4, 4, 4] }, [[0, 0], [1, 4], [2, 4.0001], [3, 8], [4, 12]], 16],
  [
    "that is cut in front and behind",
    { edits: [{ duration: 9, mediaTime: 6 }] },
    [[1, 0], [2, 2], [3, 6]],
    9,
  ],
  [
    "that shows a part again, and stands still",
    {
      edits: [
        { duration: 8, mediaTime: 4 },
        { duration: 5, mediaTime: 16, isStill: true },
        { duration: 3, mediaTime: -1 },
        { duration: 8, mediaTime: 0 },
      ],
    },
    [[1, 0], [2, 4], [4, 8], [0, 16], [1, 20]],
    24,
  ],
  [
    "with edits of 64 bits",
    { hasLongEdits: true, edits: [{ duration: 3, mediaTime: -1 }, { duration: 8, mediaTime: 9 }] },
    [[2, 0], [3, 3], [4, 7]],
    8,
  ],
];

for (const [name, options, frames, end] of TIMED) {
  Deno.test(`an MP4 file ${name} is played in time`, async () => {
    const bytes = mp4File({ frames: JPEGS, ...options });
    const index = await indexFile(memoryFile(bytes));
    assertEquals(framesIn(bytes, index), frames.map((frame) => [...frame] as [number, number]));
    assertEquals([index.times?.durationUs, index.problem], [end * 10_000, undefined]);
  });
}

Deno.test("an MP4 file shows the frame before a sample without bytes for longer", async () => {
  const bytes = mp4File({ frames: [JPEGS[0], NOTHING, JPEGS[1], JPEGS[2], NOTHING] });
  const index = await indexFile(memoryFile(bytes));
  assertEquals(framesIn(bytes, index), [[0, 0], [1, 8], [2, 12]]);
  assertEquals(index.times?.durationUs, 200_000);
});

for (const base of ["file", "fragment"] as const) {
  for (const durationsIn of ["movie", "fragment", "frames"] as const) {
    for (const hasTimes of [true, false]) {
      const options: Omit<FragmentedOptions, "fragments"> = { base, durationsIn, hasTimes };
      Deno.test(`an MP4 file in fragments has all its frames: ${JSON.stringify(options)}`, async () => {
        const bytes = fragmentedMp4File({
          fragments: [JPEGS.slice(0, 2), JPEGS.slice(2, 4), JPEGS.slice(4)],
          ...options,
        });
        const index = await indexFile(memoryFile(bytes));
        assertEquals(framesIn(bytes, index), JPEGS.map((_, number) => [number, undefined]));
        assertEquals([index.frameRate, index.problem], [25, undefined]);
      });
    }
  }
}

Deno.test("an MP4 file in fragments that is cut has the whole frames before, and one with junk says where it is", async () => {
  const bytes = fragmentedMp4File({ fragments: JPEGS.map((jpeg) => [jpeg]) });
  const cut = await indexFile(memoryFile(bytes.subarray(0, bytes.length - 10)));
  assertEquals(cut.count, 4);
  assertMatch(cut.problem!, /^Frame 5 at byte \d+ is dropped: it is truncated by the end of the file$/);
  const junk = await indexFile(memoryFile(concat([bytes, new Uint8Array(100).fill(7)])));
  assertEquals([junk.count, junk.problem], [
    5,
    `At byte ${bytes.length} there is no box of MP4; frames from there on are left out`,
  ]);
});

Deno.test("an MP4 file in fragments that announces more frames than there are ends where it ends", async () => {
  const fragments = [[JPEGS[0], JPEGS[0]]];
  const bytes = fragmentedMp4File({ fragments, durationsIn: "movie", announced: 2 ** 32 - 1 });
  const index = await indexFile(memoryFile(bytes));
  assertEquals(index.count, 2);
  assertMatch(index.problem!, /^Frame 3 at byte \d+ is dropped: it is truncated by the end of the file$/);
});

Deno.test("an MP4 file in fragments has the frames of the others where one tells of some in front of the file", async () => {
  for (const [place, rest] of [[0, [2, 3, 4]], [1, [0, 1, 4]], [2, [0, 1, 2, 3]]] as const) {
    const bytes = fragmentedMp4File({ fragments: [JPEGS.slice(0, 2), JPEGS.slice(2, 4), JPEGS.slice(4)] });
    const runs = [...bytes.keys()].filter((at) => String.fromCharCode(...bytes.subarray(at, at + 4)) === "trun");
    // Behind the type: version and flags, how many frames there are, and where, counted from the fragment.
    bytes.set(uint32(-(2 ** 31)), runs[place] + 12);
    const index = await indexFile(memoryFile(bytes));
    assertEquals(framesIn(bytes, index).map(([number]) => number), [...rest]);
  }
});

Deno.test("an MP4 file that was never finished has the frames that its markers tell", async () => {
  const whole = mp4File({ frames: JPEGS });
  const cut = whole.subarray(0, whole.length - mp4File({ frames: JPEGS, isHeadersFirst: true }).length / 2);
  const index = await indexFile(memoryFile(cut));
  assertEquals(index.times, undefined);
  assertMatch(
    index.problem!,
    /^The MP4 file was not finished: it has no headers; its frames are found by their markers/,
  );
});

Deno.test("an MP4 file whose frames lie behind its end has those that do not", async () => {
  const bytes = mp4File({ frames: JPEGS, isHeadersFirst: true, framesAChunk: 1 });
  const index = await indexFile(memoryFile(bytes.subarray(0, bytes.length - JPEGS[4].length - 1)));
  assertEquals(index.count, 3);
  assertMatch(index.problem!, /^Frame 4 at byte \d+ is dropped: it is truncated by the end of the file$/);
});

const REFUSED: readonly [name: string, bytes: Uint8Array, message: string][] = [
  [
    "of H.264",
    mp4File({ frames: [new Uint8Array(50)], codec: "avc1" }),
    "The video of the MP4 file is H.264 (avc1), not",
  ],
  [
    "of an unknown codec",
    mp4File({ frames: [new Uint8Array(50)], codec: "odd!" }),
    'The video of the MP4 file is "odd!", not',
  ],
  ["without video", box("moov", box("mvhd", uint32(0, 0, 0, 100, 0, 0))), "The MP4 file has no video"],
  ["with compressed headers", box("moov", box("cmov")), "The headers of the MOV file are compressed; ffmpeg"],
];

for (const [name, bytes, message] of REFUSED) {
  Deno.test(`an MP4 file ${name} is refused`, async () => {
    await assertRejects(() => indexFile(memoryFile(bytes)), SyntaxError, message);
  });
}
