import { assertEquals, assertThrows } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { encodeAddress, encodeTcpPacket, encodeUdpPacket, FLAG } from "./ip_packet.ts";

/** Words of a checked part, with its checksum in it, add up to all ones (RFC 1071, 1). */
function sum(...parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) part.forEach((byte, index) => total += index % 2 === 0 ? byte * 256 : byte);
  while (total > 0xffff) total = total % 0x10000 + Math.floor(total / 0x10000);
  return total;
}

const ROUTES = [
  ["192.0.2.1", "198.51.100.2", 20, 12],
  ["::ffff:192.0.2.1", "::ffff:198.51.100.2", 20, 12],
  ["2001:db8::1", "fe80::2%eth0", 40, 8],
] as const;

for (const [source, destination, headerBytes, addressAt] of ROUTES) {
  Deno.test(`packets from ${source} to ${destination} have right checksums`, () => {
    const route = { from: { hostname: source, port: 554 }, to: { hostname: destination, port: 5000 } };
    const header = { sequence: 1, acknowledgment: 2 ** 32 - 1, flags: FLAG.syn | FLAG.ack };
    for (const payload of [new Uint8Array(), Uint8Array.of(1, 2, 255), new Uint8Array(4000).fill(255)]) {
      const packets = [[17, encodeUdpPacket(route, payload)], [6, encodeTcpPacket(route, header, payload)]] as const;
      for (const [protocol, packet] of packets) {
        const content = packet.subarray(headerBytes);
        if (headerBytes === 20) assertEquals(sum(packet.subarray(0, 20)), 0xffff);
        const pseudo = Uint8Array.of(0, protocol, content.length >> 8, content.length & 0xff);
        assertEquals(sum(packet.subarray(addressAt, headerBytes), pseudo, content), 0xffff);
        assertEquals(content.subarray(content.length - payload.length), payload);
      }
    }
  });
}

Deno.test("encodeUdpPacket() writes ports and lengths", () => {
  const route = { from: { hostname: "127.0.0.1", port: 1 }, to: { hostname: "127.0.0.2", port: 258 } };
  const packet = encodeUdpPacket(route, Uint8Array.of(7));
  assertEquals(encodeHex(packet.subarray(0, 10)), "4500001d000040004011");
  assertEquals(encodeHex(packet.subarray(12, 26)), "7f0000017f000002" + "0001" + "0102" + "0009");
});

Deno.test("encodeAddress() refuses what is no address", () => {
  for (const name of ["camera", "1.2.3", "1.2.3.256", "1:2", "1:2:3:4:5:6:7:8:9", "g::1"]) {
    assertThrows(() => encodeAddress(name), RangeError, "is no address");
  }
});
