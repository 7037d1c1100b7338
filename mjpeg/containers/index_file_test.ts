import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { memoryFile } from "../../tests/support/memory_file.ts";
import { MAX_CHECKED_BYTES } from "../limits.ts";
import type { RandomAccess } from "./container.ts";
import { indexFile } from "./index_file.ts";
import { encodeLabHeader } from "./streams/lab_header.ts";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]);
const BOUNDARY = new TextEncoder().encode("\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n");

const FILES: readonly {
  title: string;
  file: Uint8Array;
  format: string;
  count: number;
  problem?: string;
}[] = [
  { title: "a single JPEG", file: JPEG, format: "concatenated", count: 1 },
  { title: "concatenated JPEGs", file: concat([JPEG, JPEG, JPEG]), format: "concatenated", count: 3 },
  {
    title: "a saved multipart stream",
    file: concat([BOUNDARY, JPEG, BOUNDARY, JPEG]),
    format: "multipart",
    count: 2,
  },
  {
    title: "one that was saved from its middle on",
    file: concat([JPEG.subarray(6), BOUNDARY, JPEG, BOUNDARY, JPEG]),
    format: "concatenated",
    count: 2,
  },
  {
    title: "the lab's format",
    file: concat([encodeLabHeader(10), JPEG, encodeLabHeader(10), JPEG]),
    format: "lab",
    count: 2,
  },
  {
    title: "concatenated JPEGs of which the last is truncated",
    file: concat([JPEG, JPEG.subarray(0, 7)]),
    format: "concatenated",
    count: 1,
    problem: "Frame 2 at byte 10 is dropped: it is truncated by the end of the file",
  },
  {
    title: "JPEGs that end in their headers, between whole ones",
    file: concat([JPEG, ...Array(5).fill([JPEG.subarray(0, 4), JPEG]).flat()]),
    format: "concatenated",
    count: 6,
    problem:
      "5 frames are dropped: frame 2 at byte 10 (it ends in its header), frame 4 at byte 24 (it ends in its header), " +
      "frame 6 at byte 38 (it ends in its header), 2 more",
  },
  {
    title: "a length header of letters",
    file: concat([new TextEncoder().encode("abcde"), JPEG]),
    format: "concatenated",
    count: 1,
  },
  {
    title: "a length header of four digits, and one of six",
    file: concat([new TextEncoder().encode("0010"), JPEG, new TextEncoder().encode("000010"), JPEG]),
    format: "concatenated",
    count: 2,
  },
  {
    title: "junk of more than one read between two images",
    file: concat([JPEG, new Uint8Array(600_000), JPEG]),
    format: "concatenated",
    count: 2,
  },
];

for (const { title, file, format, count, problem } of FILES) {
  Deno.test(`indexFile() recognizes ${title}`, async () => {
    const index = await indexFile(memoryFile(file));
    assertEquals([index.format, index.count, index.problem], [format, count, problem]);
    for (let number = 0; number < count; number++) {
      const { offset, lengthBytes } = index.locate(number);
      assertEquals(file.subarray(offset, offset + lengthBytes), JPEG);
    }
  });
}

const REJECTED: readonly { title: string; file: Uint8Array; message: string }[] = [
  { title: "an empty file", file: new Uint8Array(0), message: "The file is empty" },
  {
    title: "a PNG",
    file: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    message: "The file is not a JPEG: it starts with 89 50 4e 47 0d 0a 1a 0a",
  },
  {
    title: "half a JPEG",
    file: JPEG.subarray(0, 6),
    message: "Frame 1 at byte 0 is dropped: it is truncated by the end of the file",
  },
];

for (const { title, file, message } of REJECTED) {
  Deno.test(`indexFile() rejects ${title}`, async () => {
    await assertRejects(() => indexFile(memoryFile(file)), SyntaxError, message);
  });
}

/** A file that counts its reads and calls `onRead` at each. */
function watchedFile(bytes: Uint8Array, onRead: (count: number) => void): RandomAccess {
  const file = memoryFile(bytes);
  let count = 0;
  return {
    lengthBytes: file.lengthBytes,
    read(offset, lengthBytes) {
      onRead(++count);
      return file.read(offset, lengthBytes);
    },
  };
}

const labFrame = concat([encodeLabHeader(10), JPEG]);
const largeLabFrame = concat([encodeLabHeader(90_000), JPEG, new Uint8Array(90_000 - JPEG.length)]);
// Both need many reads: a header a large frame, or chunks of 256 KiB.
const LONG_FILES: readonly { title: string; file: Uint8Array }[] = [
  { title: "the lab's format", file: concat(Array(20).fill(largeLabFrame)) },
  { title: "concatenated JPEGs", file: concat([JPEG, new Uint8Array(4_000_000), JPEG]) },
];

for (const { title, file } of LONG_FILES) {
  Deno.test(`indexFile() stops reading ${title} at the read after its signal aborts`, async () => {
    let last = 0;
    await indexFile(watchedFile(file, (count) => last = count));
    for (const abortAt of [0, 1, 2, Math.floor(last / 2), last - 1]) {
      const stop = new AbortController();
      const reason = new Error("nobody waits any more");
      if (abortAt === 0) stop.abort(reason);
      let reads = 0;
      const watched = watchedFile(file, (count) => {
        reads = count;
        if (count === abortAt) stop.abort(reason);
      });
      const error = await assertRejects(() => indexFile(watched, { signal: stop.signal }), Error);
      assertEquals([error === reason, reads], [true, abortAt]);
    }
  });
}

