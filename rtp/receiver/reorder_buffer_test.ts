import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { RtpPacket } from "../packet.ts";
import { ReorderBuffer, type ReorderOutcome } from "./reorder_buffer.ts";

const OPTIONS = { maxWaitMs: 200, maxPackets: 8, maxBytes: 1000, maxJump: 100 };

function packet(sequenceNumber: number, timestamp = 0): RtpPacket {
  return { marker: false, payloadType: 26, sequenceNumber, timestamp, ssrc: 0, payload: new Uint8Array(0) };
}

/** Pushes packets, each one 1 ms after the one before; what came of each, and the numbers handed out. */
function run(
  buffer: ReorderBuffer,
  packets: readonly (number | RtpPacket)[],
): { outcomes: ReorderOutcome[]; numbers: number[] } {
  const outcomes: ReorderOutcome[] = [];
  const numbers: number[] = [];
  packets.forEach((item, index) => {
    const pushed = buffer.push(typeof item === "number" ? packet(item) : item, index);
    outcomes.push(pushed.outcome);
    numbers.push(...pushed.packets.map(({ extendedSequenceNumber }) => extendedSequenceNumber));
  });
  return { outcomes, numbers };
}

const CASES: readonly {
  title: string;
  input: (number | RtpPacket)[];
  numbers: number[];
  outcomes: ReorderOutcome[];
}[] = [
  { title: "hands out what is in order at once", input: [1, 2], numbers: [1, 2], outcomes: ["accepted", "accepted"] },
  {
    title: "puts a late packet before those that overtook it",
    input: [1, 3, 4, 2],
    numbers: [1, 2, 3, 4],
    outcomes: ["accepted", "accepted", "accepted", "reordered"],
  },
  {
    title: "drops a duplicate packet, handed out or held",
    input: [1, 1, 3, 3, 2],
    numbers: [1, 2, 3],
    outcomes: ["accepted", "duplicate", "accepted", "duplicate", "reordered"],
  },
  {
    title: "goes on over the wrap",
    input: [65_534, 0, 65_535, 1],
    numbers: [65_534, 65_535, 65_536, 65_537],
    outcomes: ["accepted", "accepted", "reordered", "accepted"],
  },
  {
    title: "drops one packet from afar",
    input: [1, 5000, 2],
    numbers: [1, 2],
    outcomes: ["accepted", "stray", "accepted"],
  },
  {
    title: "starts again when two packets from afar follow one another",
    input: [1, 5000, 5001, 5002],
    numbers: [1, 5001, 5002],
    outcomes: ["accepted", "stray", "restarted", "accepted"],
  },
  {
    title: "does not start again on two strays that do not follow one another",
    input: [1, 5000, 9000, 2],
    numbers: [1, 2],
    outcomes: ["accepted", "stray", "stray", "accepted"],
  },
  {
    title: "starts again when old numbers come with a new time",
    input: [packet(1, 10), packet(2, 10), packet(3, 10), packet(1, 11), packet(2, 11), packet(3, 11)],
    numbers: [1, 2, 3, 65_536 + 2, 65_536 + 3],
    outcomes: ["accepted", "accepted", "accepted", "stray", "restarted", "accepted"],
  },
  {
    title: "takes old numbers with the same time for duplicate ones",
    input: [packet(1, 10), packet(2, 10), packet(3, 10), packet(1, 10), packet(2, 10), packet(3, 10)],
    numbers: [1, 2, 3],
    outcomes: ["accepted", "accepted", "accepted", "duplicate", "duplicate", "duplicate"],
  },
];

for (const { title, input, numbers, outcomes } of CASES) {
  Deno.test(`ReorderBuffer ${title}`, () => {
    assertEquals(run(new ReorderBuffer(OPTIONS), input), { outcomes, numbers });
  });
}

Deno.test("ReorderBuffer gives up on a missing packet after maxWaitMs, and calls it late when it comes", () => {
  const buffer = new ReorderBuffer(OPTIONS);
  buffer.push(packet(1), 0);
  assertEquals(buffer.deadlineMs, undefined);
  buffer.push(packet(3), 10);
  buffer.push(packet(4), 20);
  assertEquals(buffer.deadlineMs, 210);
  assertEquals(buffer.expire(209), []);
  assertEquals(buffer.expire(210).map(({ sequenceNumber }) => sequenceNumber), [3, 4]);
  assertEquals(buffer.push(packet(2), 220), { outcome: "late", extendedSequenceNumber: 2, packets: [] });
  assertEquals(buffer.push(packet(2), 221), { outcome: "duplicate", extendedSequenceNumber: 2, packets: [] });
});

Deno.test("ReorderBuffer holds maxPackets, and one more makes it give up", () => {
  const buffer = new ReorderBuffer(OPTIONS);
  const atLimit = run(buffer, [1, ...Array.from({ length: OPTIONS.maxPackets }, (_, index) => index + 3)]);
  assertEquals(atLimit.numbers, [1]);
  assertEquals(
    buffer.push(packet(OPTIONS.maxPackets + 3), 0).packets.map(({ sequenceNumber }) => sequenceNumber),
    Array.from({ length: OPTIONS.maxPackets + 1 }, (_, index) => index + 3),
  );
});

