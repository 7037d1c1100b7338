import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { MAX_NACKED_PACKETS, MAX_RTCP_PACKETS } from "./limits.ts";
import { compactNtp, decodeRtcp, encodeRtcp, type RtcpPacket } from "./rtcp.ts";

const REPORT = {
  ssrc: 0x11223344,
  fractionLost: 64,
  cumulativeLost: -2,
  highestSequenceNumber: 0x00010005,
  jitter: 90,
  lastSenderReport: 0xaabbccdd,
  delaySinceLastSenderReport: 65_536,
};

const GOLDEN: readonly { title: string; packet: RtcpPacket; bytes: number[] }[] = [
  {
    title: "a sender report",
    packet: {
      kind: "sender-report",
      ssrc: 1,
      unixMs: 500,
      compactNtp: 0x7e808000,
      rtpTimestamp: 0x01020304,
      packetCount: 7,
      octetCount: 9000,
      reports: [],
    },
    bytes: [
      ...[0x80, 200, 0, 6], // V=2, no reports; SR; 6 words follow
      ...[0, 0, 0, 1],
      ...[0x83, 0xaa, 0x7e, 0x80], // 1970 since 1900
      ...[0x80, 0, 0, 0], // half a second
      ...[1, 2, 3, 4],
      ...[0, 0, 0, 7],
      ...[0, 0, 0x23, 0x28],
    ],
  },
  {
    title: "a receiver report",
    packet: { kind: "receiver-report", ssrc: 2, reports: [REPORT] },
    bytes: [
      ...[0x81, 201, 0, 7],
      ...[0, 0, 0, 2],
      ...[0x11, 0x22, 0x33, 0x44],
      ...[64, 0xff, 0xff, 0xfe],
      ...[0, 1, 0, 5],
      ...[0, 0, 0, 90],
      ...[0xaa, 0xbb, 0xcc, 0xdd],
      ...[0, 1, 0, 0],
    ],
  },
  {
    title: "a CNAME",
    packet: { kind: "cname", ssrc: 3, name: "abc" },
    bytes: [0x81, 202, 0, 3, 0, 0, 0, 3, 1, 3, 0x61, 0x62, 0x63, 0, 0, 0],
  },
  {
    title: "a CNAME that ends with its word",
    packet: { kind: "cname", ssrc: 3, name: "ab" },
    bytes: [0x81, 202, 0, 3, 0, 0, 0, 3, 1, 2, 0x61, 0x62, 0, 0, 0, 0],
  },
  { title: "a BYE", packet: { kind: "bye", ssrcs: [4, 5] }, bytes: [0x82, 203, 0, 2, 0, 0, 0, 4, 0, 0, 0, 5] },
  {
    title: "a NACK",
    packet: { kind: "nack", ssrc: 1, mediaSsrc: 2, sequenceNumbers: [100, 101, 116, 117, 0xffff, 0] },
    bytes: [
      ...[0x81, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2],
      ...[0, 100, 0x80, 0x01], // 101 and 116 are the first and the last of the 16 behind 100
      ...[0, 117, 0, 0],
      ...[0xff, 0xff, 0, 1], // over the wrap
    ],
  },
];

for (const { title, packet, bytes } of GOLDEN) {
  Deno.test(`encodeRtcp() and decodeRtcp() agree on ${title}`, () => {
    assertEquals([...encodeRtcp([packet])], bytes);
    assertEquals(decodeRtcp(Uint8Array.from(bytes)), [packet]);
  });
}

Deno.test("decodeRtcp() takes a compound packet apart and ignores types that it does not know", () => {
  const unknown = [0x80, 204, 0, 1, 0, 0, 0, 9];
  const bytes = Uint8Array.from([...GOLDEN[0].bytes, ...unknown, ...GOLDEN[2].bytes, ...GOLDEN[4].bytes]);
  assertEquals(decodeRtcp(bytes), [GOLDEN[0].packet, GOLDEN[2].packet, GOLDEN[4].packet]);
});

Deno.test("decodeRtcp() takes padding off", () => {
  assertEquals(decodeRtcp(Uint8Array.of(0xa1, 203, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4)), [{ kind: "bye", ssrcs: [4] }]);
});

Deno.test("decodeRtcp() rejects every strict prefix, other versions, and padding beyond the packet", () => {
  for (const { bytes } of GOLDEN) {
    for (let length = 1; length < bytes.length; length++) {
      assertThrows(() => decodeRtcp(Uint8Array.from(bytes.slice(0, length))), SyntaxError);
    }
  }
  assertThrows(() => decodeRtcp(Uint8Array.of(0x40, 203, 0, 0)), SyntaxError, "version is 1");
  assertThrows(() => decodeRtcp(Uint8Array.of(0xa1, 203, 0, 1, 0, 0, 0, 9)), SyntaxError, "padding of 9");
  assertThrows(() => decodeRtcp(Uint8Array.of(0x9f, 201, 0, 1, 0, 0, 0, 9)), SyntaxError, "type 201: needs");
});

