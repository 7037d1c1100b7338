/**
 * Whatever comes as RTP and RTCP, and however the network treats packets: nothing else than the named errors, and never a
 * picture that was not sent.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { equals } from "@std/bytes";
import fc from "fast-check";
import type { ConditionedJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import type { Depacketizer, DepacketizerOutput, OrderedPacket } from "../../rtp/depacketizer.ts";
import { JpegDepacketizer } from "../../rtp/jpeg/jpeg_depacketizer.ts";
import { decodeHeaderSegments } from "../../rtp/jpeg/jpeg_extension.ts";
import { packetizeJpeg } from "../../rtp/jpeg/jpeg_packetizer.ts";
import { decodeJpegPayload } from "../../rtp/jpeg/jpeg_payload.ts";
import { LabDepacketizer } from "../../rtp/lab/lab_depacketizer.ts";
import { packetizeLabFrame } from "../../rtp/lab/lab_packetizer.ts";
import { decodeRtpPacket, encodeRtpPacket, type RtpPacket } from "../../rtp/packet.ts";
import { readReceiverReports } from "../../rtp/receiver_reports.ts";
import { decodeRtcp, encodeRtcp, type RtcpPacket } from "../../rtp/rtcp.ts";
import { conditionedJpeg, packetsOf } from "../support/jpeg_packets.ts";
import { extensionData } from "../support/jpeg_segments.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { markGaps, Reordering } from "../support/ordered_packets.ts";
import { fuzz, mayThrow, mutated } from "./fuzz.ts";

const word = fc.nat(0xffffffff);
const rtpPacket: fc.Arbitrary<RtpPacket> = fc.record({
  marker: fc.boolean(),
  payloadType: fc.nat(127),
  sequenceNumber: fc.nat(65_535),
  timestamp: word,
  ssrc: word,
  payload: fc.uint8Array({ maxLength: 100 }),
  extension: fc.record({
    profile: fc.nat(0xffff),
    data: fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.subarray(0, bytes.length & ~3)),
  }),
}, { requiredKeys: ["marker", "payloadType", "sequenceNumber", "timestamp", "ssrc", "payload"] });

fuzz("decodeRtpPacket() gives back what encodeRtpPacket() makes", rtpPacket, (packet) => {
  assertEquals(decodeRtpPacket(encodeRtpPacket(packet)), packet);
});

const datagram = fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated(rtpPacket.map(encodeRtpPacket)));

fuzz("decodeRtpPacket() finds a packet within any bytes, or throws a SyntaxError", datagram, (bytes) => {
  const packet = mayThrow([SyntaxError], () => decodeRtpPacket(bytes));
  if (packet === undefined) return;
  // CSRCs and padding are gone, all else is kept.
  assertEquals(decodeRtpPacket(encodeRtpPacket(packet)), packet);
  for (const view of [packet.payload, packet.extension?.data ?? packet.payload]) {
    assert(view.byteOffset >= bytes.byteOffset && view.byteOffset + view.length <= bytes.byteOffset + bytes.length);
  }
}, { runs: 1000 });

const report = fc.record({
  ssrc: word,
  fractionLost: fc.nat(255),
  cumulativeLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
  highestSequenceNumber: word,
  jitter: word,
  lastSenderReport: word,
  delaySinceLastSenderReport: word,
});
const rtcpPacket: fc.Arbitrary<RtcpPacket> = fc.oneof(
  fc.record({
    kind: fc.constant("sender-report" as const),
    ssrc: word,
    unixMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
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
  fc.record({ kind: fc.constant("cname" as const), ssrc: word, name: fc.stringMatching(/^[ -~]{0,255}$/) }),
  fc.record({
    kind: fc.constant("nack" as const),
    ssrc: word,
    mediaSsrc: word,
    sequenceNumbers: fc.tuple(fc.nat(0xffff), fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 })).map(
      ([first, steps]) => steps.reduce((all, step) => [...all, (all.at(-1)! + step) & 0xffff], [first]),
    ),
  }),
  fc.record({ kind: fc.constant("bye" as const), ssrcs: fc.array(word, { maxLength: 31 }) }),
);
const compound = fc.array(rtcpPacket, { maxLength: 5 });

function assertSameReports(actual: readonly RtcpPacket[], expected: readonly RtcpPacket[]): void {
  const withoutTime = (packets: readonly RtcpPacket[]) =>
    packets.map((packet) => packet.kind === "sender-report" ? { ...packet, unixMs: 0, compactNtp: 0 } : packet);
  assertEquals(withoutTime(actual), withoutTime(expected));
  actual.forEach((packet, index) => {
    const other = expected[index];
    if (packet.kind === "sender-report" && other.kind === "sender-report") {
      assertAlmostEquals(packet.unixMs, other.unixMs, 0.001);
    }
  });
}

fuzz("decodeRtcp() gives back what encodeRtcp() makes", compound, (packets) => {
  assertSameReports(decodeRtcp(encodeRtcp(packets)), packets);
});

const rtcpBytes = fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated(compound.map(encodeRtcp)));

fuzz("decodeRtcp() finds reports in any bytes that can be sent on, or throws a SyntaxError", rtcpBytes, (bytes) => {
  const packets = mayThrow([SyntaxError], () => decodeRtcp(bytes)) ?? [];
  // A name that is no UTF-8 becomes longer than it was, and may be cut.
  const others = packets.filter(({ kind }) => kind !== "cname");
  assertSameReports(decodeRtcp(encodeRtcp(others)), others);
}, { runs: 1000 });

fuzz("readReceiverReports() finds the reports that decodeRtcp() finds, and throws at nothing", rtcpBytes, (bytes) => {
  const reports = readReceiverReports(bytes);
  const packets = mayThrow([SyntaxError], () => decodeRtcp(bytes));
  // It does not look into names and BYEs, which may be malformed.
  if (reports === undefined || packets === undefined) return;
  assertEquals(reports.blocks, packets.flatMap((packet) => "reports" in packet ? packet.reports : []));
  assertEquals(
    reports.nacks,
    packets.flatMap((packet) =>
      packet.kind === "nack" ? [{ mediaSsrc: packet.mediaSsrc, sequenceNumbers: [...packet.sequenceNumbers] }] : []
    ),
  );
}, { runs: 1000 });

/** What a network does to a packet: how many come, and how far each falls behind. */
const treatment = fc.oneof(
  { weight: 8, arbitrary: fc.constant([0]) },
  { weight: 2, arbitrary: fc.array(fc.nat(6), { maxLength: 3 }) },
);

