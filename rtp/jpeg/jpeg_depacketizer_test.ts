import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ConditionedJpeg, conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { decodeCoefficients } from "../../mjpeg/entropy/coefficients.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { CHROMA, conditionedJpeg, depacketize, LUMA, packetsOf } from "../../tests/support/jpeg_packets.ts";
import { extensionData, splitJpeg } from "../../tests/support/jpeg_segments.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { MAX_EXTENSION_BYTES } from "../limits.ts";
import { encodeRtpPacket } from "../packet.ts";
import { RtpReceiver } from "../receiver/rtp_receiver.ts";
import { JpegDepacketizer } from "./jpeg_depacketizer.ts";
import { packetizeJpeg } from "./jpeg_packetizer.ts";
import { decodeJpegPayload } from "./jpeg_payload.ts";
import { quantTablesOf } from "./jpeg_quantization.ts";
import type { OrderedPacket } from "../depacketizer.ts";

Deno.test("JpegDepacketizer rebuilds what packetizeJpeg() cut, at any size, with and without restarts", () => {
  const frame = fc.record({
    scanBytes: fc.integer({ min: 1, max: 4000 }),
    maxPayloadBytes: fc.integer({ min: 150, max: 1400 }),
    sampling: fc.constantFrom("4:2:0" as const, "4:2:2" as const),
    restartInterval: fc.constantFrom(0, 1, 65_535),
  });
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), (frames) => {
      const images = frames.map(({ scanBytes, ...changes }) => conditionedJpeg(scanBytes, changes));
      const sent = packetsOf(images.map((one, index) => packetizeJpeg(one, frames[index])));
      assertEquals(depacketize(sent), images.map(rebuildJpeg));
    }),
    { numRuns: 50 },
  );
});

Deno.test("JpegDepacketizer gives the coefficients of a real JPEG back", async () => {
  const jpeg = conditionJpeg(await makeJpeg({ progressive: true, width: 200, height: 104 }));
  const [frame] = depacketize(packetsOf([packetizeJpeg(jpeg, { maxPayloadBytes: 300 })]));
  assertEquals(conditionJpeg(frame as Uint8Array), { ...jpeg, isTranscoded: false });
});

Deno.test("JpegDepacketizer never shows a frame with a hole: each fragment lost in turn", () => {
  const images = [conditionedJpeg(2000), conditionedJpeg(2500), conditionedJpeg(1800)];
  const cut = images.map((one) => packetizeJpeg(one, { maxPayloadBytes: 600 }));
  const sent = packetsOf(cut);
  for (let lost = 0; lost < sent.length; lost++) {
    const ofFrame = sent[lost].timestamp / 3600;
    const outputs = depacketize(sent.toSpliced(lost, 1));
    assertEquals(
      outputs.filter((output) => output instanceof Uint8Array),
      images.toSpliced(ofFrame, 1).map(rebuildJpeg),
      `packet ${lost + 1} lost`,
    );
    // Without its first packet, a stream is joined in the middle of a frame.
    const damaged = outputs.filter((output) => typeof output === "string").length;
    assertEquals(damaged, lost === 0 ? 0 : 1, `packet ${lost + 1} lost`);
  }
});

/** A first payload by hand: type, Q, and what follows the main header. */
function firstPayload({ type = 1, q = 255, rest = [] as number[], eights = [8, 6] }): Uint8Array {
  return Uint8Array.from([0, 0, 0, 0, type, q, ...eights, ...rest]);
}

const tablesIn = (
  data: ArrayLike<number>,
  precision = 0,
) => [0, precision, data.length >> 8, data.length & 255, ...Array.from(data)];
const both = [...LUMA, ...CHROMA];
const wide = (values: ArrayLike<number>) => Array.from(values).flatMap((value) => [0, value]);

