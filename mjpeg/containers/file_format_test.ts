import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { memoryFile } from "../../tests/support/memory_file.ts";
import { indexFile } from "./file_format.ts";
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
    title: "concatenated JPEGs that break off",
    file: concat([JPEG, JPEG.subarray(0, 7)]),
    format: "concatenated",
    count: 1,
    problem: "The JPEG at byte 10 breaks off at the end of the file",
  },
  {
    title: "a malformed JPEG between whole ones",
    file: concat([JPEG, JPEG.subarray(0, 7), JPEG]),
    format: "concatenated",
    count: 2,
    problem: "1 malformed JPEGs between the whole ones are left out",
  },
  {
    title: "junk of more than one reading between two images",
    file: concat([JPEG, new Uint8Array(600_000), JPEG]),
    format: "concatenated",
    count: 2,
  },
];

for (const { title, file, format, count, problem } of FILES) {
  Deno.test(`indexFile() recognises ${title}`, async () => {
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
    message: "The JPEG at byte 0 breaks off at the end of the file",
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

Deno.test("indexFile() gives up when it is aborted", async () => {
  const abort = new AbortController();
  abort.abort();
  for (const file of [JPEG, concat([encodeLabHeader(10), JPEG])]) {
    await assertRejects(() => indexFile(memoryFile(file), { signal: abort.signal }), DOMException);
  }
});

Deno.test("indexFile() indexes more frames than its tables begin with", async () => {
  const index = await indexFile(memoryFile(concat(Array(1000).fill(JPEG))));
  assertEquals([index.count, index.locate(999)], [1000, { offset: 9990, lengthBytes: 10 }]);
});

Deno.test("indexFile() indexes maxFrames, and says so where there is one more", async () => {
  const labFrame = concat([encodeLabHeader(10), JPEG]);
  for (const frame of [JPEG, labFrame]) {
    const index = (count: number) => indexFile(memoryFile(concat(Array(count).fill(frame))), { maxFrames: 300 });
    const [atLimit, above] = [await index(300), await index(301)];
    assertEquals([atLimit.count, atLimit.problem, above.count], [300, undefined, 300]);
    assertEquals(above.problem, "The file has more than 300 frames: those behind are left out");
  }
});