/** Sends packets through a network and a reorder buffer; the outputs, and which packets arrived. */
function transmit(
  packets: readonly RtpPacket[],
  { treatments, depacketizer }: { treatments: readonly (readonly number[])[]; depacketizer: Depacketizer },
): { outputs: DepacketizerOutput[]; arrived: Set<number> } {
  const arrivals = packets.flatMap((packet, index) => {
    // The stream begins with the first packet that comes.
    const delays = index === 0 ? [0] : treatments[index % treatments.length];
    return delays.map((delay) => ({ packet, index, place: index === 0 ? 0 : index + delay + 0.5 }));
  }).toSorted((left, right) => left.place - right.place);
  const reordering = new Reordering({ maxWaitMs: 200, maxPackets: 1000, maxBytes: 10_000_000, maxDropout: 3000 });
  const ordered = arrivals.flatMap(({ packet }, time) => reordering.push(packet, time / 1000).packets);
  ordered.push(...reordering.buffer.flush());
  return {
    outputs: [...ordered.flatMap((packet) => depacketizer.push(packet)), ...depacketizer.flush()],
    arrived: new Set(arrivals.map(({ index }) => index)),
  };
}

/** Exactly the frames all of whose packets arrived are shown. */
function assertShown(
  outputs: readonly DepacketizerOutput[],
  { frames, owners, arrived }: {
    frames: readonly Uint8Array[];
    owners: readonly number[];
    arrived: ReadonlySet<number>;
  },
): void {
  const shown = outputs.flatMap((output) => output.kind === "frame" ? [output.data] : []);
  const damaged = new Set(owners.filter((_, packet) => !arrived.has(packet)));
  const whole = frames.filter((_, frame) => !damaged.has(frame));
  assertEquals(shown.length, whole.length);
  assert(shown.every((frame, index) => equals(frame, whole[index])));
}

const network = fc.record({
  treatments: fc.array(treatment, { minLength: 1, maxLength: 40 }),
  firstNumber: fc.nat(65_535),
  firstTimestamp: word,
});