const SHOWN: readonly { title: string; frames: Uint8Array[][]; shown: Partial<ConditionedJpeg>[] }[] = [
  { title: "Q 1", frames: [[firstPayload({ q: 1, rest: [7] })]], shown: [{ quantTables: quantTablesOf(1) }] },
  { title: "Q 50", frames: [[firstPayload({ q: 50, rest: [7] })]], shown: [{ quantTables: quantTablesOf(50) }] },
  { title: "Q 99", frames: [[firstPayload({ q: 99, rest: [7] })]], shown: [{ quantTables: quantTablesOf(99) }] },
  {
    title: "64 bytes of tables: one for both",
    frames: [[firstPayload({ rest: [...tablesIn(LUMA), 7] })]],
    shown: [{ quantTables: [LUMA, LUMA] }],
  },
  {
    title: "192 bytes of tables: one for each component",
    frames: [[firstPayload({ rest: [...tablesIn([...both, ...CHROMA]), 7] })]],
    shown: [{}],
  },
  {
    title: "tables of 16 bits whose values have 8",
    frames: [[firstPayload({ rest: [...tablesIn([...LUMA, ...wide(CHROMA)], 0b10), 7] })]],
    shown: [{}],
  },
  {
    title: "cached tables for Q 128 and Q 254, each by its Q",
    frames: [
      [firstPayload({ q: 128, rest: [...tablesIn(both), 7] })],
      [firstPayload({ q: 254, rest: [...tablesIn([...CHROMA, ...LUMA]), 7] })],
      [firstPayload({ q: 128, rest: [...tablesIn([]), 7] })],
      [firstPayload({ q: 254, rest: [...tablesIn([]), 7] })],
    ],
    shown: [{}, { quantTables: [CHROMA, LUMA] }, {}, { quantTables: [CHROMA, LUMA] }],
  },
  {
    title: "sizes that change from frame to frame",
    frames: [[8, 6], [9, 6], [9, 7], [8, 6]].map((eights) => [firstPayload({ eights, rest: [...tablesIn(both), 7] })]),
    shown: [{}, { width: 72 }, { width: 72, height: 56 }, {}],
  },
  {
    title: "the same bytes as one wide table, then as two narrow ones",
    frames: [0b1, 0].map((precision) => [firstPayload({ rest: [...tablesIn(wide(LUMA), precision), 7] })]),
    shown: [
      { quantTables: [LUMA, LUMA] },
      { quantTables: [Uint8Array.from(wide(LUMA.subarray(0, 32))), Uint8Array.from(wide(LUMA.subarray(32)))] },
    ],
  },
  {
    title: "the end of the image, which some senders leave on",
    frames: [[firstPayload({ rest: [...tablesIn(both), 7, 0xff, 0xd9] })]],
    shown: [{}],
  },
  {
    title: "type 65 with its restart interval",
    frames: [[firstPayload({ type: 65, rest: [0, 9, 0xff, 0xff, ...tablesIn(both), 7] })]],
    shown: [{ restartInterval: 9 }],
  },
];

Deno.test("JpegDepacketizer keeps no view of a packet, since its bytes are used again", () => {
  const [first, second] = packetsOf([
    [firstPayload({ rest: [...tablesIn(both), 7] })],
    [firstPayload({ rest: [...tablesIn([...CHROMA, ...LUMA]), 7] })],
  ]);
  const expected = depacketize([first, second].map((packet) => ({ ...packet, payload: packet.payload.slice() })));
  const depacketizer = new JpegDepacketizer({ maxFrameBytes: 1000 });
  const shown = [depacketizer.push(first)];
  first.payload.set(second.payload);
  shown.push(depacketizer.push({ ...second, payload: first.payload }));
  assertEquals(shown.flat().map((output) => output.kind === "frame" ? output.data : output.cause), expected);
});

for (const { title, frames, shown } of SHOWN) {
  Deno.test(`JpegDepacketizer shows ${title}`, () => {
    const expected = shown.map((changes) => rebuildJpeg(conditionedJpeg(0, { scan: Uint8Array.of(7), ...changes })));
    assertEquals(depacketize(packetsOf(frames)), expected);
  });
}

