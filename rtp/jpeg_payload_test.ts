import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type ConditionedJpeg, conditionJpeg } from "../mjpeg/conditioning.ts";
import { rebuildJpeg } from "../mjpeg/rebuild.ts";
import { makeJpeg } from "../tests/support/jpegs.ts";
import type { DepacketizerOutput } from "./depacketizer.ts";
import { decodeJpegPayload, JpegDepacketizer, type JpegDepacketizerOptions, packetizeJpeg } from "./jpeg_payload.ts";
import { quantTablesOf } from "./jpeg_quantization.ts";
import type { OrderedPacket } from "./reorder_buffer.ts";

const LUMA = Uint8Array.from({ length: 64 }, (_, index) => index + 1);
const CHROMA = Uint8Array.from({ length: 64 }, (_, index) => index + 101);

/** A frame of 64x48 whose data nobody will decode. */
function image(scanBytes: number, changes: Partial<ConditionedJpeg> = {}): ConditionedJpeg {
  return {
    width: 64,
    height: 48,
    sampling: "4:2:0",
    quantTables: [LUMA, CHROMA],
    restartInterval: 0,
    scan: Uint8Array.from({ length: scanBytes }, (_, index) => index % 251),
    isRecoded: false,
    ...changes,
  };
}

/** Packets of frames, one after the other, 3600 ticks apart. */
function packets(frames: readonly (readonly Uint8Array[])[]): OrderedPacket[] {
  let number = 65_530;
  return frames.flatMap((payloads, frame) =>
    payloads.map((payload, index) => ({
      marker: index === payloads.length - 1,
      payloadType: 26,
      sequenceNumber: ++number & 0xffff,
      extendedSequenceNumber: number,
      timestamp: frame * 3600,
      ssrc: 1,
      payload,
      arrivalMs: number,
    }))
  );
}

function depacketize(
  input: readonly OrderedPacket[],
  options: Partial<JpegDepacketizerOptions> = {},
): (Uint8Array | string)[] {
  const depacketizer = new JpegDepacketizer({ maxFrameBytes: 1_000_000, ...options });
  const outputs: DepacketizerOutput[] = [
    ...input.flatMap((packet) => depacketizer.push(packet)),
    ...depacketizer.flush(),
  ];
  return outputs.map((output) => output.kind === "frame" ? output.data : output.cause);
}

Deno.test("packetizeJpeg() writes the headers of RFC 2435, 3.1", () => {
  const [first, second] = packetizeJpeg(image(1500), { maxPayloadBytes: 1000 });
  assertEquals([...first.subarray(0, 12)], [
    ...[0, 0, 0, 0], // type-specific; fragment offset 0
    ...[1, 255, 8, 6], // type 1, Q 255, 64 and 48 pixels in eights
    ...[0, 0, 0, 128], // MBZ, precision of 8 bits, two tables
  ]);
  assertEquals([first.subarray(12, 76), first.subarray(76, 140)], [LUMA, CHROMA]);
  assertEquals(first.length, 1000);
  assertEquals([...second.subarray(0, 8)], [0, 0, 0x03, 0x5c, 1, 255, 8, 6]); // offset 860
  assertEquals(second.length, 8 + 1500 - 860);
});

Deno.test("packetizeJpeg() writes the restart header in every packet", () => {
  const payloads = packetizeJpeg(image(900, { sampling: "4:2:2", restartInterval: 0x0102 }), { maxPayloadBytes: 500 });
  assertEquals(payloads.map((payload) => [payload[4], ...payload.subarray(8, 12)]), [
    ...[[64, 1, 2, 255, 255], [64, 1, 2, 255, 255], [64, 1, 2, 255, 255]],
  ]);
});

Deno.test("packetizeJpeg() rounds sizes up to eights, and says 0 above 2040", () => {
  const sizes: [number, number, number, number][] = [[63, 41, 8, 6], [2040, 2033, 255, 255], [2041, 8, 0, 0]];
  for (const [width, height, eightsAcross, eightsDown] of sizes) {
    const [payload] = packetizeJpeg(image(10, { width, height }), { maxPayloadBytes: 1000 });
    assertEquals([payload[6], payload[7]], [eightsAcross, eightsDown], `${width}x${height}`);
  }
});

