import { assertEquals } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { encodeCaptureStart, encodePacketBlock } from "./pcapng.ts";

Deno.test("encodeCaptureStart() writes a section header and an interface of raw IP in microseconds", () => {
  assertEquals(
    encodeHex(encodeCaptureStart("abc")),
    // Section header: type, length, byte order, version 1.0, no length; application "abc", end of options; length.
    "0a0d0d0a" + "28000000" + "4d3c2b1a" + "01000000" + "ffffffffffffffff" + "04000300" + "61626300" + "00000000" +
      "28000000" +
      // Interface: type, length, LINKTYPE_RAW, no limit; resolution 10^-6, end of options; length.
      "01000000" + "20000000" + "65000000" + "00000000" + "09000100" + "06000000" + "00000000" + "20000000",
  );
});

Deno.test("encodePacketBlock() pads a packet, and splits its time", () => {
  assertEquals(
    encodeHex(encodePacketBlock(Uint8Array.of(1, 2, 3, 4, 5), 2 ** 32 * 3 + 7)),
    // Type, length, interface, time, both lengths, data with padding, length.
    "06000000" + "28000000" + "00000000" + "03000000" + "07000000" + "05000000" + "05000000" + "0102030405000000" +
      "28000000",
  );
});