const DAMAGED: readonly { title: string; payloads: Uint8Array[]; cause: string }[] = [
  { title: "Q 0, which is reserved", payloads: [firstPayload({ q: 0, rest: [7] })], cause: "reserved-q" },
  { title: "Q 100, which is reserved", payloads: [firstPayload({ q: 100, rest: [7] })], cause: "reserved-q" },
  { title: "Q 127, which is reserved", payloads: [firstPayload({ q: 127, rest: [7] })], cause: "reserved-q" },
  { title: "type 2", payloads: [firstPayload({ type: 2, rest: [...tablesIn(both), 7] })], cause: "unknown-type" },
  { title: "type 128", payloads: [firstPayload({ type: 128, rest: [...tablesIn(both), 7] })], cause: "unknown-type" },
  { title: "no size", payloads: [firstPayload({ eights: [0, 0], rest: [...tablesIn(both), 7] })], cause: "no-size" },
  {
    title: "tables that never came",
    payloads: [firstPayload({ q: 200, rest: [...tablesIn([]), 7] })],
    cause: "tables-missing",
  },
  { title: "no tables with Q 255", payloads: [firstPayload({ rest: [...tablesIn([]), 7] })], cause: "tables-missing" },
  { title: "half a table", payloads: [firstPayload({ rest: [...tablesIn([1, 2, 3]), 7] })], cause: "malformed-tables" },
  { title: "a short header", payloads: [Uint8Array.of(0, 0, 0)], cause: "short-header" },
  { title: "tables beyond the payload", payloads: [firstPayload({ rest: [0, 0, 0, 128, 1] })], cause: "short-header" },
];

for (const { title, payloads, cause } of DAMAGED) {
  Deno.test(`JpegDepacketizer counts ${title} as damaged once, and goes on`, () => {
    const good = packetizeJpeg(conditionedJpeg(10), { maxPayloadBytes: 1000 });
    assertEquals(depacketize(packetsOf([payloads, good])), [cause, rebuildJpeg(conditionedJpeg(10))]);
  });
}

Deno.test("JpegDepacketizer shows types 0, 1, 64 and 65, and reports all others as unknown", () => {
  for (let type = 0; type < 256; type++) {
    const restart = type >= 64 && type < 128 ? [0, 9, 0xff, 0xff] : [];
    const [output] = depacketize(packetsOf([[firstPayload({ type, rest: [...restart, ...tablesIn(both), 7] })]]));
    assertEquals(
      output instanceof Uint8Array ? "shown" : output,
      [0, 1, 64, 65].includes(type) ? "shown" : "unknown-type",
    );
  }
});

Deno.test("JpegDepacketizer shows every Q but those that are reserved", () => {
  for (let q = 0; q < 256; q++) {
    const [output] = depacketize(packetsOf([[firstPayload({ q, rest: q < 128 ? [7] : [...tablesIn(both), 7] })]]));
    const isReserved = q === 0 || q >= 100 && q <= 127;
    assertEquals(output instanceof Uint8Array ? "shown" : output, isReserved ? "reserved-q" : "shown", `Q ${q}`);
  }
});

Deno.test("JpegDepacketizer keeps tables for Q 128 to 254 each, the newest, and none for Q 255", () => {
  const newer = CHROMA.map((value) => value + 1);
  for (let q = 128; q < 256; q++) {
    const frames = [
      [firstPayload({ q, rest: [...tablesIn(both), 7] })],
      [firstPayload({ q, rest: [...tablesIn(newer), 7] })],
      [firstPayload({ q, rest: [...tablesIn([]), 7] })],
    ];
    const [, second, third] = depacketize(packetsOf(frames));
    assertEquals(third, q < 255 ? second : "tables-missing", `Q ${q}`);
  }
});

Deno.test("JpegDepacketizer starts a frame although the one before has not ended", () => {
  const cut = packetizeJpeg(conditionedJpeg(2000), { maxPayloadBytes: 600 });
  const sent = packetsOf([[...cut.slice(0, 2), ...cut]]);
  assertEquals(depacketize(sent), ["truncated", rebuildJpeg(conditionedJpeg(2000))]);
});

Deno.test("JpegDepacketizer reports a wrong Fragment Offset as such, once a frame, and as loss only where a number is missing", () => {
  const whole = rebuildJpeg(conditionedJpeg(2000));
  const cut = packetizeJpeg(conditionedJpeg(2000), { maxPayloadBytes: 600 });
  for (let wrong = 0; wrong < cut.length; wrong++) {
    const shifted = cut.with(wrong, cut[wrong].with(3, cut[wrong][3] ^ 1));
    const sent = packetsOf([cut, shifted, cut]);
    assertEquals(depacketize(sent), [whole, "wrong-offset", whole], `packet ${wrong + 1}`);
    // The first packet after a gap tells nothing of its sender's offsets.
    assertEquals(depacketize(sent.toSpliced(cut.length, 1)), [whole, "packet-lost", whole], `packet ${wrong + 1}`);
  }
});