Deno.test(`decodeRtcp() takes ${MAX_NACKED_PACKETS} numbers out of a NACK, and ignores other feedback`, () => {
  const sequenceNumbers = Array.from({ length: MAX_NACKED_PACKETS + 1 }, (_, index) => index);
  const [nack] = decodeRtcp(encodeRtcp([{ kind: "nack", ssrc: 1, mediaSsrc: 2, sequenceNumbers }]));
  assertEquals(nack.kind === "nack" && nack.sequenceNumbers, sequenceNumbers.slice(0, MAX_NACKED_PACKETS));
  assertEquals(decodeRtcp(Uint8Array.of(0x8f, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2)), []);
});

Deno.test("compactNtp() is the middle of the time that a sender report has", () => {
  // 0x83aa7e80 seconds and half of one
  assertEquals(compactNtp(500), 0x7e808000);
});

Deno.test("decodeRtcp() keeps the middle of a sender report's time to the bit, whatever the clock", () => {
  const bytes = Uint8Array.from(GOLDEN[0].bytes);
  const view = new DataView(bytes.buffer);
  for (let number = 1; number <= 1000; number++) {
    view.setUint32(8, 0xee000000 + number);
    view.setUint32(12, (number << 16) >>> 0);
    const [report] = decodeRtcp(bytes);
    assertEquals(report.kind === "sender-report" ? report.compactNtp : undefined, ((number << 16) | number) >>> 0);
  }
});

Deno.test("decodeRtcp() gives back what encodeRtcp() makes, times to a microsecond", () => {
  const word = fc.nat(0xffffffff);
  const report = fc.record({
    ssrc: word,
    fractionLost: fc.nat(255),
    cumulativeLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
    highestSequenceNumber: word,
    jitter: word,
    lastSenderReport: word,
    delaySinceLastSenderReport: word,
  });
  const packet = fc.oneof(
    fc.record({
      kind: fc.constant("sender-report" as const),
      ssrc: word,
      unixMs: fc.double({ min: 0, max: 4_000_000_000_000, noNaN: true }),
      rtpTimestamp: word,
      packetCount: word,
      octetCount: word,
      reports: fc.array(report, { maxLength: 31 }),
    }),
    fc.record({
      kind: fc.constant("receiver-report" as const),
      ssrc: word,
      reports: fc.array(report, { maxLength: 31 }),
    }),
    fc.record({ kind: fc.constant("cname" as const), ssrc: word, name: fc.string({ maxLength: 60 }) }),
    fc.record({ kind: fc.constant("bye" as const), ssrcs: fc.array(word, { minLength: 1, maxLength: 31 }) }),
  );
  fc.assert(fc.property(fc.array(packet, { maxLength: 5 }), (packets) => {
    const decoded = decodeRtcp(encodeRtcp(packets));
    packets.forEach((sent, index) => {
      const got = decoded[index];
      if (sent.kind === "sender-report" && got.kind === "sender-report") {
        assertAlmostEquals(got.unixMs, sent.unixMs, 0.001);
        assertEquals(got, { ...sent, unixMs: got.unixMs, compactNtp: compactNtp(sent.unixMs) });
      } else assertEquals(got, sent);
    });
  }));
});

Deno.test(`decodeRtcp() decodes ${MAX_RTCP_PACKETS} packets of a datagram, and not one more`, () => {
  const bye = encodeRtcp([{ kind: "bye", ssrcs: [1] }]);
  for (const count of [MAX_RTCP_PACKETS, MAX_RTCP_PACKETS + 1, 8000]) {
    assertEquals(decodeRtcp(concat(Array.from({ length: count }, () => bye))).length, MAX_RTCP_PACKETS);
  }
});

Deno.test("decodeRtcp() takes one name for each of the 31 chunks, whatever else is in them", () => {
  // A chunk of 65 words: SSRC, the name "a", 126 empty items of the same kind, the null byte.
  const chunk = Uint8Array.from(
    { length: 260 },
    (_, at) => [0, 0, 0, 7, 1, 1, 0x61][at] ?? (at < 259 && at % 2 === 1 ? 1 : 0),
  );
  const header = Uint8Array.of(0x80 | 31, 202, 31 * 65 >> 8, 31 * 65 & 0xff);
  const names = decodeRtcp(concat([header, ...Array.from({ length: 31 }, () => chunk)]));
  assertEquals(names, Array.from({ length: 31 }, () => ({ kind: "cname" as const, ssrc: 7, name: "a" })));
});

Deno.test("decodeRtcp() survives any bytes", () => {
  const datagram = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.tuple(fc.constantFrom(...GOLDEN.map(({ bytes }) => bytes)), fc.nat(30), fc.nat(255)).map(([bytes, at, value]) =>
      Uint8Array.from(bytes.with(at % bytes.length, value))
    ),
  );
  fc.assert(
    fc.property(datagram, (bytes) => {
      try {
        decodeRtcp(bytes);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