Deno.test("packetizeJpeg() takes a frame of 2^24 - 1 bytes, and not one more", () => {
  const scan = new Uint8Array(2 ** 24);
  const options = { maxPayloadBytes: 60_000 };
  const last = packetizeJpeg(image(0, { scan: scan.subarray(1) }), options).at(-1)!;
  assert(decodeJpegPayload(last).offset + decodeJpegPayload(last).data.length === 2 ** 24 - 1);
  assertThrows(() => packetizeJpeg(image(0, { scan }), options), RangeError, "RTP/JPEG counts to 16777215");
});

Deno.test("packetizeJpeg() refuses payloads that the headers would fill", () => {
  packetizeJpeg(image(10), { maxPayloadBytes: 141 });
  assertThrows(() => packetizeJpeg(image(10), { maxPayloadBytes: 140 }), RangeError, "the headers take more");
});

Deno.test("JpegDepacketizer rebuilds what packetizeJpeg() cut, at any size, with and without restarts", () => {
  const frame = fc.record({
    scanBytes: fc.integer({ min: 1, max: 4000 }),
    maxPayloadBytes: fc.integer({ min: 150, max: 1400 }),
    sampling: fc.constantFrom("4:2:0" as const, "4:2:2" as const),
    restartInterval: fc.constantFrom(0, 1, 65_535),
  });
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), (frames) => {
      const images = frames.map(({ scanBytes, ...changes }) => image(scanBytes, changes));
      const sent = packets(images.map((one, index) => packetizeJpeg(one, frames[index])));
      assertEquals(depacketize(sent), images.map(rebuildJpeg));
    }),
    { numRuns: 50 },
  );
});

Deno.test("JpegDepacketizer gives a real picture back as its coefficients were", async () => {
  const jpeg = conditionJpeg(await makeJpeg({ progressive: true, width: 200, height: 104 }));
  const [frame] = depacketize(packets([packetizeJpeg(jpeg, { maxPayloadBytes: 300 })]));
  assertEquals(conditionJpeg(frame as Uint8Array), { ...jpeg, isRecoded: false });
});