Deno.test("JpegDepacketizer shows both fields of an interlaced frame, which have the same timestamp", () => {
  const fields = [1, 2].map((typeSpecific) =>
    packetizeJpeg(conditionedJpeg(700), { maxPayloadBytes: 600 }).map((payload) => payload.with(0, typeSpecific))
  );
  const sent = packetsOf(fields).map((packet) => ({ ...packet, timestamp: 5 }));
  assertEquals(depacketize(sent), Array(2).fill(rebuildJpeg(conditionedJpeg(700))));
  // Without the second packet, the first field is lost and the other one shown.
  assertEquals(depacketize(sent.toSpliced(1, 1)), ["packet-lost", rebuildJpeg(conditionedJpeg(700))]);
});

Deno.test("JpegDepacketizer takes packets without data, also as the last of a frame", () => {
  const cut = packetizeJpeg(conditionedJpeg(700), { maxPayloadBytes: 600 });
  const empty = (offset: number) => Uint8Array.of(0, offset >> 16, offset >> 8, offset, 1, 255, 8, 6);
  const offset = decodeJpegPayload(cut[1]).offset;
  const sent = packetsOf([[cut[0], empty(offset), empty(offset), cut[1], empty(700)]]);
  assertEquals(depacketize(sent), [rebuildJpeg(conditionedJpeg(700))]);
});

Deno.test("JpegDepacketizer takes the size from SDP where the packets say 0", () => {
  const large = conditionedJpeg(10, { width: 3840, height: 2160 });
  const sent = packetsOf([packetizeJpeg(large, { maxPayloadBytes: 1000 })]);
  assertEquals(depacketize(sent, { dimensions: { width: 3840, height: 2160 } }), [rebuildJpeg(large)]);
});

Deno.test("JpegDepacketizer ends frames at the next timestamp where the sender sets no marker", () => {
  const images = [conditionedJpeg(2000), conditionedJpeg(700), conditionedJpeg(1300)];
  const cut = images.map((one) => packetizeJpeg(one, { maxPayloadBytes: 600 }));
  const sent = packetsOf(cut).map((packet) => ({ ...packet, marker: false }));
  // Nothing tells that the last one has ended.
  assertEquals(depacketize(sent), [...images.slice(0, 2).map(rebuildJpeg), "truncated"]);
  for (let lost = 1; lost < cut[0].length; lost++) {
    assertEquals(depacketize(sent.toSpliced(lost, 1)).slice(0, 2), ["packet-lost", rebuildJpeg(images[1])]);
  }
  // The first packet of the next frame may have been the last of this one.
  const [damaged] = depacketize(sent.toSpliced(cut[0].length, 1));
  assertEquals(damaged, "packet-lost");
});

Deno.test("JpegDepacketizer gives a frame without marker the arrival of its own last packet", () => {
  const cut = packetizeJpeg(conditionedJpeg(700), { maxPayloadBytes: 600 });
  const sent = packetsOf([cut, cut]).map((packet, index) => ({ ...packet, marker: false, arrivalMs: index }));
  const depacketizer = new JpegDepacketizer({ maxFrameBytes: 10_000 });
  const [output] = sent.flatMap((packet) => depacketizer.push(packet));
  assertEquals(output.kind === "frame" && [output.timestamp, output.arrivalMs], [0, cut.length - 1]);
});

Deno.test("JpegDepacketizer does not count the frame that it joins in the middle, wherever that is", () => {
  const cut = packetizeJpeg(conditionedJpeg(2000), { maxPayloadBytes: 600 });
  for (let first = 1; first < cut.length; first++) {
    const joined = packetsOf([cut, cut]).slice(first);
    assertEquals(depacketize(joined), [rebuildJpeg(conditionedJpeg(2000))], `from packet ${first + 1} on`);
  }
  // A pause may end in the middle of a frame, too.
  const depacketizer = new JpegDepacketizer({ maxFrameBytes: 10_000 });
  const [whole, later] = [packetsOf([cut]), packetsOf([cut, cut]).slice(2)];
  const outputs = [whole, later].flatMap((part) => [
    ...part.flatMap((packet) => depacketizer.push(packet)),
    ...depacketizer.flush(),
  ]);
  assertEquals(outputs.map(({ kind }) => kind), ["frame", "frame"]);
});

