import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  decodeInterleavedHeader,
  encodeInterleaved,
  encodeInterleavedHeader,
  INTERLEAVED_MAX_PACKET_BYTES,
  InterleavedDecoder,
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

Deno.test("InterleavedDecoder gives a packet cut at every byte, without a copy where it came in one piece", () => {
  const packet = Uint8Array.of(1, 2, 3, 0x24, 5);
  const bytes = encodeInterleaved(9, packet);
  const whole = new InterleavedDecoder().push(Uint8Array.of(...bytes, 0x24, 0));
  assertEquals([whole.usedBytes, whole.packet], [bytes.length, { channel: 9, data: packet }]);
  assertStrictEquals(new InterleavedDecoder().push(bytes).packet?.data.buffer, bytes.buffer);
  for (let cut = 1; cut < bytes.length; cut++) {
    const decoder = new InterleavedDecoder();
    assertEquals(decoder.push(bytes.subarray(0, cut)), { usedBytes: cut, packet: undefined });
    assertEquals(decoder.isPending, true);
    let at = cut;
    let found;
    while (found === undefined) {
      const { usedBytes, packet } = decoder.push(bytes.subarray(at));
      at += usedBytes;
      found = packet;
    }
    assertEquals([found, at, decoder.isPending], [{ channel: 9, data: packet }, bytes.length, false]);
  }
});

Deno.test("InterleavedDecoder gives empty packets, byte by byte as well", () => {
  const decoder = new InterleavedDecoder();
  const bytes = encodeInterleaved(1, new Uint8Array());
  const outputs = [...bytes].map((byte) => decoder.push(Uint8Array.of(byte)).packet);
  assertEquals(outputs, [undefined, undefined, undefined, { channel: 1, data: new Uint8Array() }]);
});
