/**
 * Movies of which one frame is damaged: what ffmpeg reads of them, we find, and can send.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { encodeLabHeader } from "../../mjpeg/containers/streams/lab_header.ts";
import { readHeaderSegments } from "../../mjpeg/jpeg/segments.ts";
import { memoryFile } from "../support/memory_file.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

const FRAMES = 12;
/** First, in the middle and last. */
const PLACES = [0, 5, FRAMES - 1];

function segmentEnds(jpeg: Uint8Array): number[] {
  return [...readHeaderSegments(jpeg)].map(({ end }) => end);
}

/** The same JPEG with other bytes in place of those that are `distance` behind the start of its scan. */
function inScan(jpeg: Uint8Array, distance: number, bytes: readonly number[]): Uint8Array {
  const copy = jpeg.slice();
  copy.set(bytes, segmentEnds(jpeg).at(-1)! + distance);
  return copy;
}

function insert(jpeg: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  return concat([jpeg.subarray(0, at), Uint8Array.from(bytes), jpeg.subarray(at)]);
}

/** What may happen to a frame. A cut is left out at the end: files end in whole frames. */
const DAMAGES: readonly { name: string; damage: (jpeg: Uint8Array) => Uint8Array; isCut?: boolean }[] = [
  { name: "a reserved marker in its scan", damage: (jpeg) => inScan(jpeg, 60, [0xff, 0x3c, 0xf0, 0xf0]) },
  { name: "FF and a segment's code in its scan", damage: (jpeg) => inScan(jpeg, 60, [0xff, 0xe5, 0x40, 0]) },
  { name: "a restart marker in its scan", damage: (jpeg) => inScan(jpeg, 60, [0xff, 0xd3]) },
  { name: "no EOI", damage: (jpeg) => jpeg.subarray(0, -2) },
  { name: "an end in its scan", damage: (jpeg) => jpeg.subarray(0, segmentEnds(jpeg).at(-1)! + 90), isCut: true },
  { name: "an end in its header", damage: (jpeg) => jpeg.subarray(0, 50), isCut: true },
  { name: "an end in its tables", damage: (jpeg) => jpeg.subarray(0, 200), isCut: true },
  { name: "FF 00 between its segments", damage: (jpeg) => insert(jpeg, segmentEnds(jpeg)[1], [0xff, 0]) },
  { name: "junk between its segments", damage: (jpeg) => insert(jpeg, segmentEnds(jpeg)[1], [1, 2, 3]) },
  { name: "no bytes", damage: () => new Uint8Array(0) },
  { name: "zeros alone", damage: ({ length }) => new Uint8Array(length) },
  { name: "SOI and EOI alone", damage: () => Uint8Array.of(0xff, 0xd8, 0xff, 0xd9) },
];

/** Different frames of noise, with Huffman tables as ffmpeg makes them. */
async function makeFrames(folder: string, huffman: string): Promise<Uint8Array[]> {
  const path = join(folder, `${huffman}.mjpeg`);
  await run("ffmpeg", [
    ...["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=96x64,noise=alls=20:allf=t"],
    ...["-frames:v", String(FRAMES), "-pix_fmt", "yuvj420p", "-huffman", huffman, "-q:v", "5", "-f", "mjpeg", path],
  ]);
  return await framesOf(await Deno.readFile(path));
}

async function framesOf(bytes: Uint8Array): Promise<Uint8Array[]> {
  const index = await indexFile(memoryFile(bytes));
  return Array.from({ length: index.count }, (_, number) => {
    const { offset, lengthBytes } = index.locate(number);
    return bytes.subarray(offset, offset + lengthBytes);
  });
}

/** How many frames RTP/JPEG can carry. */
function sendable(frames: readonly Uint8Array[]): number {
  for (const frame of frames) conditionJpeg(frame);
  return frames.length;
}

for (const huffman of ["default", "optimal"]) {
  peerTest(
    `indexFile() finds what ffmpeg reads of movies with ${huffman} tables and a damaged frame`,
    ["ffmpeg"],
    async () => {
      await using directory = await temporaryDirectory();
      const frames = await makeFrames(directory.path, huffman);
      assertEquals(frames.length, FRAMES);
      const path = join(directory.path, "damaged.mjpeg");
      for (const { name, damage, isCut = false } of DAMAGES) {
        for (const place of isCut ? PLACES.slice(0, -1) : PLACES) {
          const bytes = concat(frames.with(place, damage(frames[place])));
          await Deno.writeFile(path, bytes);
          const expected = (await pixelsByFfmpeg(["-f", "mjpeg", "-i", path, "-fps_mode", "passthrough"])).length;
          const found = sendable(await framesOf(bytes));
          assert(
            found >= expected && found >= FRAMES - 1,
            `${name} in frame ${place + 1}: ${found}, ffmpeg ${expected}`,
          );
        }
      }
    },
  );
}

peerTest("indexFile() finds the good frames of a damaged lab movie", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const frames = await makeFrames(directory.path, "default");
  for (const { name, damage } of DAMAGES) {
    for (const place of PLACES) {
      const parts = frames.with(place, damage(frames[place])).flatMap((one) =>
        one.length === 0 ? [new TextEncoder().encode("00000")] : [encodeLabHeader(one.length), one]
      );
      const found = await framesOf(concat(parts));
      const good = frames.toSpliced(place, 1);
      assertEquals(
        good.filter((frame) => !found.some((one) => one.length === frame.length && one.at(90) === frame[90])),
        [],
        name,
      );
    }
  }
});
