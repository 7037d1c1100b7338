/**
 * Any bytes as a file: an index whose frames are within it and begin as JPEGs, or a SyntaxError that says what is wrong.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { decodeLabHeader, encodeLabHeader } from "../../mjpeg/containers/streams/lab_header.ts";
import { WRITTEN_CONCATENATED, WRITTEN_LAB } from "../../mjpeg/containers/written_format.ts";
import { aviFile } from "../support/avi_files.ts";
import { matroskaFile } from "../support/matroska_files.ts";
import { memoryFile } from "../support/memory_file.ts";
import { fragmentedMp4File, mp4File } from "../support/mp4_files.ts";
import { fuzz, fuzzAsync, mutated } from "./fuzz.ts";

const image = fc.uint8Array({ maxLength: 40, max: 0xfe }).map((entropy) =>
  Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, ...entropy, 0xff, 0xd9)
);
const labFile = fc.array(image, { minLength: 1, maxLength: 6 }).map((images) =>
  concat(images.flatMap((one) => [encodeLabHeader(one.length), one]))
);
const junk = fc.uint8Array({ maxLength: 10, max: 0xfe });
const concatenatedFile = fc.array(fc.tuple(junk, image), { minLength: 1, maxLength: 6 }).map((parts) =>
  concat(parts.flat())
);
/** A saved multipart stream; `excesses` are by how much a Content-Length may be wrong, none is left out. */
const multipartFile = (...excesses: readonly (number | undefined)[]) => {
  const part = fc.tuple(image, fc.constantFrom(...excesses), fc.nat(3)).map(([jpeg, excess, seconds]) => {
    const length = excess === undefined ? [] : [`Content-Length: ${jpeg.length + excess}`];
    const lines = ["--frame", "Content-Type: image/jpeg", ...length, `X-Timestamp: ${seconds}.5`, "", ""];
    return concat([new TextEncoder().encode(lines.join("\r\n")), jpeg, Uint8Array.of(13, 10)]);
  });
  return fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => concat(parts));
};
const anyFile = fc.oneof(
  ...[mutated(labFile), mutated(concatenatedFile), multipartFile(0, 0, 9, -2), mutated(multipartFile(0, undefined))],
  fc.uint8Array({ maxLength: 60 }),
);

fuzzAsync("indexFile() finds frames within any file, or says what is wrong", anyFile, async (bytes) => {
  const index = await indexFile(memoryFile(bytes)).catch((error) => {
    assert(error instanceof SyntaxError && error.message !== "", String(error));
  });
  if (index === undefined) return;
  assert(index.count >= 1);
  let [end, largest] = [0, 0];
  for (let number = 0; number < index.count; number++) {
    const { offset, lengthBytes } = index.locate(number);
    assert(offset >= end && offset + lengthBytes <= bytes.length, `frame ${number}`);
    assertEquals([...bytes.subarray(offset, offset + 2)], [0xff, 0xd8]);
    end = offset + lengthBytes;
    largest = Math.max(largest, lengthBytes);
  }
  assertEquals(index.largestBytes, largest);
});

for (const { word, findEnd, createWriter } of [WRITTEN_LAB, WRITTEN_CONCATENATED]) {
  fuzzAsync(
    `a file of the format ${word} that is gone on with has the new frame, whatever it has in front`,
    fc.tuple(anyFile, image),
    async ([bytes, added]) => {
      const from = await findEnd!(memoryFile(bytes)).catch((error) => {
        assert(error instanceof SyntaxError && error.message !== "", String(error));
      });
      if (from === undefined) return;
      assert(from >= 0 && from <= bytes.length, `${from} of ${bytes.length} bytes`);
      const [patch] = createWriter({ from }).add({ data: added, timestampUs: 0 });
      assertEquals(patch.offset, from);
      const longer = concat([bytes.subarray(0, from), patch.bytes]);
      const index = await indexFile(memoryFile(longer));
      const { offset, lengthBytes } = index.locate(index.count - 1);
      assertEquals(longer.slice(offset, offset + lengthBytes), added);
    },
  );
}

const aviImage = fc.oneof({ weight: 4, arbitrary: image }, { weight: 1, arbitrary: fc.constant(new Uint8Array(0)) });
const wholeAvi = fc.record({
  frames: fc.array(aviImage, { minLength: 1, maxLength: 6 }),
  index: fc.constantFrom("none" as const, "avi" as const, "absolute" as const, "opendml" as const),
  hasSound: fc.boolean(),
  hasRecords: fc.boolean(),
  isUnfinished: fc.boolean(),
  framesARiff: fc.integer({ min: 1, max: 9 }),
  lie: fc.constantFrom(0, 0, 0, 2, 8),
}).map((options) => ({
  options,
  bytes: aviFile({ ...options, index: options.isUnfinished ? "none" : options.index }),
}));

fuzzAsync("indexFile() finds every frame of an AVI file, whatever it has for an index", wholeAvi, async (avi) => {
  const { frames } = avi.options;
  const index = await indexFile(memoryFile(avi.bytes)).catch((error) => {
    assert(error instanceof SyntaxError && frames.every(({ length }) => length === 0), String(error));
  });
  if (index === undefined) return;
  const found = Array.from({ length: index.count }, (_, number) => {
    const { offset, lengthBytes } = index.locate(number);
    return avi.bytes.slice(offset, offset + lengthBytes);
  });
  assertEquals([found, index.problem], [frames.filter(({ length }) => length > 0), undefined]);
});

