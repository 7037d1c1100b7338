import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { MAX_REPORT_BYTES } from "./limits.ts";
import { readReceiverReports } from "./receiver_reports.ts";
import { encodeRtcp, type ReportBlock, type RtcpPacket } from "./rtcp.ts";

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
    nacks: [],
    isFromWaiting: false,
  });
});

Deno.test("readReceiverReports() tells a receiver that waits from a sender that hears nobody", () => {
  const waiting = encodeRtcp([{ ...REPORT, reports: [] }, NAME]);
  const sending = encodeRtcp([{ ...SENDER_REPORT, reports: [] }, NAME]);
  assertEquals(readReceiverReports(waiting), { blocks: [], nacks: [], isFromWaiting: true });
  assertEquals(readReceiverReports(sending), { blocks: [], nacks: [], isFromWaiting: false });
});

Deno.test("readReceiverReports() gives no reports where there are none", () => {
  const without = { blocks: [], nacks: [], isFromWaiting: false };
  assertEquals(readReceiverReports(encodeRtcp([NAME, { kind: "bye", ssrcs: [1] }])), without);
});

Deno.test("readReceiverReports() gives the packets that are asked for again", () => {
  const nack = { kind: "nack", ssrc: 1, mediaSsrc: 7, sequenceNumbers: [1, 2, 40] } as const;
  assertEquals(readReceiverReports(encodeRtcp([{ ...REPORT, reports: [] }, NAME, nack])), {
    blocks: [],
    nacks: [{ mediaSsrc: 7, sequenceNumbers: [1, 2, 40] }],
    isFromWaiting: false,
  });
});

Deno.test("readReceiverReports() takes no strict prefix of a report or a NACK", () => {
  const nack = { kind: "nack", ssrc: 1, mediaSsrc: 7, sequenceNumbers: [1] } as const;
  for (const bytes of [encodeRtcp([REPORT]), encodeRtcp([nack])]) {
    for (let length = 0; length < bytes.length; length++) {
      assertEquals(readReceiverReports(bytes.subarray(0, length)), undefined);
    }
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
