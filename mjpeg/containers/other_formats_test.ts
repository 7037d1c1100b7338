import { assertEquals, assertRejects } from "@std/assert";
import { memoryFile } from "../../tests/support/memory_file.ts";
import { indexFile } from "./index_file.ts";
import { OtherCodecError } from "./video_codec.ts";

/** A JPEG that would be found if the file were searched. */
const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]);

function fileOf(head: string, { packetBytes = 0, offset = 0 } = {}): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2000);
  bytes.set(JPEG, 1980);
  const at = packetBytes === 0 ? [0] : [0, 1, 2, 3, 4].map((packet) => offset + packet * packetBytes);
  for (const start of at) bytes.set([...head].map((character) => character.charCodeAt(0)), start);
  return bytes;
}

const FILES: readonly (readonly [name: string, file: Uint8Array])[] = [
  ["a GIF", fileOf("GIF89a")],
  ["WebP", fileOf("RIFF\x10\x00\x00\x00WEBPVP8X")],
  ["MPEG-TS", fileOf("\x47", { packetBytes: 188 })],
  ["MPEG-TS", fileOf("\x47", { packetBytes: 192, offset: 4 })],
  ["MPEG-PS", fileOf("\x00\x00\x01\xba")],
  ["MPEG video", fileOf("\x00\x00\x01\xb3")],
  ["H.264 or H.265 without a container", fileOf("\x00\x00\x00\x01\x67")],
  ["FLV", fileOf("FLV\x01")],
  ["Ogg", fileOf("OggS")],
  ["ASF (WMV)", fileOf("\x30\x26\xb2\x75\x8e\x66\xcf\x11")],
  ["IVF", fileOf("DKIF")],
  ["YUV4MPEG2", fileOf("YUV4MPEG2 W16")],
];

for (const [name, file] of FILES) {
  Deno.test(`indexFile() refuses ${name} by name (${file.subarray(0, 6)})`, async () => {
    await assertRejects(() => indexFile(memoryFile(file)), OtherCodecError, `The file is ${name}, of which`);
  });
}

Deno.test("indexFile() searches files that only begin like MPEG-TS, or are too short for it", async () => {
  const four = fileOf("\x47", { packetBytes: 188 });
  four[4 * 188] = 0;
  for (const file of [four, fileOf("\x47"), new Uint8Array([0x47, ...JPEG])]) {
    assertEquals((await indexFile(memoryFile(file))).count, 1);
  }
});