const jpegFrame = fc.record({
  scanBytes: fc.integer({ min: 1, max: 3000 }),
  maxPayloadBytes: fc.integer({ min: 153, max: 1400 }),
  sampling: fc.constantFrom("4:2:0" as const, "4:2:2" as const),
  restartInterval: fc.constantFrom(0, 1, 65_535),
  width: fc.integer({ min: 1, max: 255 }).map((eights) => eights * 8),
  height: fc.integer({ min: 1, max: 255 }).map((eights) => eights * 8),
});

fuzz(
  "JpegDepacketizer shows exactly the frames that came whole, lost, doubled and late packets or not",
  fc.tuple(fc.array(jpegFrame, { minLength: 1, maxLength: 8 }), network),
  ([frames, { treatments, firstNumber, firstTimestamp }]) => {
    const images: ConditionedJpeg[] = frames.map(({ scanBytes, maxPayloadBytes: _, ...changes }, index) =>
      conditionedJpeg(scanBytes, {
        ...changes,
        scan: Uint8Array.from({ length: scanBytes }, (_, at) => (at * 7 + index) % 251),
      })
    );
    const payloads = images.map((image, index) => packetizeJpeg(image, frames[index]));
    const packets = packetsOf(payloads).map((packet, index) => ({
      ...packet,
      sequenceNumber: (firstNumber + index) & 0xffff,
      timestamp: (firstTimestamp + packet.timestamp) % 2 ** 32,
    }));
    const depacketizer = new JpegDepacketizer({ maxFrameBytes: 100_000 });
    const { outputs, arrived } = transmit(packets, { treatments, depacketizer });
    const owners = payloads.flatMap((parts, frame) => parts.map(() => frame));
    assertShown(outputs, { frames: images.map(rebuildJpeg), owners, arrived });
  },
);

const labFrame = fc.record({
  entropyBytes: fc.nat(3000),
  fragmentBytes: fc.option(fc.integer({ min: 20, max: 1408 }), { nil: undefined }),
});

fuzz(
  "LabDepacketizer shows exactly the frames that came whole, lost, doubled and late packets or not",
  fc.tuple(fc.array(labFrame, { minLength: 1, maxLength: 8 }), network),
  ([frames, { treatments, firstNumber, firstTimestamp }]) => {
    const jpegs = frames.map(({ entropyBytes }, index) =>
      Uint8Array.of(
        ...[0xff, 0xd8, 0xff, 0xfe, 0, 3, index, 0xff, 0xda, 0, 2],
        ...Array.from({ length: entropyBytes }, (_, at) => (at * 7 + index) % 251),
        ...[0xff, 0xd9],
      )
    );
    const cut = jpegs.map((jpeg, index) => packetizeLabFrame(jpeg, frames[index]));
    const packets = cut.flat().map((fragment, index) => ({
      ...fragment,
      payloadType: 26,
      sequenceNumber: (firstNumber + index) & 0xffff,
      timestamp: firstTimestamp,
      ssrc: 0,
    }));
    const depacketizer = new LabDepacketizer({ maxFrameBytes: 100_000 });
    const { outputs, arrived } = transmit(packets, { treatments, depacketizer });
    const owners = cut.flatMap((parts, frame) => parts.map(() => frame));
    assertShown(outputs, { frames: jpegs, owners, arrived });
  },
);

const headerData = extensionData(await makeJpeg({ optimized: true }), [0xdb, 0xc0, 0xc4, 0xda]);
const goodPayloads = packetizeJpeg(conditionedJpeg(1000, { restartInterval: 3 }), { maxPayloadBytes: 400 });
const anyPayload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(...goodPayloads),
  mutated(fc.constantFrom(...goodPayloads)),
);
const anyExtension = fc.option(
  fc.record({
    profile: fc.constantFrom(0xffd8, 0xffff, 0xabac, 0xbede),
    data: fc.oneof(fc.constant(headerData), mutated(fc.constant(headerData)), fc.uint8Array({ maxLength: 40 })),
  }),
  { nil: undefined },
);
const anyPackets = fc.array(
  fc.record({
    payload: anyPayload,
    extension: anyExtension,
    marker: fc.boolean(),
    step: fc.constantFrom(1, 1, 1, 2),
    later: fc.constantFrom(0, 0, 0, 1),
  }),
  { maxLength: 40 },
);