Deno.test("RtpReceiver shows no part of a frame whose packets have one number, and takes duplicates for what they are", () => {
  const cut = packetizeJpeg(conditionedJpeg(2000), { maxPayloadBytes: 600 });
  const receive = (numbers: readonly number[], payloads: readonly Uint8Array[]) => {
    const receiver = new RtpReceiver({
      depacketizer: new JpegDepacketizer({ maxFrameBytes: 10_000 }),
      clockRate: 90_000,
    });
    payloads.forEach((payload, index) => {
      const timestamp = Math.floor(index * 3 / payloads.length) * 3600;
      receiver.push(
        encodeRtpPacket({ ...packetsOf([[payload]])[0], marker: false, timestamp, sequenceNumber: numbers[index] }),
        index,
      );
    });
    return receiver.statistics();
  };
  const repeated = receive(cut.flatMap(() => [0, 1, 2]).toSorted(), [...cut, ...cut, ...cut]);
  assertEquals([repeated.frames, repeated.damageCauses], [0, { "number-repeated": 3 }]);
  const doubled = [...cut, ...cut, ...cut].flatMap((payload) => [payload, payload]);
  const { frames, damagedFrames, duplicatePackets } = receive(doubled.map((_, index) => index >> 1), doubled);
  assertEquals([frames, damagedFrames, duplicatePackets], [2, 0, doubled.length / 2]);
});

Deno.test("JpegDepacketizer takes a frame of maxFrameBytes, and not of one more", () => {
  const sent = packetsOf([packetizeJpeg(conditionedJpeg(2000), { maxPayloadBytes: 600 })]);
  assertEquals(depacketize(sent, { maxFrameBytes: 2000 }), [rebuildJpeg(conditionedJpeg(2000))]);
  assertEquals(depacketize(sent, { maxFrameBytes: 1999 }), ["too-large"]);
});

Deno.test("JpegDepacketizer owns what it holds: the datagrams may be used again", () => {
  const depacketizer = new JpegDepacketizer({ maxFrameBytes: 1_000_000 });
  const sent = packetsOf([packetizeJpeg(conditionedJpeg(2000), { maxPayloadBytes: 600 })]);
  const outputs = sent.flatMap((packet) => {
    const pushed = depacketizer.push(packet);
    packet.payload.fill(0);
    return pushed;
  });
  assertEquals(outputs.map((output) => output.kind === "frame" && output.data), [rebuildJpeg(conditionedJpeg(2000))]);
});

/** Packets as an ONVIF device sends them: without a size, and with these segments in the extension of the first. */
function onvifPackets(jpeg: Uint8Array, markers: readonly number[], payloads?: Uint8Array[]): OrderedPacket[] {
  const sent = packetsOf([payloads ?? packetizeJpeg(conditionJpeg(jpeg), { maxPayloadBytes: 1000 })]);
  for (const { payload } of sent) payload.fill(0, 6, 8);
  return sent.map((packet, index) =>
    index > 0 ? packet : { ...packet, extension: { profile: 0xffd8, data: extensionData(jpeg, markers) } }
  );
}

/** Payloads without tables, whose type and Q mean nothing. */
function bareFragments(scan: Uint8Array, step = 500): Uint8Array[] {
  return Array.from({ length: Math.ceil(scan.length / step) }, (_, index) => {
    const at = index * step;
    return Uint8Array.from([0, at >> 16, at >> 8 & 255, at & 255, 7, 0, 0, 0, ...scan.subarray(at, at + step)]);
  });
}

const [DQT, SOF0, DHT, DRI, SOS] = [0xdb, 0xc0, 0xc4, 0xdd, 0xda];

