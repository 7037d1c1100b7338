import { assertEquals, assertThrows } from "@std/assert";
import {
  decodeInterleavedHeader,
  encodeInterleaved,
  encodeInterleavedHeader,
  INTERLEAVED_MAX_PACKET_BYTES,
} from "./interleaved.ts";

Deno.test("encodeInterleaved() writes what decodeInterleavedHeader() reads", () => {
  // "$", channel 3, length 0x0102
  const bytes = encodeInterleaved(3, new Uint8Array(0x0102).fill(7));
  assertEquals([...bytes.subarray(0, 5)], [0x24, 3, 0x01, 0x02, 7]);
  assertEquals(decodeInterleavedHeader(bytes), { channel: 3, lengthBytes: 0x0102 });
});

Deno.test("decodeInterleavedHeader() waits for all four bytes", () => {
  for (let length = 0; length < 4; length++) {
    assertEquals(decodeInterleavedHeader(Uint8Array.of(0x24, 0, 0, 1).subarray(0, length)), undefined);
  }
});

Deno.test("encodeInterleavedHeader() takes packets of 65535 bytes and no more", () => {
  const target = new Uint8Array(6);
  encodeInterleavedHeader(target, 2, { channel: 255, lengthBytes: INTERLEAVED_MAX_PACKET_BYTES });
  assertEquals([...target], [0, 0, 0x24, 255, 0xff, 0xff]);
  assertThrows(
    () => encodeInterleavedHeader(target, 0, { channel: 0, lengthBytes: INTERLEAVED_MAX_PACKET_BYTES + 1 }),
    RangeError,
    "Cannot interleave a packet of 65536 bytes",
  );
});