Deno.test("JpegDepacketizer never shows a frame with a hole: each fragment lost in turn", () => {
  const images = [image(2000), image(2500), image(1800)];
  const cut = images.map((one) => packetizeJpeg(one, { maxPayloadBytes: 600 }));
  const sent = packets(cut);
  for (let lost = 0; lost < sent.length; lost++) {
    const ofFrame = sent[lost].timestamp / 3600;
    const outputs = depacketize(sent.toSpliced(lost, 1));
    assertEquals(
      outputs.filter((output) => output instanceof Uint8Array),
      images.toSpliced(ofFrame, 1).map(rebuildJpeg),
      `packet ${lost + 1} lost`,
    );
    assertEquals(outputs.filter((output) => typeof output === "string").length, 1, `packet ${lost + 1} lost`);
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

for (const { title, frames, shown } of SHOWN) {
  Deno.test(`JpegDepacketizer shows ${title}`, () => {
    const expected = shown.map((changes) => rebuildJpeg(image(0, { scan: Uint8Array.of(7), ...changes })));
    assertEquals(depacketize(packets(frames)), expected);
  });
}

const DAMAGED: readonly { title: string; payloads: Uint8Array[]; cause: string }[] = [
  { title: "Q 0, which is reserved", payloads: [firstPayload({ q: 0, rest: [7] })], cause: "not-a-jpeg" },
  { title: "Q 100, which is reserved", payloads: [firstPayload({ q: 100, rest: [7] })], cause: "not-a-jpeg" },
  { title: "Q 127, which is reserved", payloads: [firstPayload({ q: 127, rest: [7] })], cause: "not-a-jpeg" },
  { title: "type 2", payloads: [firstPayload({ type: 2, rest: [...tablesIn(both), 7] })], cause: "not-a-jpeg" },
  { title: "type 128", payloads: [firstPayload({ type: 128, rest: [...tablesIn(both), 7] })], cause: "not-a-jpeg" },
  { title: "no size", payloads: [firstPayload({ eights: [0, 0], rest: [...tablesIn(both), 7] })], cause: "not-a-jpeg" },
  {
    title: "tables that never came",
    payloads: [firstPayload({ q: 200, rest: [...tablesIn([]), 7] })],
    cause: "tables-missing",
  },
  { title: "no tables with Q 255", payloads: [firstPayload({ rest: [...tablesIn([]), 7] })], cause: "tables-missing" },
  { title: "half a table", payloads: [firstPayload({ rest: [...tablesIn([1, 2, 3]), 7] })], cause: "not-a-jpeg" },
  { title: "a short header", payloads: [Uint8Array.of(0, 0, 0)], cause: "not-a-jpeg" },
  { title: "tables beyond the payload", payloads: [firstPayload({ rest: [0, 0, 0, 128, 1] })], cause: "not-a-jpeg" },
];

for (const { title, payloads, cause } of DAMAGED) {
  Deno.test(`JpegDepacketizer counts ${title} as damaged once, and goes on`, () => {
    const good = packetizeJpeg(image(10), { maxPayloadBytes: 1000 });
    assertEquals(depacketize(packets([payloads, good])), [cause, rebuildJpeg(image(10))]);
  });
}

Deno.test("JpegDepacketizer takes a size of 0 from elsewhere", () => {
  const large = image(10, { width: 3840, height: 2160 });
  const sent = packets([packetizeJpeg(large, { maxPayloadBytes: 1000 })]);
  assertEquals(depacketize(sent, { dimensions: { width: 3840, height: 2160 } }), [rebuildJpeg(large)]);
});

Deno.test("JpegDepacketizer gives up on a frame whose marker does not come, at the next timestamp", () => {
  const cut = packetizeJpeg(image(2000), { maxPayloadBytes: 600 });
  const sent = packets([cut, cut]).map((packet) => packet.timestamp === 0 ? { ...packet, marker: false } : packet);
  assertEquals(depacketize(sent), ["broken-off", rebuildJpeg(image(2000))]);
});

Deno.test("JpegDepacketizer passes over the rest of a frame joined in the middle", () => {
  const cut = packetizeJpeg(image(2000), { maxPayloadBytes: 600 });
  assertEquals(depacketize(packets([cut, cut]).slice(1)), ["packet-lost", rebuildJpeg(image(2000))]);
});

Deno.test("JpegDepacketizer takes a frame of maxFrameBytes, and not one more", () => {
  const sent = packets([packetizeJpeg(image(2000), { maxPayloadBytes: 600 })]);
  assertEquals(depacketize(sent, { maxFrameBytes: 2000 }), [rebuildJpeg(image(2000))]);
  assertEquals(depacketize(sent, { maxFrameBytes: 1999 }), ["too-large"]);
});

Deno.test("JpegDepacketizer owns what it holds: the datagrams may be used again", () => {
  const depacketizer = new JpegDepacketizer({ maxFrameBytes: 1_000_000 });
  const sent = packets([packetizeJpeg(image(2000), { maxPayloadBytes: 600 })]);
  const outputs = sent.flatMap((packet) => {
    const pushed = depacketizer.push(packet);
    packet.payload.fill(0);
    return pushed;
  });
  assertEquals(outputs.map((output) => output.kind === "frame" && output.data), [rebuildJpeg(image(2000))]);
});

Deno.test("JpegDepacketizer survives any payloads, and shows only what starts and ends as a JPEG", () => {
  const parts = packetizeJpeg(image(2000), { maxPayloadBytes: 600 });
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
        return { ...packets([[payload]])[0], marker, extendedSequenceNumber: number, timestamp };
      }));
      for (const output of outputs) {
        if (typeof output === "string") continue;
        assertEquals([...output.subarray(0, 2), ...output.subarray(-2)], [0xff, 0xd8, 0xff, 0xd9]);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("quantTablesOf() gives Annex K's tables at Q 50, and rejects what is reserved", () => {
  const [luma, chroma] = quantTablesOf(50);
  assertEquals([[...luma.subarray(0, 6)], [...chroma.subarray(0, 6)]], [[16, 11, 12, 14, 12, 10], [
    17,
    18,
    18,
    24,
    21,
    24,
  ]]);
  for (const q of [0, 100, 1.5]) assertThrows(() => quantTablesOf(q), RangeError, "1 to 99");
});