Deno.test("JpegDepacketizer takes the size from the frame header in an ONVIF extension", async () => {
  const jpeg = await makeJpeg({ width: 2304, height: 40 });
  const [frame] = depacketize(onvifPackets(jpeg, [SOF0]), { dimensions: { width: 16, height: 16 } });
  assertEquals(conditionJpeg(frame as Uint8Array), conditionJpeg(jpeg));
});

Deno.test("JpegDepacketizer keeps the size of an ONVIF extension for frames that tell none", async () => {
  const jpeg = await makeJpeg({ width: 2304, height: 40 });
  const first = onvifPackets(jpeg, [SOF0]);
  const second = onvifPackets(jpeg, []).map((packet) => ({
    ...packet,
    sequenceNumber: packet.sequenceNumber + first.length & 0xffff,
    timestamp: 3600,
  }));
  const frames = depacketize([...first, ...second], { dimensions: { width: 16, height: 16 } });
  assertEquals(frames.map((frame) => conditionJpeg(frame as Uint8Array)), Array(2).fill(conditionJpeg(jpeg)));
});

for (const kind of [{ optimized: true }, { grey: true }, { chromaSubsample: 1 }] as const) {
  Deno.test(`JpegDepacketizer carries ${JSON.stringify(kind)} by the segments in an ONVIF extension`, async () => {
    const jpeg = await makeJpeg(kind);
    for (const markers of [[DQT, SOF0, DHT, SOS], [DQT, SOF0, DHT]]) {
      const [frame] = depacketize(onvifPackets(jpeg, markers, bareFragments(splitJpeg(jpeg).scan)));
      assertEquals(decodeCoefficients(frame as Uint8Array), decodeCoefficients(jpeg));
    }
  });
}

Deno.test("JpegDepacketizer puts an ONVIF extension together of several packets without data", async () => {
  const jpeg = await makeJpeg({ optimized: true });
  const { scan } = splitJpeg(jpeg);
  const data = extensionData(jpeg, [DQT, SOF0, DHT, SOS]);
  const payloads = [bareFragments(scan)[0].subarray(0, 8), new Uint8Array(0), ...bareFragments(scan)];
  const sent = packetsOf([payloads]).map((packet, index) => {
    const part = data.subarray([0, 200, 204][index], [200, 204][index]);
    return index > 2 ? packet : { ...packet, extension: { profile: index === 0 ? 0xffd8 : 0xffff, data: part } };
  });
  const [frame, ...rest] = depacketize(sent);
  assertEquals([decodeCoefficients(frame as Uint8Array), rest], [decodeCoefficients(jpeg), []]);
});

Deno.test("JpegDepacketizer adds the data in ONVIF extensions, without their padding", async () => {
  const jpeg = await makeJpeg();
  const { scan } = splitJpeg(jpeg);
  // The second packet's data comes in its extension.
  const payloads = bareFragments(scan.filter((_, index) => index < 500 || index >= 504));
  const padding = { profile: 0xffff, data: new Uint8Array(8).fill(0xff) };
  const sent = packetsOf([payloads]).map((packet, index) => ({
    ...packet,
    extension: [
      { profile: 0xffd8, data: extensionData(jpeg, [DQT, SOF0]) },
      { profile: 0xffff, data: scan.subarray(500, 504) },
    ][index] ?? padding,
  }));
  const [frame] = depacketize(sent);
  assertEquals(decodeCoefficients(frame as Uint8Array), decodeCoefficients(jpeg));
});

Deno.test("JpegDepacketizer takes the restart interval of an ONVIF extension before that of the payload", () => {
  const extension = { profile: 0xffd8, data: Uint8Array.of(0xff, DRI, 0, 4, 0, 3, 0xff, 0xff) };
  const [sent] = packetsOf([packetizeJpeg(conditionedJpeg(10, { restartInterval: 9 }), { maxPayloadBytes: 1000 })]);
  const [frame] = depacketize([{ ...sent, extension }]);
  assertEquals(conditionJpeg(frame as Uint8Array), conditionedJpeg(10, { restartInterval: 3 }));
});

