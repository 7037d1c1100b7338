import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { indexFile } from "../index_file.ts";
import { decodeLabHeader, encodeLabHeader, LAB_FRAME_MAX_BYTES } from "./lab_header.ts";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]);
const LARGER = new Uint8Array([...JPEG.subarray(0, 8), 3, 4, 5, 0xff, 0xd9]);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const HEADERS: readonly [text: string, length: number | undefined][] = [
  ["00010", 10],
  ["99999", 99_999],
  ["00000", 0],
  ["6014\n", undefined],
  [" 6014", undefined],
  ["+6014", undefined],
  ["0601", undefined],
  ["", undefined],
];

for (const [text, length] of HEADERS) {
  Deno.test(`decodeLabHeader() reads ${JSON.stringify(text)} as ${length}`, () => {
    assertEquals(decodeLabHeader(bytes(text)), length);
  });
}

Deno.test("encodeLabHeader() writes five digits, up to the largest they can say, and not one more", () => {
  assertEquals(encodeLabHeader(10), bytes("00010"));
  assertEquals(encodeLabHeader(LAB_FRAME_MAX_BYTES), bytes("99999"));
  for (const length of [LAB_FRAME_MAX_BYTES + 1, 0, -1, 1.5]) {
    assertThrows(() => encodeLabHeader(length), RangeError, `Cannot store a frame of ${length} bytes`);
  }
});

Deno.test("indexFile() finds every frame of a lab file by its length", async () => {
  const file = concat([bytes("00010"), JPEG, bytes("00013"), LARGER]);
  const index = await indexFile(memoryFile(file));
  assertEquals([index.count, index.largestBytes, index.problem, index.format], [2, 13, undefined, "lab"]);
  assertEquals([index.locate(0), index.locate(1)], [{ offset: 5, lengthBytes: 10 }, { offset: 20, lengthBytes: 13 }]);
  assertThrows(() => index.locate(2), RangeError, "there are 2");
});

Deno.test("indexFile() keeps the whole frames of a lab file cut at any byte, and says so", async () => {
  const file = concat([bytes("00010"), JPEG, bytes("00013"), LARGER]);
  for (let length = 16; length < file.length; length++) {
    const index = await indexFile(memoryFile(file.subarray(0, length)));
    assertEquals(index.count, 1, `cut at ${length}`);
    assertEquals(index.problem?.startsWith("Frame 2 at byte 15 "), true, index.problem);
  }
});

/** Files with something wrong that still have frames: which, and what the problem begins with. */
const MENDED: readonly {
  title: string;
  parts: readonly (string | Uint8Array)[];
  frames: Uint8Array[];
  problem: string;
}[] = [
  {
    title: "an empty frame",
    parts: ["00010", JPEG, "00000", "00013", LARGER],
    frames: [JPEG, LARGER],
    problem: "Frame 2 at byte 15 is dropped: it is empty",
  },
  {
    title: "a frame of zeros",
    parts: ["00010", JPEG, "00020", new Uint8Array(20), "00013", LARGER],
    frames: [JPEG, LARGER],
    problem: "Frame 2 at byte 15 is dropped: it is no JPEG: it has no FF D8",
  },
  {
    title: "a header that is not five digits",
    parts: ["00010", JPEG, "1x013", LARGER, "00010", JPEG],
    frames: [JPEG, LARGER, JPEG],
    problem: `Frame 1 at byte 0 announces 10 bytes, but "1x013" follows them, not the next length header; ` +
      "from there on, frames are found by their markers",
  },
  {
    title: "a length that is too small",
    parts: ["00008", JPEG, "00013", LARGER],
    frames: [JPEG, LARGER],
    problem: "Frame 1 at byte 0 announces 8 bytes, but ",
  },
  {
    title: "a length that is too large",
    parts: ["00010", JPEG, "00014", LARGER, "00010", JPEG],
    frames: [JPEG, LARGER, JPEG],
    problem: 'Frame 2 at byte 15 announces 14 bytes, but "0010',
  },
  {
    title: "lengths in bits",
    parts: ["00080", JPEG, "00104", LARGER],
    frames: [JPEG, LARGER],
    problem: "Frame 1 at byte 0 announces 80 bytes, but only 28 are left in the file",
  },
];

for (const { title, parts, frames, problem } of MENDED) {
  Deno.test(`indexFile() finds the good frames of a lab file with ${title}`, async () => {
    const file = concat(parts.map((part) => typeof part === "string" ? bytes(part) : part));
    const index = await indexFile(memoryFile(file));
    const found = Array.from({ length: index.count }, (_, number) => {
      const { offset, lengthBytes } = index.locate(number);
      return file.slice(offset, offset + lengthBytes);
    });
    assertEquals(found, frames);
    assertEquals(index.problem?.slice(0, problem.length), problem);
  });
}

Deno.test("indexFile() leaves out junk in front of the JPEG of a lab frame", async () => {
  const file = concat([bytes("00012"), bytes("\r\n"), JPEG, bytes("00010"), JPEG]);
  const index = await indexFile(memoryFile(file));
  assertEquals([index.locate(0), index.locate(1), index.problem], [
    { offset: 7, lengthBytes: 10 },
    { offset: 22, lengthBytes: 10 },
    undefined,
  ]);
});

Deno.test("indexFile() takes the frames of a lab file whole, with or without EOI", async () => {
  const open = JPEG.subarray(0, -2);
  const file = concat([bytes("00008"), open, bytes("00008"), open]);
  const index = await indexFile(memoryFile(file));
  assertEquals([index.count, index.locate(1), index.problem], [2, { offset: 18, lengthBytes: 8 }, undefined]);
});

Deno.test("indexFile() reads many small frames of a lab file at once, and only the headers of large ones", async () => {
  for (const [lengthBytes, expectedReads] of [[100, 6], [90_000, 21]]) {
    const one = concat([encodeLabHeader(lengthBytes), JPEG, new Uint8Array(lengthBytes - JPEG.length)]);
    const file = memoryFile(concat(Array(lengthBytes === 100 ? 2000 : 20).fill(one)));
    let [reads, readBytes] = [0, 0];
    const index = await indexFile({
      lengthBytes: file.lengthBytes,
      read(offset, count) {
        reads++;
        readBytes += count;
        return file.read(offset, count);
      },
    });
    assertEquals([index.count, reads <= expectedReads], [file.lengthBytes / one.length, true], `${reads} reads`);
    if (lengthBytes > 100) assertEquals(readBytes < 200_000, true, `${readBytes} bytes`);
  }
});

const REJECTED: readonly { title: string; file: Uint8Array; message: string }[] = [
  {
    title: "a frame that is no JPEG",
    file: bytes("00004abcd"),
    message: "Frame 1 at byte 0 is dropped: it is no JPEG: it has no FF D8",
  },
  {
    title: "empty frames",
    file: bytes("0000000000"),
    message: "2 frames are dropped: frame 1 at byte 0 (it is empty)",
  },
];

for (const { title, file, message } of REJECTED) {
  Deno.test(`indexFile() rejects a lab file with ${title}`, async () => {
    await assertRejects(() => indexFile(memoryFile(file)), SyntaxError, message);
  });
}
