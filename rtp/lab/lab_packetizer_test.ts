import { assertEquals, assertThrows } from "@std/assert";
import { LAB_PAYLOAD_MAX_BYTES, packetizeLabFrame } from "./lab_packetizer.ts";

Deno.test("packetizeLabFrame() sends a frame whole, without marker", () => {
  const frame = new Uint8Array(50);
  assertEquals(packetizeLabFrame(frame), [{ payload: frame, marker: false }]);
});

Deno.test("packetizeLabFrame() cuts a frame that no datagram can hold, and no other", () => {
  assertEquals(packetizeLabFrame(new Uint8Array(LAB_PAYLOAD_MAX_BYTES)).length, 1);
  const fragments = packetizeLabFrame(new Uint8Array(LAB_PAYLOAD_MAX_BYTES + 1));
  assertEquals(fragments.map(({ marker }) => marker), [...Array(fragments.length - 1).fill(false), true]);
  assertEquals(fragments[0].payload.length, 1408);
});

Deno.test("packetizeLabFrame() rejects fragments that fit no datagram", () => {
  for (const fragmentBytes of [1, -1, 2.5, LAB_PAYLOAD_MAX_BYTES + 1]) {
    assertThrows(() => packetizeLabFrame(new Uint8Array(9), { fragmentBytes }), RangeError, "2 to 65495");
  }
});
