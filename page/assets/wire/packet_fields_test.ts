import { assertEquals } from "@std/assert";
import { decodeHex } from "@std/encoding/hex";
import { packetRows } from "./packet_fields.js";

/** Rows as `bytes: name=value …`. */
function rowsOf(hex: string, isJpegPayload = true): string[] {
  const rows = packetRows(decodeHex(hex.replaceAll(" ", "")), { isJpegPayload });
  for (const { fields } of rows) assertEquals(fields.reduce((sum, { bits }) => sum + bits, 0), 32);
  return rows.map(({ bytes, fields }) => `${bytes}: ${fields.map(({ name, value }) => `${name}=${value}`).join(" ")}`);
}

const RTP = "80 9a 12 34 00 00 0e 10 de ad be ef";
const RTP_ROWS = [
  "80 9a 12 34: V=2 P=0 X=0 CC=0 M=1 PT=26 sequence number=4660",
  "00 00 0e 10: timestamp=3600",
  "de ad be ef: SSRC=0xdeadbeef",
];

Deno.test("packetRows() has the fields of RTP (RFC 3550, 5.1)", () => {
  assertEquals(rowsOf(`${RTP} ff d8 ff e0`, false), RTP_ROWS);
});

Deno.test("packetRows() has the main header of RTP/JPEG (RFC 2435, 3.1)", () => {
  assertEquals(rowsOf(`${RTP} 00 00 05 78 01 3c 50 2d ff ff ff ff`), [
    ...RTP_ROWS,
    "00 00 05 78: type-specific=0 fragment offset=1400",
    "01 3c 50 2d: type=1 Q=60 width=80 height=45",
  ]);
});

Deno.test("packetRows() has restart markers and quantization tables (RFC 2435, 3.1.7 and 3.1.8)", () => {
  assertEquals(rowsOf(`${RTP} 00 00 00 00 41 ff 50 2d 00 10 ff ff 00 00 00 80`).slice(-2), [
    "00 10 ff ff: restart interval=16 F=1 L=1 restart count=16383",
    "00 00 00 80: MBZ=0 precision=0 length=128",
  ]);
});

Deno.test("packetRows() has contributing sources and the header extension (RFC 3550, 5.3.1)", () => {
  assertEquals(
    rowsOf("92 1a 00 01 00 00 00 00 00 00 00 01 00 00 00 02 00 00 00 03 ab ac 00 01 01 02 03 04", false).slice(3),
    [
      "00 00 00 02: CSRC=0x00000002",
      "00 00 00 03: CSRC=0x00000003",
      "ab ac 00 01: profile=0xabac length=0x0001",
      "01 02 03 04: extension=0x01020304",
    ],
  );
});

Deno.test("packetRows() ends where the bytes end, whatever they promise", () => {
  assertEquals(rowsOf("9f 1a 00 01 00 00 00 00 00 00 00 01 00 00"), [
    "9f 1a 00 01: V=2 P=0 X=1 CC=15 M=0 PT=26 sequence number=1",
    "00 00 00 00: timestamp=0",
    "00 00 00 01: SSRC=0x00000001",
  ]);
  assertEquals(rowsOf("90 1a 00 01 00 00 00 00 00 00 00 01 00 00 ff ff 00 00 00 01").length, 5);
  assertEquals(rowsOf("80"), []);
});