Deno.test("JpegDepacketizer ignores malformed ONVIF extensions", () => {
  const [first, second] = packetsOf([packetizeJpeg(conditionedJpeg(700), { maxPayloadBytes: 600 })]);
  for (const data of [[1, 2, 3, 4], [0xff, SOF0, 0, 11], [0xff, 0xd9, 0xff, 0xff]]) {
    const extension = { profile: 0xffd8, data: Uint8Array.from(data) };
    assertEquals(depacketize([{ ...first, extension }, second]), [rebuildJpeg(conditionedJpeg(700))], `${data}`);
  }
});

Deno.test("JpegDepacketizer shows nothing where only a malformed ONVIF extension tells the size", () => {
  const large = packetizeJpeg(conditionedJpeg(10, { width: 3000 }), { maxPayloadBytes: 600 });
  const [sent] = packetsOf([large]);
  assertEquals(depacketize([{ ...sent, extension: { profile: 0xffd8, data: Uint8Array.of(1, 2, 3, 4) } }]), [
    "no-size",
  ]);
});

Deno.test("JpegDepacketizer ignores other header extensions", () => {
  for (const profile of [0xbede, 0xffff, 0xabac]) {
    const [sent] = packetsOf([packetizeJpeg(conditionedJpeg(10), { maxPayloadBytes: 600 })]);
    const data = Uint8Array.of(1, 2, 3, 4);
    assertEquals(depacketize([{ ...sent, extension: { profile, data } }]), [rebuildJpeg(conditionedJpeg(10))]);
  }
});

Deno.test("JpegDepacketizer counts ONVIF extensions within maxFrameBytes", () => {
  const interval = Uint8Array.of(0xff, DRI, 0, 4, 0, 3, 0xff, 0xff);
  const sent = packetsOf([packetizeJpeg(conditionedJpeg(1000), { maxPayloadBytes: 600 })]).map((packet, index) => ({
    ...packet,
    extension: { profile: index === 0 ? 0xffd8 : 0xffff, data: index === 0 ? interval : Uint8Array.of(1, 2, 3, 4) },
  }));
  assertEquals(depacketize(sent, { maxFrameBytes: 1012 }).map((output) => typeof output), ["object"]);
  assertEquals(depacketize(sent, { maxFrameBytes: 1011 }), ["too-large"]);
  // A flood of extensions without data ends at the limit, too.
  const flood = Array.from({ length: 300 }, (_, index) => ({
    ...sent[0],
    marker: false,
    payload: sent[0].payload.subarray(0, 140),
    sequenceNumber: index,
  }));
  assertEquals(depacketize(flood, { maxFrameBytes: 8 * 300 }), ["truncated"]);
  assertEquals(depacketize(flood, { maxFrameBytes: 8 * 300 - 1 }), ["too-large"]);
});

Deno.test(`JpegDepacketizer takes ${MAX_EXTENSION_BYTES} bytes of header segments, and not a word more`, () => {
  for (const [bytes, expected] of [[MAX_EXTENSION_BYTES, "object"], [MAX_EXTENSION_BYTES + 4, "too-large"]] as const) {
    // They are of no meaning, and so ignored, where they are not too many.
    const data = new Uint8Array(bytes).fill(1);
    const [sent] = packetsOf([packetizeJpeg(conditionedJpeg(10), { maxPayloadBytes: 600 })]);
    const [output] = depacketize([{ ...sent, extension: { profile: 0xffd8, data } }]);
    assertEquals(typeof output === "string" ? output : typeof output, expected);
  }
});

Deno.test("JpegDepacketizer survives any payloads, and shows only what starts and ends as a JPEG", () => {
  const parts = packetizeJpeg(conditionedJpeg(2000), { maxPayloadBytes: 600 });
  const payload = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...parts));
  const sequence = fc.array(fc.tuple(payload, fc.boolean(), fc.nat(2), fc.integer({ min: 1, max: 2 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(sequence, (input) => {
      let [number, timestamp] = [0, 0];
      const outputs = depacketize(input.map(([payload, marker, later, step]) => {
        number += step;
        timestamp += later;
        return { ...packetsOf([[payload]])[0], marker, sequenceNumber: number, timestamp };
      }));
      for (const output of outputs) {
        if (typeof output === "string") continue;
        assertEquals([...output.subarray(0, 2), ...output.subarray(-2)], [0xff, 0xd8, 0xff, 0xd9]);
      }
    }),
    { numRuns: 1000 },
  );
});
