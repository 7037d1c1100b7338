import { assert, assertEquals, assertThrows } from "@std/assert";
import { CHROMA, conditionedJpeg, LUMA } from "../../tests/support/jpeg_packets.ts";
import { packetizeJpeg } from "./jpeg_packetizer.ts";
import { decodeJpegPayload } from "./jpeg_payload.ts";

Deno.test("packetizeJpeg() writes the headers of RFC 2435, 3.1", () => {
  const [first, second] = packetizeJpeg(conditionedJpeg(1500), { maxPayloadBytes: 1000 });
  assertEquals([...first.subarray(0, 12)], [
    ...[0, 0, 0, 0], // type-specific; fragment offset 0
    ...[1, 255, 8, 6], // type 1, Q 255, 64 and 48 pixels in eights
    ...[0, 0, 0, 128], // MBZ, precision of 8 bits, two tables
  ]);
  assertEquals([first.subarray(12, 76), first.subarray(76, 140)], [LUMA, CHROMA]);
  assertEquals(first.length, 1000);
  assertEquals([...second.subarray(0, 8)], [0, 0, 0x03, 0x5c, 1, 255, 8, 6]); // offset 860
  assertEquals(second.length, 8 + 1500 - 860);
});

Deno.test("packetizeJpeg() writes the restart header in every packet", () => {
  const payloads = packetizeJpeg(conditionedJpeg(900, { sampling: "4:2:2", restartInterval: 0x0102 }), {
    maxPayloadBytes: 500,
  });
  assertEquals(payloads.map((payload) => [payload[4], ...payload.subarray(8, 12)]), [
    ...[[64, 1, 2, 255, 255], [64, 1, 2, 255, 255], [64, 1, 2, 255, 255]],
  ]);
});

Deno.test("packetizeJpeg() rounds sizes up to eights, and says 0 above 2040", () => {
  const sizes: [number, number, number, number][] = [[63, 41, 8, 6], [2040, 2033, 255, 255], [2041, 8, 0, 0]];
  for (const [width, height, eightsAcross, eightsDown] of sizes) {
    const [payload] = packetizeJpeg(conditionedJpeg(10, { width, height }), { maxPayloadBytes: 1000 });
    assertEquals([payload[6], payload[7]], [eightsAcross, eightsDown], `${width}x${height}`);
  }
});

Deno.test("packetizeJpeg() takes a frame of 2^24 - 1 bytes, and not one more", () => {
  const scan = new Uint8Array(2 ** 24);
  const options = { maxPayloadBytes: 60_000 };
  const last = packetizeJpeg(conditionedJpeg(0, { scan: scan.subarray(1) }), options).at(-1)!;
  assert(decodeJpegPayload(last).offset + decodeJpegPayload(last).data.length === 2 ** 24 - 1);
  assertThrows(() => packetizeJpeg(conditionedJpeg(0, { scan }), options), RangeError, "RTP/JPEG counts to 16777215");
});

Deno.test("packetizeJpeg() refuses payloads that the headers would fill", () => {
  packetizeJpeg(conditionedJpeg(10), { maxPayloadBytes: 141 });
  assertThrows(() => packetizeJpeg(conditionedJpeg(10), { maxPayloadBytes: 140 }), RangeError, "the headers take more");
});

Deno.test("packetizeJpeg() leaves the headroom in front of each payload free, in one buffer", () => {
  const image = conditionedJpeg(1500);
  const plain = packetizeJpeg(image, { maxPayloadBytes: 600 });
  const roomy = packetizeJpeg(image, { maxPayloadBytes: 600, headroomBytes: 16 });
  assertEquals(roomy, plain);
  let end = 0;
  for (const { buffer, byteOffset, length } of roomy) {
    assertEquals([buffer, byteOffset], [roomy[0].buffer, end + 16]);
    assertEquals([...new Uint8Array(buffer, end, 16)], Array(16).fill(0));
    end = byteOffset + length;
  }
  assertEquals(end, roomy[0].buffer.byteLength);
});
