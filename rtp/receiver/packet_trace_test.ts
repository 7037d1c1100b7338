import { assertEquals } from "@std/assert";
import { MAX_TRACED_PACKETS, TRACE_PATIENCE_MS } from "../limits.ts";
import { PacketTrace } from "./packet_trace.ts";

/** The first bytes of a packet. */
function packet(sequenceNumber: number, { marker = false, lengthBytes = 12 } = {}): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  bytes.set([0x80, 26 | (marker ? 0x80 : 0), sequenceNumber >> 8, sequenceNumber & 0xff]);
  return bytes;
}

Deno.test("PacketTrace gives each packet once to those who say where they are", () => {
  const trace = new PacketTrace(0);
  trace.note(packet(65_535), 1);
  trace.note(packet(0, { marker: true, lengthBytes: 1400 }), 2.5);
  assertEquals(trace.since(0, 3), {
    packets: [
      { sequenceNumber: 65_535, arrivalMs: 1, lengthBytes: 12, marker: false },
      { sequenceNumber: 0, arrivalMs: 2.5, lengthBytes: 1400, marker: true },
    ],
    next: 2,
  });
  assertEquals(trace.since(2, 3), { packets: [], next: 2 });
  assertEquals(trace.since(9, 3).packets.length, 2);
});

Deno.test("PacketTrace keeps MAX_TRACED_PACKETS, and no more", () => {
  const trace = new PacketTrace(0);
  for (let number = 0; number <= MAX_TRACED_PACKETS; number++) trace.note(packet(number), 0);
  const { packets, next } = trace.since(0, 0);
  assertEquals([packets.length, packets[0].sequenceNumber, next], [MAX_TRACED_PACKETS, 1, MAX_TRACED_PACKETS + 1]);
});

Deno.test("PacketTrace tells when nobody looks any more", () => {
  const trace = new PacketTrace(0);
  assertEquals(trace.note(packet(1), TRACE_PATIENCE_MS), true);
  assertEquals(trace.note(packet(2), TRACE_PATIENCE_MS + 1), false);
  trace.since(0, TRACE_PATIENCE_MS + 1);
  assertEquals(trace.note(packet(3), 2 * TRACE_PATIENCE_MS), true);
});
