import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { MAX_REPORT_BYTES } from "./limits.ts";
import { readReceiverReports } from "./receiver_reports.ts";
import { decodeRtcp, encodeRtcp, type ReportBlock, type RtcpPacket } from "./rtcp.ts";

const BLOCK: ReportBlock = {
  ssrc: 7,
  fractionLost: 1,
  cumulativeLost: 2,
  highestSequenceNumber: 3,
  jitter: 4,
  lastSenderReport: 5,
  delaySinceLastSenderReport: 6,
};
const NAME: RtcpPacket = { kind: "cname", ssrc: 1, name: "a" };
const REPORT: RtcpPacket = { kind: "receiver-report", ssrc: 1, reports: [BLOCK, { ...BLOCK, ssrc: 8 }] };
const SENDER_REPORT: RtcpPacket = {
  ...{ kind: "sender-report", ssrc: 1, unixMs: 0, rtpTimestamp: 0, packetCount: 0, octetCount: 0 },
  reports: [{ ...BLOCK, ssrc: 9 }],
};

Deno.test("readReceiverReports() gives the blocks of all reports in a datagram", () => {
  assertEquals(readReceiverReports(encodeRtcp([REPORT, NAME, SENDER_REPORT])), {
    blocks: [...REPORT.reports, ...SENDER_REPORT.reports],
    isFromWaiting: false,
  });
});

Deno.test("readReceiverReports() tells a receiver that waits from a sender that hears nobody", () => {
  const waiting = encodeRtcp([{ ...REPORT, reports: [] }, NAME]);
  const sending = encodeRtcp([{ ...SENDER_REPORT, reports: [] }, NAME]);
  assertEquals(readReceiverReports(waiting), { blocks: [], isFromWaiting: true });
  assertEquals(readReceiverReports(sending), { blocks: [], isFromWaiting: false });
});

Deno.test("readReceiverReports() gives no reports where there are none", () => {
  const without = { blocks: [], isFromWaiting: false };
  assertEquals(readReceiverReports(encodeRtcp([NAME, { kind: "bye", ssrcs: [1] }])), without);
});

Deno.test("readReceiverReports() takes no strict prefix of a report", () => {
  const bytes = encodeRtcp([REPORT]);
  for (let length = 0; length < bytes.length; length++) {
    assertEquals(readReceiverReports(bytes.subarray(0, length)), undefined);
  }
});

Deno.test(`readReceiverReports() reads ${MAX_REPORT_BYTES} bytes, and not four more`, () => {
  const report = encodeRtcp([REPORT]);
  const bye = Uint8Array.of(0x80, 203, 0, 0);
  const byes = Array.from({ length: (MAX_REPORT_BYTES - report.length) / bye.length }, () => bye);
  const longest = concat([report, ...byes]);
  assertEquals(longest.length, MAX_REPORT_BYTES);
  assertEquals(readReceiverReports(longest)?.blocks, REPORT.reports);
  assertEquals(readReceiverReports(concat([longest, bye])), undefined);
});

Deno.test("readReceiverReports() finds what decodeRtcp() finds, and throws at nothing", () => {
  const bytes = encodeRtcp([REPORT, NAME, SENDER_REPORT]);
  const datagram = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, value]) => bytes.with(at, value)),
  );
  fc.assert(
    fc.property(datagram, (bytes) => {
      const reports = readReceiverReports(bytes);
      if (reports === undefined) return;
      let decoded: RtcpPacket[];
      try {
        decoded = decodeRtcp(bytes);
      } catch (error) {
        // It does not look into names and BYEs.
        assert(error instanceof SyntaxError);
        return;
      }
      assertEquals(reports.blocks, decoded.flatMap((packet) => "reports" in packet ? packet.reports : []));
    }),
    { numRuns: 2000 },
  );
});
