/**
 * Multipart streams in pieces of any size, and such gone wrong: every JPEG of a whole stream, and the same ones however the stream is
 * cut.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { MultipartSplitter } from "../../mjpeg/multipart/multipart_splitter.ts";
import { fuzz, mutated } from "./fuzz.ts";

const MAX_BYTES = 100;

const image = fc.uint8Array({ maxLength: 40, max: 0xfe }).map((entropy) =>
  Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, ...entropy, 0xff, 0xd9)
);
const part = fc.record({
  image,
  hasDelimiter: fc.boolean(),
  length: fc.constantFrom("none" as const, "true" as const, "true" as const),
  lineEnd: fc.constantFrom("\r\n", "\n"),
}).map(({ image, hasDelimiter, length, lineEnd }) => {
  const lines = [
    ...(hasDelimiter ? ["--frame"] : []),
    ...["Content-Type: image/jpeg", ...(length === "true" ? [`Content-Length: ${image.length}`] : [])],
  ];
  return { image, bytes: concat([new TextEncoder().encode([...lines, "", ""].join(lineEnd)), image]) };
});
const parts = fc.array(part, { maxLength: 8 });
const cuts = fc.array(fc.nat(50), { minLength: 1, maxLength: 8 });

/** The JPEGs of a stream that comes in pieces of these lengths, over and over. */
function split(bytes: Uint8Array, lengths: readonly number[]) {
  const splitter = new MultipartSplitter({ maxBytes: MAX_BYTES });
  const found = [];
  for (let at = 0, count = 0; at < bytes.length; count++) {
    const length = 1 + lengths[count % lengths.length];
    found.push(...splitter.push(bytes.slice(at, at + length)));
    at += length;
  }
  return found;
}

fuzz("MultipartSplitter finds every JPEG of a whole stream, in any pieces", fc.tuple(parts, cuts), ([parts, cuts]) => {
  const found = split(concat(parts.map(({ bytes }) => bytes)), cuts);
  assertEquals(found.map(({ data }) => data), parts.map(({ image }) => image));
});

const damaged = mutated(parts.map((parts) => concat(parts.map(({ bytes }) => bytes))));

fuzz("MultipartSplitter finds the same in any stream, in any pieces", fc.tuple(damaged, cuts), ([bytes, cuts]) => {
  const found = split(bytes, cuts);
  for (const { data } of found) {
    assert(data.length <= MAX_BYTES + 2);
    assertEquals([...data.subarray(0, 2)], [0xff, 0xd8]);
  }
  assertEquals(found, split(bytes, [0]));
});