Deno.test("indexFile() indexes more frames than its tables begin with", async () => {
  const index = await indexFile(memoryFile(concat(Array(1000).fill(JPEG))));
  assertEquals([index.count, index.locate(999)], [1000, { offset: 9990, lengthBytes: 10 }]);
});

Deno.test("indexFile() indexes maxFrames, and says so where there is one more", async () => {
  for (const frame of [JPEG, labFrame]) {
    const index = (count: number) => indexFile(memoryFile(concat(Array(count).fill(frame))), { maxFrames: 300 });
    const [atLimit, above] = [await index(300), await index(301)];
    assertEquals([atLimit.count, atLimit.problem, above.count], [300, undefined, 300]);
    assertEquals(above.problem, "The file has more than 300 frames; the others are dropped");
  }
});

Deno.test("indexFile() takes a JPEG without EOI at the end of a file for a frame if all its data are there", async () => {
  const jpeg = await makeJpeg();
  const open = jpeg.subarray(0, -2);
  const index = await indexFile(memoryFile(concat([open, open])));
  assertEquals([index.count, index.problem], [2, undefined]);
  const cut = await indexFile(memoryFile(concat([open, open.subarray(0, -40)])));
  assertEquals(cut.problem, `Frame 2 at byte ${open.length} is dropped: it is truncated by the end of the file`);
});

Deno.test("indexFile() finds 39 of 40 frames where one is damaged, wherever that is", async () => {
  const frames = await Promise.all(Array.from({ length: 40 }, (_, seed) => makeJpeg({ seed })));
  for (const length of [3, 4, 25, 100, 400]) {
    const file = concat([...frames.slice(0, 10), frames[10].subarray(0, length), ...frames.slice(11)]);
    const { count, locate } = await indexFile(memoryFile(file));
    assertEquals(count, 39, `cut at ${length}`);
    const last = locate(38);
    assertEquals(file.subarray(last.offset, last.offset + last.lengthBytes), frames[39]);
  }
});

Deno.test("indexFile() leaves out the pictures that belong to a photo, and takes those that follow", async () => {
  // The list of pictures: the photo itself, and one at an offset from the list's own start.
  const list = (offset: number) => [
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0xb0, 2, 0, 7, 0, 0, 0, 32, 0, 0, 0, 26, 0, 0, 0, 0],
    ...[...Array(16).fill(0), ...Array(8).fill(0), 0, 0, 0, offset, 0, 0, 0, 0],
  ];
  const photo = (offset: number) => {
    const data = [0x4d, 0x50, 0x46, 0, ...list(offset)];
    return concat([JPEG.subarray(0, 2), Uint8Array.of(0xff, 0xe2, 0, data.length + 2, ...data), JPEG.subarray(2)]);
  };
  // The list begins 10 bytes into the photo; the other picture follows the photo.
  const whole = photo(photo(0).length - 10);
  for (const count of [1, 2]) {
    const index = await indexFile(memoryFile(concat([...Array(count).fill([whole, JPEG]).flat(), JPEG])));
    assertEquals([index.count, index.problem], [count + 1, undefined]);
  }
});

Deno.test("indexFile() drops frames of more than maxFrameBytes, and takes the others", async () => {
  const larger = concat([JPEG.subarray(0, 8), Uint8Array.of(3), JPEG.subarray(8)]);
  for (
    const frames of [[JPEG, larger, JPEG], [JPEG, larger, JPEG].flatMap((one) => [encodeLabHeader(one.length), one])]
  ) {
    const index = await indexFile(memoryFile(concat(frames)), { maxFrameBytes: JPEG.length });
    assertEquals([index.count, index.largestBytes], [2, JPEG.length]);
    assertMatch(index.problem ?? "", /^Frame 2 at byte \d+ is dropped: it has 11 bytes, at most 10 are read$/);
  }
});

Deno.test("indexFile() takes a last JPEG whose EOI is hidden by a marker in its scan", async () => {
  const hidden = concat([JPEG.subarray(0, 8), Uint8Array.of(0xff, 0xe5, 1, 0), JPEG.subarray(8)]);
  const index = await indexFile(memoryFile(concat([JPEG, hidden])));
  assertEquals([index.count, index.locate(1).lengthBytes, index.problem], [2, hidden.length, undefined]);
});

Deno.test(`indexFile() decodes a last JPEG of ${MAX_CHECKED_BYTES} bytes to find out whether it is whole, and no larger one`, async () => {
  const open = (await makeJpeg()).subarray(0, -2);
  for (const [lengthBytes, count] of [[MAX_CHECKED_BYTES, 2], [MAX_CHECKED_BYTES + 1, 1]]) {
    const file = concat([JPEG, open, new Uint8Array(lengthBytes - open.length)]);
    assertEquals((await indexFile(memoryFile(file))).count, count);
  }
});
