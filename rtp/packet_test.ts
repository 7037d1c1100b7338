import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeRtpPacket, encodeRtpHeader, encodeRtpPacket, type RtpPacket } from "./packet.ts";

/** Both directions: what these bytes say, and what is written for it. */
const GOLDEN: readonly { title: string; bytes: number[]; packet: RtpPacket }[] = [
  {
    title: "a packet of the lab's server",
    // V=2; M=0, PT=26; number 1; time 1700000000; SSRC 0; a JPEG's first bytes
    bytes: [0x80, 0x1a, 0, 1, 0x65, 0x53, 0xf1, 0x00, 0, 0, 0, 0, 0xff, 0xd8],
    packet: {
      marker: false,
      payloadType: 26,
      sequenceNumber: 1,
      timestamp: 1_700_000_000,
      ssrc: 0,
      payload: new Uint8Array([0xff, 0xd8]),
    },
  },
  {
    title: "the highest value of every field",
    bytes: [0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    packet: {
      marker: true,
      payloadType: 127,
      sequenceNumber: 65_535,
      timestamp: 0xffffffff,
      ssrc: 0xffffffff,
      payload: new Uint8Array(0),
    },
  },
  {
    title: "a header extension",
    // X=1; profile FFD8, one word
    bytes: [0x90, 0x1a, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xff, 0xd8, 0, 1, 9, 8, 7, 6, 0xff],
    packet: {
      marker: false,
      payloadType: 26,
      sequenceNumber: 1,
      timestamp: 2,
      ssrc: 3,
      payload: new Uint8Array([0xff]),
      extension: { profile: 0xffd8, data: new Uint8Array([9, 8, 7, 6]) },
    },
  },
];

for (const { title, bytes, packet } of GOLDEN) {
  Deno.test(`decodeRtpPacket() and encodeRtpPacket() agree on ${title}`, () => {
    assertEquals(decodeRtpPacket(new Uint8Array(bytes)), packet);
    assertEquals(encodeRtpPacket(packet), new Uint8Array(bytes));
  });
}

const PAYLOADS: readonly { title: string; bytes: number[]; payload: number[] }[] = [
  {
    title: "CSRCs", // CC=2
    bytes: [0x82, 0x1a, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0xff, 0xd8],
    payload: [0xff, 0xd8],
  },
  {
    title: "a header extension", // X=1, profile 0xABCD, one word
    bytes: [0x90, 0x1a, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd, 0, 1, 9, 9, 9, 9, 0xff, 0xd8],
    payload: [0xff, 0xd8],
  },
  {
    title: "an extension of no words",
    bytes: [0x90, 0x1a, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd, 0, 0, 0xff],
    payload: [0xff],
  },
  {
    title: "padding", // P=1, three bytes of it
    bytes: [0xa0, 0x1a, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xd8, 0, 0, 3],
    payload: [0xff, 0xd8],
  },
  {
    title: "CSRC, extension and padding at once",
    bytes: [0xb1, 0x1a, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 9, 9, 9, 9, 7, 1],
    payload: [7],
  },
];

for (const { title, bytes, payload } of PAYLOADS) {
  Deno.test(`decodeRtpPacket() finds the payload behind ${title}`, () => {
    assertEquals(decodeRtpPacket(new Uint8Array(bytes)).payload, new Uint8Array(payload));
  });
}

Deno.test("decodeRtpPacket() gives a view of the datagram", () => {
  const datagram = new Uint8Array(PAYLOADS[0].bytes);
  assertEquals(decodeRtpPacket(datagram).payload.buffer, datagram.buffer);
});

const REJECTED: readonly { title: string; bytes: number[]; message: string }[] = [
  { title: "a short header", bytes: Array(11).fill(0x80), message: "header needs 12 bytes, got 11" },
  { title: "nothing", bytes: [], message: "header needs 12 bytes, got 0" },
  { title: "version 1", bytes: [0x40, ...Array(11).fill(0)], message: "version is 1, expected 2" },
  {
    title: "CSRCs beyond the end",
    bytes: [0x8f, ...Array(71).fill(0)].slice(0, 71),
    message: "CSRCs and extension need 72 bytes, got 71",
  },
  {
    title: "an extension header beyond the end",
    bytes: [0x90, ...Array(14).fill(0)],
    message: "CSRCs and extension need 16 bytes, got 15",
  },
  {
    title: "an extension beyond the end",
    bytes: [0x90, ...Array(13).fill(0), 0xff, 0xff],
    message: "need 262156 bytes, got 16",
  },
  { title: "padding of 0", bytes: [0xa0, ...Array(12).fill(0)], message: "padding of 0 bytes, payload has 1" },
  { title: "padding beyond the payload", bytes: [0xa0, ...Array(11).fill(0), 0, 3], message: "padding of 3 bytes" },
];

for (const { title, bytes, message } of REJECTED) {
  Deno.test(`decodeRtpPacket() rejects ${title}`, () => {
    assertThrows(() => decodeRtpPacket(new Uint8Array(bytes)), SyntaxError, message);
  });
}

Deno.test("encodeRtpHeader() rejects a short target", () => {
  const header = { marker: false, payloadType: 26, sequenceNumber: 1, timestamp: 0, ssrc: 0 };
  assertThrows(() => encodeRtpHeader(new Uint8Array(11), header), RangeError, "needs 12 bytes, got 11");
});

Deno.test("encodeRtpHeader() takes the fields modulo their width", () => {
  const bytes = new Uint8Array(12);
  encodeRtpHeader(bytes, {
    marker: false,
    payloadType: 26,
    sequenceNumber: 65_536 + 5,
    timestamp: 2 ** 32 + 6,
    ssrc: 2 ** 32 + 7,
  });
  const { sequenceNumber, timestamp, ssrc } = decodeRtpPacket(bytes);
  assertEquals([sequenceNumber, timestamp, ssrc], [5, 6, 7]);
});

Deno.test("encodeRtpPacket() takes an extension of 65535 words, and nothing else that does not fit", () => {
  const packet = { marker: false, payloadType: 26, sequenceNumber: 1, timestamp: 0, ssrc: 0 };
  const encode = (bytes: number) =>
    encodeRtpPacket({ ...packet, payload: new Uint8Array(0), extension: { profile: 1, data: new Uint8Array(bytes) } });
  assertEquals(decodeRtpPacket(encode(4 * 65_535)).extension!.data.length, 4 * 65_535);
  for (const bytes of [4 * 65_536, 3]) assertThrows(() => encode(bytes), RangeError, `extension of ${bytes} bytes`);
});

Deno.test("decodeRtpPacket() gives back every packet that encodeRtpPacket() makes", () => {
  fc.assert(fc.property(
    fc.record({
      marker: fc.boolean(),
      payloadType: fc.nat(127),
      sequenceNumber: fc.nat(65_535),
      timestamp: fc.nat(0xffffffff),
      ssrc: fc.nat(0xffffffff),
      payload: fc.uint8Array({ maxLength: 64 }),
    }),
    (packet) => assertEquals(decodeRtpPacket(encodeRtpPacket(packet)), packet),
  ));
});

Deno.test("decodeRtpPacket() survives any bytes: a packet within them or a SyntaxError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 128 }), (datagram) => {
      try {
        const { payload } = decodeRtpPacket(datagram);
        assertEquals(payload.byteOffset + payload.length <= datagram.length, true);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
