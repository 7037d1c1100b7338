import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import type { Depacketizer } from "../depacketizer.ts";
import { LabDepacketizer } from "../lab/lab_depacketizer.ts";
import {
  MAX_REPAIR_TRIES,
  RECEIVER_REPORT_INTERVAL_MS,
  REORDER_WAIT_MS,
  REPAIR_DELAY_MS,
  REPAIR_INTERVAL_MS,
  SAMPLE_BYTES,
} from "../limits.ts";
import { encodeRtpPacket } from "../packet.ts";
import { decodeRtcp, encodeRtcp, type RtcpPacket } from "../rtcp.ts";
import { TrackReceiver, type TrackReceiverOptions } from "./track_receiver.ts";

const SENDER = 77;

/** A datagram with a whole frame that is known by its number. */
function datagram(sequenceNumber: number, { timestamp = 0, ssrc = SENDER, payloadType = 26 } = {}): Uint8Array {
  const payload = Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, sequenceNumber, 0xff, 0xd9);
  return encodeRtpPacket({ marker: false, payloadType, sequenceNumber, timestamp, ssrc, payload });
}

/** A receiver, and what comes of it: `frame N`, `packet`, `bye`, and the kinds of what it sends. */
function open(options: Partial<TrackReceiverOptions> = {}) {
  const clock = new FakeClock();
  const events: string[] = [];
  const sent: RtcpPacket[][] = [];
  const receiver = new TrackReceiver({
    depacketizer: new LabDepacketizer(),
    clockRate: 90_000,
    clock,
    onFrame: ({ data, senderTimeMs }) =>
      events.push(`frame ${data[6]}${senderTimeMs === undefined ? "" : ` of ${senderTimeMs}`}`),
    onPacket: () => events.push("packet"),
    reports: {
      ssrc: 5,
      canonicalName: "us",
      send: (packet) => sent.push(decodeRtcp(packet)),
      onBye: () => events.push("bye"),
    },
    ...options,
  });
  return { clock, events, sent, receiver };
}

Deno.test("TrackReceiver gives each frame with its packet, and nothing for datagrams that are not of the stream", () => {
  const { receiver, events } = open();
  assertEquals(receiver.hasStarted, false);
  receiver.takeRtp(datagram(1, { payloadType: 96 }));
  receiver.takeRtp(Uint8Array.of(1));
  assertEquals([receiver.hasStarted, receiver.otherPayloadType, events], [false, 96, []]);
  for (const number of [1, 2, 2]) receiver.takeRtp(datagram(number));
  assertEquals([receiver.hasStarted, events], [true, ["frame 1", "packet", "frame 2", "packet", "packet"]]);
});

Deno.test("TrackReceiver gives up on a missing packet by itself, each when its own wait is over", () => {
  const { receiver, events, clock } = open();
  receiver.takeRtp(datagram(1));
  assertEquals(clock.pendingTimers, 0);
  receiver.takeRtp(datagram(3));
  clock.advance(50);
  receiver.takeRtp(datagram(5));
  events.length = 0;
  clock.advance(REORDER_WAIT_MS - 51);
  assertEquals(events, []);
  clock.advance(1);
  assertEquals(events, ["frame 3"]);
  clock.advance(49);
  assertEquals(events, ["frame 3"]);
  clock.advance(1);
  assertEquals([events, clock.pendingTimers], [["frame 3", "frame 5"], 0]);
});

/** The packets that are asked for, by their numbers. */
function asked(sent: readonly RtcpPacket[][]): (readonly number[])[] {
  return sent.flatMap((packets) => packets.flatMap((packet) => packet.kind === "nack" ? [packet.sequenceNumbers] : []));
}

