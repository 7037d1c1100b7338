import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { memoryFile } from "../../tests/support/memory_file.ts";
import type { RandomAccess } from "./container.ts";
import { indexFile } from "./index_file.ts";
import { encodeLabHeader } from "./lab_format.ts";

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
    problem: "The last JPEG, at byte 10, is truncated by the end of the file",
  },
  {
    title: "a malformed JPEG between whole ones",
    file: concat([JPEG, JPEG.subarray(0, 7), JPEG]),
    format: "concatenated",
    count: 2,
    problem: "Malformed JPEGs between the whole ones are dropped: 1",
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
    message: "The last JPEG, at byte 0, is truncated by the end of the file",
  },
  {
    title: "a length header of letters before a JPEG",
    file: concat([new TextEncoder().encode("abcde"), JPEG]),
    message: 'the length header "abcde", not five digits',
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
// Both need many reads: a header a frame, or chunks of 256 KiB.
const LONG_FILES: readonly { title: string; file: Uint8Array }[] = [
  { title: "the lab's format", file: concat(Array(20).fill(labFrame)) },
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