Deno.test("ReorderBuffer holds maxBytes, and one more makes it give up", () => {
  const sized = (sequenceNumber: number, bytes: number) => ({
    ...packet(sequenceNumber),
    payload: new Uint8Array(bytes - 80),
    extension: { profile: 1, data: new Uint8Array(80) },
  });
  const numbers = (last: number) =>
    run(new ReorderBuffer(OPTIONS), [packet(1), sized(3, 400), sized(5, 500), sized(7, last)]).numbers;
  assertEquals(numbers(100), [1]);
  // The first two gaps are given up on; then what is held is within the limit again.
  assertEquals(numbers(101), [1, 3]);
  assertEquals(numbers(1000), [1, 3, 5]);
  assertEquals(numbers(1001), [1, 3, 5, 7]);
});

Deno.test("ReorderBuffer copies what has to wait, and hands on as it came what does not", () => {
  const buffer = new ReorderBuffer(OPTIONS);
  const sent = [1, 3, 2].map((number) => ({
    ...packet(number),
    payload: new Uint8Array(100).subarray(number, 10),
    extension: { profile: 7, data: new Uint8Array(100).subarray(0, 4 * number) },
  }));
  const handedOut = sent.flatMap((one) => buffer.push(one, 0).packets);
  assertEquals(handedOut.map(({ sequenceNumber }) => sequenceNumber), [1, 2, 3]);
  assertEquals(handedOut.map(({ payload }) => payload.buffer.byteLength), [100, 100, 7]);
  assertEquals(handedOut.map(({ extension }) => extension!.data.buffer.byteLength), [100, 100, 12]);
  assertEquals(handedOut.map(({ extension }) => [extension!.profile, extension!.data.length]), [[7, 4], [7, 8], [
    7,
    12,
  ]]);
});

Deno.test("ReorderBuffer.flush() hands out what is held and nothing twice", () => {
  const buffer = new ReorderBuffer(OPTIONS);
  run(buffer, [1, 3, 5]);
  assertEquals(buffer.flush().map(({ sequenceNumber }) => sequenceNumber), [3, 5]);
  assertEquals(buffer.flush(), []);
});

Deno.test("ReorderBuffer hands out every packet once and in order, however they are shuffled and duplicate", () => {
  const arrival = fc.record({ start: fc.nat(65_535), keys: fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }) });
  fc.assert(fc.property(arrival, ({ start, keys }) => {
    // A packet may be overtaken by up to five others, and every third is duplicate.
    const order = keys.map((key, index) => ({ number: index, place: index + key }))
      .toSorted((left, right) => left.place - right.place).map(({ number }) => number);
    const first = order[0];
    const sent = order.flatMap((number) => number % 3 === 0 ? [number, number] : [number]);
    const buffer = new ReorderBuffer(OPTIONS);
    const numbers = [
      ...run(buffer, sent.map((number) => (start + number) & 0xffff)).numbers,
      ...buffer.flush().map(({ extendedSequenceNumber }) => extendedSequenceNumber),
    ];
    assert(numbers.every((number, index) => index === 0 || number > numbers[index - 1]), "in order");
    // Those before the first to arrive count as seen; all others come out.
    assertEquals(numbers.length, keys.length - first);
  }));
});

Deno.test("ReorderBuffer starts again where another source takes over, behind or ahead, and goes on where it goes on", () => {
  const from = (ssrc: number, first: number) =>
    [0, 1, 2].map((index): RtpPacket => ({ ...packet(first + index), ssrc }));
  for (const first of [20, 60]) {
    const buffer = new ReorderBuffer(OPTIONS);
    run(buffer, from(1, 50));
    assertEquals(run(buffer, from(2, first)).outcomes, ["stray", "restarted", "accepted"], `${first}`);
  }
  const buffer = new ReorderBuffer(OPTIONS);
  run(buffer, from(1, 50));
  assertEquals(run(buffer, from(2, 53)).outcomes, ["accepted", "accepted", "accepted"]);
});

Deno.test("ReorderBuffer says which packets follow a gap", () => {
  const buffer = new ReorderBuffer(OPTIONS);
  const handedOut = [1, 2, 5, 6].flatMap((number) => buffer.push(packet(number), 0).packets);
  handedOut.push(...buffer.flush(), ...buffer.push(packet(7), 0).packets);
  // Two of another stream: the first one alone is taken for a stray.
  handedOut.push(...[5000, 5001, 5002].flatMap((number) => buffer.push(packet(number), 0).packets));
  assertEquals(
    handedOut.map(({ sequenceNumber, followsGap }) => [sequenceNumber, followsGap]),
    [[1, false], [2, false], [5, true], [6, false], [7, false], [5001, true], [5002, false]],
  );
});

Deno.test("ReorderBuffer takes a packet from before the first one as late, and each of those between once", () => {
  const buffer = new ReorderBuffer(OPTIONS);
  assertEquals(run(buffer, [10, 7, 8, 8, 7, 11]).outcomes, [
    "accepted",
    "late",
    "late",
    "duplicate",
    "duplicate",
    "accepted",
  ]);
});
