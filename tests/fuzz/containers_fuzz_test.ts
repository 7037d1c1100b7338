/**
 * Any bytes as a file: an index whose frames are within it and begin as JPEGs, or a SyntaxError that says what is wrong.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { decodeLabHeader, encodeLabHeader } from "../../mjpeg/containers/lab_format.ts";
import { memoryFile } from "../support/memory_file.ts";
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
const anyFile = fc.oneof(mutated(labFile), mutated(concatenatedFile), fc.uint8Array({ maxLength: 60 }));

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

fuzzAsync("indexFile() finds every frame of whole files", fc.oneof(labFile, concatenatedFile), async (bytes) => {
  const index = await indexFile(memoryFile(bytes));
  const frames = Array.from({ length: index.count }, (_, number) => {
    const { offset, lengthBytes } = index.locate(number);
    return bytes.subarray(offset, offset + lengthBytes);
  });
  // FF stands in markers only, so every SOI begins a frame.
  const starts = [...bytes.keys()].filter((at) => bytes[at] === 0xff && bytes[at + 1] === 0xd8);
  assertEquals([index.problem, frames.length], [undefined, starts.length]);
  assert(frames.every((frame) => frame.at(-1) === 0xd9));
});

fuzz("decodeLabHeader() takes any bytes", fc.uint8Array({ maxLength: 20 }), (bytes) => {
  const length = decodeLabHeader(bytes);
  if (length !== undefined && length > 0) assertEquals(encodeLabHeader(length), bytes.slice(0, 5));
}, { runs: 1000 });