Deno.test("TrackReceiver asks for missing packets where the sender sends them again, until they come", () => {
  const { receiver, events, sent, clock } = open({ repairs: true });
  for (const number of [1, 4, 6]) receiver.takeRtp(datagram(number));
  assertEquals(asked(sent), []);
  clock.advance(REPAIR_DELAY_MS);
  assertEquals([asked(sent), sent[0].map(({ kind }) => kind)], [[[2, 3, 5]], ["receiver-report", "cname", "nack"]]);
  receiver.takeRtp(datagram(3));
  clock.advance(REPAIR_INTERVAL_MS);
  assertEquals(asked(sent).slice(1), [[2, 5]]);
  events.length = 0;
  for (const number of [2, 5]) receiver.takeRtp(datagram(number));
  assertEquals(events, ["frame 2", "frame 3", "frame 4", "packet", "frame 5", "frame 6", "packet"]);
  clock.advance(1000);
  assertEquals([asked(sent).length, clock.pendingTimers], [2, 0]);
  const { lostPackets, repairedPackets, damagedFrames } = receiver.statistics();
  assertEquals([lostPackets, repairedPackets, damagedFrames], [0, 3, 0]);
});

Deno.test("TrackReceiver gives up on packets that do not come although it asks, and asks for nothing in a pause", () => {
  const { receiver, events, sent, clock } = open({ repairs: true });
  for (const number of [1, 3]) receiver.takeRtp(datagram(number));
  clock.advance(REORDER_WAIT_MS);
  assertEquals([events.at(-1), asked(sent)], ["frame 3", Array(MAX_REPAIR_TRIES).fill([2])]);
  receiver.takeRtp(datagram(9));
  receiver.flush();
  clock.advance(1000);
  assertEquals([asked(sent).length, clock.pendingTimers, receiver.statistics().repairedPackets], [
    MAX_REPAIR_TRIES,
    0,
    0,
  ]);
});

Deno.test("TrackReceiver takes packets that are sent again twice for no other stream, however late they come", () => {
  // 2000 packets a second; an answer takes 60 ms, so that the first questions are asked twice.
  const { receiver, events, sent, clock } = open({ repairs: true });
  const [PACKETS, LOST, ANSWER_MS] = [2000, [500, 501, 502], 60];
  const answers: { readonly atMs: number; readonly number: number }[] = [];
  let questions = 0;
  for (let number = 1; number <= PACKETS; number++) {
    if (number % 2 === 0) clock.advance(1);
    for (const packets of sent.slice(questions)) {
      for (const asked of packets.flatMap((packet) => packet.kind === "nack" ? packet.sequenceNumbers : [])) {
        answers.push({ atMs: clock.nowMs() + ANSWER_MS, number: asked });
      }
    }
    questions = sent.length;
    while (answers.length > 0 && answers[0].atMs <= clock.nowMs()) receiver.takeRtp(datagram(answers.shift()!.number));
    if (!LOST.includes(number)) receiver.takeRtp(datagram(number));
  }
  clock.advance(1000);
  assertEquals(asked(sent), [LOST, LOST]);
  assertEquals(events.filter((event) => event.startsWith("frame")).length, PACKETS);
  const { lostPackets, repairedPackets, duplicatePackets, strayPackets } = receiver.statistics();
  assertEquals([lostPackets, repairedPackets, duplicatePackets, strayPackets], [0, 3, 3, 0]);
});

Deno.test("TrackReceiver takes answers that come when it has given up, each as often as it has asked, for no other stream", () => {
  const { receiver, events, sent, clock } = open({ repairs: true });
  const [PACKETS, LOST] = [2500, [500, 501, 502]];
  for (let number = 1; number <= PACKETS; number++) {
    if (number % 2 === 0) clock.advance(1);
    if (!LOST.includes(number)) receiver.takeRtp(datagram(number));
  }
  assertEquals(asked(sent), Array(MAX_REPAIR_TRIES).fill(LOST));
  for (const number of asked(sent).flat()) receiver.takeRtp(datagram(number));
  receiver.takeRtp(datagram(PACKETS + 1));
  assertEquals(events.filter((event) => event.startsWith("frame")).length, PACKETS + 1 - LOST.length);
  const { expectedPackets, lostPackets, duplicatePackets, strayPackets } = receiver.statistics();
  assertEquals([expectedPackets, lostPackets, strayPackets], [PACKETS + 1, 0, 0]);
  assertEquals(duplicatePackets, (MAX_REPAIR_TRIES - 1) * LOST.length);
});