fuzzAsync(
  "indexFile() finds frames within any AVI file, or says what is wrong, and reads it no more than a few times",
  mutated(wholeAvi.map(({ bytes }) => bytes)),
  async (bytes) => {
    const file = memoryFile(bytes);
    let readBytes = 0;
    const index = await indexFile({
      lengthBytes: file.lengthBytes,
      read(offset, lengthBytes) {
        readBytes += lengthBytes;
        return file.read(offset, lengthBytes);
      },
    }).catch((error) => {
      assert(error instanceof SyntaxError && error.message !== "", String(error));
    });
    assert(readBytes <= 100 * bytes.length, `${readBytes} of ${bytes.length} bytes`);
    let end = 0;
    for (let number = 0; number < (index?.count ?? 0); number++) {
      const { offset, lengthBytes } = index!.locate(number);
      assert(offset >= end && offset + lengthBytes <= bytes.length, `frame ${number}`);
      end = offset + lengthBytes;
    }
  },
);

const wholeMp4 = fc.record({
  frames: fc.array(image, { minLength: 1, maxLength: 6 }),
  framesAChunk: fc.integer({ min: 1, max: 4 }),
  isLong: fc.boolean(),
  isHeadersFirst: fc.boolean(),
  edits: fc.constantFrom(undefined, [{ duration: 0, mediaTime: 0 }], [{ duration: 3, mediaTime: -1 }]),
}).map((options) => ({ frames: options.frames, bytes: mp4File(options) }));

const fragmentedMp4 = fc.record({
  fragments: fc.array(fc.array(image, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  base: fc.constantFrom("file" as const, "fragment" as const),
  durationsIn: fc.constantFrom("movie" as const, "fragment" as const, "frames" as const),
  hasTimes: fc.boolean(),
}).map((options) => ({ frames: options.fragments.flat(), bytes: fragmentedMp4File(options) }));

const wholeMatroska = fc.record({
  frames: fc.array(image, { minLength: 1, maxLength: 6 }),
  framesACluster: fc.integer({ min: 1, max: 4 }),
  hasGroups: fc.boolean(),
  isLive: fc.boolean(),
  hasSound: fc.boolean(),
}).map((options) => ({ frames: options.frames, bytes: matroskaFile(options) }));

const wholeContainer = fc.oneof(wholeMp4, fragmentedMp4, wholeMatroska);

fuzzAsync("indexFile() finds every frame of an MP4 or Matroska file", wholeContainer, async ({ frames, bytes }) => {
  const index = await indexFile(memoryFile(bytes));
  const found = Array.from({ length: index.count }, (_, number) => {
    const { offset, lengthBytes } = index.locate(number);
    return bytes.slice(offset, offset + lengthBytes);
  });
  assertEquals([found, index.problem], [frames, undefined]);
});

const editedMp4 = fc.record({
  frames: fc.array(image, { minLength: 1, maxLength: 6 }),
  durations: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 6 }),
  edits: fc.array(
    fc.record({
      duration: fc.integer({ min: 0, max: 40 }),
      mediaTime: fc.integer({ min: -1, max: 40 }),
      isStill: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
}).map((options) => mp4File(options));

const anyContainer = fc.oneof(mutated(wholeContainer.map(({ bytes }) => bytes)), editedMp4, mutated(editedMp4));

fuzzAsync(
  "indexFile() finds frames within any MP4 or Matroska file, at rising times, or says what is wrong, and reads it a few times",
  anyContainer,
  async (bytes) => {
    const file = memoryFile(bytes);
    let readBytes = 0;
    const index = await indexFile({
      lengthBytes: file.lengthBytes,
      read(offset, lengthBytes) {
        assert(offset >= 0 && lengthBytes >= 0 && offset + lengthBytes <= bytes.length, `${offset} ${lengthBytes}`);
        readBytes += lengthBytes;
        return file.read(offset, lengthBytes);
      },
    }).catch((error) => {
      assert(error instanceof SyntaxError && error.message !== "", String(error));
    });
    assert(readBytes <= 100 * bytes.length, `${readBytes} of ${bytes.length} bytes`);
    if (index === undefined) return;
    let lastUs = -1;
    for (let number = 0; number < index.count; number++) {
      const { offset, lengthBytes } = index.locate(number);
      assert(lengthBytes > 0 && offset + lengthBytes <= bytes.length, `frame ${number}`);
      const timeUs = index.times?.timesUs.at(number) ?? number;
      assert(timeUs > lastUs, `frame ${number} at ${timeUs} us`);
      lastUs = timeUs;
    }
    assert(index.times === undefined || index.times.durationUs > lastUs);
  },
);

fuzzAsync(
  "indexFile() finds every frame of whole files",
  fc.oneof(labFile, concatenatedFile, multipartFile(0, undefined)),
  async (bytes) => {
    const index = await indexFile(memoryFile(bytes));
    const frames = Array.from({ length: index.count }, (_, number) => {
      const { offset, lengthBytes } = index.locate(number);
      return bytes.subarray(offset, offset + lengthBytes);
    });
    // FF stands in markers only, so every SOI begins a frame.
    const starts = [...bytes.keys()].filter((at) => bytes[at] === 0xff && bytes[at + 1] === 0xd8);
    assertEquals([index.problem, frames.length], [undefined, starts.length]);
    assert(frames.every((frame) => frame.at(-1) === 0xd9));
  },
);

fuzz("decodeLabHeader() takes any bytes", fc.uint8Array({ maxLength: 20 }), (bytes) => {
  const length = decodeLabHeader(bytes);
  if (length !== undefined && length > 0) assertEquals(encodeLabHeader(length), bytes.slice(0, 5));
}, { runs: 1000 });