fuzz("the depacketizers take any packets, and show what begins and ends as a JPEG only", anyPackets, (input) => {
  const makers = [
    () => new JpegDepacketizer({ maxFrameBytes: 2000 }),
    () => new LabDepacketizer({ maxFrameBytes: 2000 }),
  ];
  for (const make of makers) {
    const depacketizer = make();
    let [number, timestamp] = [0, 0];
    const packets = input.map(({ step, later, ...packet }) => {
      number += step;
      timestamp += later;
      const header = { payloadType: 26, sequenceNumber: number, timestamp, ssrc: 0 };
      return { ...header, ...packet, isAfterGap: false, arrivalMs: 0 };
    });
    const outputs = markGaps(packets).flatMap((packet) => depacketizer.push(packet));
    for (const output of [...outputs, ...depacketizer.flush()]) {
      if (output.kind === "damaged") continue;
      assertEquals([...output.data.subarray(0, 2)], [0xff, 0xd8]);
      // Headers of our own and those of an extension stand before the data.
      assert(output.data.length <= 2000 + 1000, `${output.data.length} bytes`);
    }
  }
});

fuzz("decodeJpegPayload() and decodeHeaderSegments() throw nothing but SyntaxError", anyPayload, (bytes) => {
  mayThrow([SyntaxError], () => decodeJpegPayload(bytes));
  mayThrow([SyntaxError], () => decodeHeaderSegments(bytes));
}, { runs: 1000 });

fuzz("decodeHeaderSegments() finds segments within mutated ones", mutated(fc.constant(headerData)), (bytes) => {
  const segments = mayThrow([SyntaxError], () => decodeHeaderSegments(bytes));
  if (segments !== undefined) assert(segments.bytes.length <= bytes.length);
}, { runs: 1000 });

const reorderLimits = fc.record({
  maxWaitMs: fc.integer({ min: 1, max: 50 }),
  maxPackets: fc.integer({ min: 1, max: 20 }),
  maxBytes: fc.integer({ min: 1, max: 500 }),
  maxDropout: fc.integer({ min: 1, max: 300 }),
});
const numbers = fc.array(fc.tuple(fc.oneof(fc.nat(30), fc.nat(400), fc.nat(65_535)), fc.nat(5), fc.nat(100)), {
  maxLength: 100,
});

fuzz(
  "ReorderBuffer hands out in order, nothing twice, and waits within its limits",
  fc.tuple(reorderLimits, numbers),
  ([limits, arrivals]) => {
    const reordering = new Reordering(limits);
    const { buffer } = reordering;
    let [taken, handedOut, now, last] = [0, 0, 0, -1];
    const take = (packets: readonly OrderedPacket[]) => {
      for (const { sequenceNumber, isAfterGap } of packets) {
        const ahead = (sequenceNumber - last) & 0xffff;
        // Only a new stream, whose first packet is behind a gap, has a lower number.
        assert(handedOut === 0 || ahead === 1 || isAfterGap, `${sequenceNumber} after ${last}`);
        assert(isAfterGap || handedOut === 0 || ahead < 0x8000, `${sequenceNumber} after ${last}`);
        last = sequenceNumber;
        handedOut++;
      }
    };
    for (const [sequenceNumber, wait, bytes] of arrivals) {
      now += wait;
      take(buffer.expire(now));
      const before = handedOut;
      const packet = { marker: false, payloadType: 26, timestamp: 0, ssrc: 0, payload: new Uint8Array(bytes) };
      const { outcome, packets } = reordering.push({ ...packet, sequenceNumber }, now);
      const isLate = outcome === "reordered" && packets.length === 0 && ((sequenceNumber - last) & 0xffff) >= 0x8000;
      if (outcome !== "stray" && outcome !== "duplicate" && !isLate) taken++;
      take(packets);
      assert(outcome !== "duplicate" || handedOut === before);
      assert(taken - handedOut <= limits.maxPackets, `${taken - handedOut} wait`);
      assert(buffer.deadlineMs === undefined || buffer.deadlineMs <= now + limits.maxWaitMs);
      assertEquals(buffer.deadlineMs === undefined, taken === handedOut);
    }
    take(buffer.flush());
    assertEquals(handedOut, taken);
  },
);