Deno.test("TrackReceiver asks for nothing where a stream begins anew, or the sender sends nothing again", () => {
  for (const repairs of [true, false]) {
    const { receiver, sent, clock } = open({ repairs });
    for (const number of [1, 2]) receiver.takeRtp(datagram(number));
    for (const number of [40_000, 40_001]) receiver.takeRtp(datagram(number, { timestamp: 9, ssrc: 78 }));
    if (!repairs) receiver.takeRtp(datagram(40_009, { timestamp: 9, ssrc: 78 }));
    clock.advance(1000);
    assertEquals(asked(sent), []);
  }
});

Deno.test("TrackReceiver gives up on a missing packet of sound, too", () => {
  const taken: number[] = [];
  const sound: Depacketizer = {
    push({ sequenceNumber }) {
      taken.push(sequenceNumber);
      return [];
    },
    flush: () => [],
  };
  const { receiver, clock } = open({ depacketizer: sound, payloadType: 0, clockRate: 8000 });
  for (const number of [1, 3]) receiver.takeRtp(datagram(number, { payloadType: 0 }));
  clock.advance(REORDER_WAIT_MS);
  assertEquals([taken, clock.pendingTimers], [[1, 3], 0]);
});

Deno.test("TrackReceiver.flush() gives what waits, and goes on with what follows", () => {
  const { receiver, events, clock } = open();
  for (const number of [1, 3]) receiver.takeRtp(datagram(number));
  events.length = 0;
  receiver.flush();
  assertEquals([events, clock.pendingTimers], [["frame 3"], 0]);
  receiver.takeRtp(datagram(4));
  assertEquals(events, ["frame 3", "frame 4", "packet"]);
});

Deno.test("TrackReceiver.close() gives what waits, and leaves no timer behind", () => {
  const { receiver, events, clock } = open();
  receiver.startReports();
  for (const number of [1, 3]) receiver.takeRtp(datagram(number));
  receiver.close();
  assertEquals([events.at(-1), clock.pendingTimers], ["frame 3", 0]);
});

Deno.test(`TrackReceiver reports at once and every ${RECEIVER_REPORT_INTERVAL_MS} ms, until it is told to stop`, () => {
  const { receiver, sent, clock } = open();
  receiver.startReports();
  assertEquals(sent, [[
    { kind: "receiver-report", ssrc: 5, reports: [] },
    { kind: "cname", ssrc: 5, name: "us" },
  ]]);
  clock.advance(RECEIVER_REPORT_INTERVAL_MS - 1);
  assertEquals(sent.length, 1);
  clock.advance(1 + RECEIVER_REPORT_INTERVAL_MS);
  assertEquals(sent.length, 3);
  receiver.stopReports();
  clock.advance(RECEIVER_REPORT_INTERVAL_MS);
  assertEquals([sent.length, clock.pendingTimers], [3, 0]);
  receiver.startReports();
  receiver.startReports();
  assertEquals([sent.length, clock.pendingTimers], [5, 1]);
});

Deno.test("TrackReceiver reports the loss of each interval, the highest number and the last sender report", () => {
  const { receiver, sent, clock } = open();
  receiver.startReports();
  for (const number of [1, 2, 4]) receiver.takeRtp(datagram(number));
  const report = { kind: "sender-report", ssrc: SENDER, unixMs: 500, rtpTimestamp: 0, packetCount: 4 } as const;
  receiver.takeRtcp(encodeRtcp([{ ...report, octetCount: 9, reports: [] }]));
  clock.advance(RECEIVER_REPORT_INTERVAL_MS);
  const reports = () => sent.flat().flatMap((packet) => packet.kind === "receiver-report" ? packet.reports : []);
  assertEquals(reports().at(-1), {
    ssrc: SENDER,
    fractionLost: 64,
    cumulativeLost: 1,
    highestSequenceNumber: 4,
    jitter: 0,
    // 500 ms after 1900 + 2,208,988,800 s, in 1/65536 s; and 5 s in the same.
    lastSenderReport: ((2_208_988_800 & 0xffff) << 16 | 0x8000) >>> 0,
    delaySinceLastSenderReport: 5 * 65_536,
  });
  receiver.takeRtp(datagram(5));
  clock.advance(RECEIVER_REPORT_INTERVAL_MS);
  assertEquals([reports().at(-1)?.fractionLost, reports().at(-1)?.cumulativeLost], [0, 1]);
});

Deno.test("TrackReceiver says BYE where the sender knows of it, and nowhere else", () => {
  const { receiver, sent, clock } = open();
  receiver.sayBye();
  assertEquals(sent, []);
  receiver.startReports();
  receiver.sayBye();
  assertEquals(sent.at(-1)?.at(-1), { kind: "bye", ssrcs: [5] });
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("TrackReceiver takes a BYE of the sender for one, and not that of another receiver", () => {
  const bye = (ssrc: number) => encodeRtcp([{ kind: "bye", ssrcs: [ssrc] }]);
  const { receiver, events } = open();
  receiver.takeRtcp(bye(5));
  assertEquals(events, []);
  // Before the first packet, whoever is not us may be the sender.
  receiver.takeRtcp(bye(6));
  assertEquals(events, ["bye"]);
  receiver.takeRtp(datagram(1));
  receiver.takeRtcp(bye(6));
  receiver.takeRtcp(bye(SENDER).subarray(0, 6));
  assertEquals(events, ["bye", "frame 1", "packet"]);
  receiver.takeRtcp(bye(SENDER));
  assertEquals(events.at(-1), "bye");
});

Deno.test("TrackReceiver times frames by the reports of their own sender", () => {
  const { receiver, events } = open();
  const report = (ssrc: number) =>
    encodeRtcp([{
      ...{ kind: "sender-report", ssrc, unixMs: 1_700_000_000_000, rtpTimestamp: 1000, packetCount: 1 },
      ...{ octetCount: 1, reports: [] },
    }]);
  receiver.takeRtcp(report(6));
  receiver.takeRtp(datagram(1, { timestamp: 1000 }));
  receiver.takeRtcp(report(SENDER));
  receiver.takeRtp(datagram(2, { timestamp: 10_000 }));
  // A report of somebody else takes no time away, and has it once that one's stream takes over.
  receiver.takeRtcp(report(6));
  receiver.takeRtp(datagram(3, { timestamp: 19_000 }));
  receiver.takeRtp(datagram(4, { timestamp: 28_000, ssrc: 6 }));
  assertEquals(events.filter((event) => event !== "packet"), [
    "frame 1",
    "frame 2 of 1700000000100",
    "frame 3 of 1700000000200",
    "frame 4 of 1700000000300",
  ]);
});

Deno.test("TrackReceiver without RTCP reports nothing", () => {
  const { receiver, events, clock } = open({ reports: undefined, clockRate: undefined });
  receiver.startReports();
  receiver.sayBye();
  receiver.takeRtcp(encodeRtcp([{ kind: "bye", ssrcs: [1] }]));
  assertEquals([events, clock.pendingTimers], [[], 0]);
});

Deno.test("TrackReceiver keeps the beginning of a packet to look at, and takes another once it was looked at", () => {
  const { receiver } = open();
  assertEquals(receiver.sample(), undefined);
  receiver.takeRtp(Uint8Array.of(1));
  assertEquals(receiver.sample(), undefined);
  for (const number of [1, 2]) receiver.takeRtp(datagram(number));
  assertEquals(receiver.sample(), datagram(1));
  assertEquals(receiver.sample(), datagram(1));
  const long = encodeRtpPacket({
    ...{ marker: false, payloadType: 26, sequenceNumber: 3, timestamp: 0, ssrc: SENDER },
    payload: new Uint8Array(1000).fill(7),
  });
  receiver.takeRtp(long);
  assertEquals(receiver.sample(), long.subarray(0, SAMPLE_BYTES));
});
