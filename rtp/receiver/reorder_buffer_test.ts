import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { OrderedPacket } from "../depacketizer.ts";
import type { RtpPacket } from "../packet.ts";
import { Reordering } from "../../tests/support/ordered_packets.ts";
import type { SequencePlace } from "./sequence_tracker.ts";

type Outcome = SequencePlace["outcome"];

const OPTIONS = { maxWaitMs: 200, maxPackets: 8, maxBytes: 1000, maxDropout: 100 };

function packet(sequenceNumber: number, timestamp = 0): RtpPacket {
  return { marker: false, payloadType: 26, sequenceNumber, timestamp, ssrc: 0, payload: new Uint8Array(0) };
}

/** Pushes packets, each one 1 ms after the one before; what came of each, and the numbers handed out, negative behind a gap. */
function run(
  reordering: Reordering,
  packets: readonly (number | RtpPacket)[],
): { outcomes: Outcome[]; numbers: number[] } {
  const outcomes: Outcome[] = [];
  const numbers: number[] = [];
  packets.forEach((item, index) => {
    const pushed = reordering.push(typeof item === "number" ? packet(item) : item, index);
    outcomes.push(pushed.outcome);
    numbers.push(...numbersOf(pushed.packets));
  });
  return { outcomes, numbers };
}

function numbersOf(packets: readonly OrderedPacket[]): number[] {
  return packets.map(({ sequenceNumber, isAfterGap }) => isAfterGap ? -sequenceNumber : sequenceNumber);
}

const CASES: readonly {
  title: string;
  input: (number | RtpPacket)[];
  numbers: number[];
  outcomes: Outcome[];
}[] = [
  { title: "hands out what is in order at once", input: [1, 2], numbers: [1, 2], outcomes: ["accepted", "accepted"] },
  {
    title: "puts a late packet before those that overtook it",
    input: [1, 3, 4, 2],
    numbers: [1, 2, 3, 4],
    outcomes: ["accepted", "accepted", "accepted", "reordered"],
  },
  {
    title: "drops a doubled packet, handed out or held",
    input: [1, 1, 3, 3, 2],
    numbers: [1, 2, 3],
    outcomes: ["accepted", "duplicate", "accepted", "duplicate", "reordered"],
  },
  {
    title: "goes on over the wrap",
    input: [65_534, 0, 65_535, 1],
    numbers: [65_534, 65_535, 0, 1],
    outcomes: ["accepted", "accepted", "reordered", "accepted"],
  },
  {
    title: "drops one packet from afar",
    input: [1, 5000, 2],
    numbers: [1, 2],
    outcomes: ["accepted", "stray", "accepted"],
  },
  {
    title: "restarts when two packets from afar follow one another",
    input: [1, 5000, 5001, 5002],
    numbers: [1, -5001, 5002],
    outcomes: ["accepted", "stray", "restarted", "accepted"],
  },
  {
    title: "does not restart on two strays that do not follow one another",
    input: [1, 5000, 9000, 2],
    numbers: [1, 2],
    outcomes: ["accepted", "stray", "stray", "accepted"],
  },
  {
    title: "restarts when old numbers come with a new time",
    input: [packet(1, 10), packet(2, 10), packet(3, 10), packet(1, 11), packet(2, 11), packet(3, 11)],
    numbers: [1, 2, 3, -2, 3],
    outcomes: ["accepted", "accepted", "accepted", "stray", "restarted", "accepted"],
  },
  {
    title: "takes old numbers with the same time for doubled ones",
    input: [packet(1, 10), packet(2, 10), packet(3, 10), packet(1, 10), packet(2, 10), packet(3, 10)],
    numbers: [1, 2, 3],
    outcomes: ["accepted", "accepted", "accepted", "duplicate", "duplicate", "duplicate"],
  },
];

for (const { title, input, numbers, outcomes } of CASES) {
  Deno.test(`ReorderBuffer ${title}`, () => {
    assertEquals(run(new Reordering(OPTIONS), input), { outcomes, numbers });
  });
}

Deno.test("ReorderBuffer gives up on a missing packet after maxWaitMs, and drops it when it comes", () => {
  const reordering = new Reordering(OPTIONS);
  const { buffer } = reordering;
  reordering.push(packet(1), 0);
  assertEquals(buffer.deadlineMs, undefined);
  reordering.push(packet(3), 10);
  reordering.push(packet(4), 20);
  assertEquals(buffer.deadlineMs, 210);
  assertEquals(buffer.expire(209), []);
  assertEquals(numbersOf(buffer.expire(210)), [-3, 4]);
  assertEquals(reordering.push(packet(2), 220), { outcome: "reordered", packets: [] });
  assertEquals(reordering.push(packet(2), 221), { outcome: "duplicate", packets: [] });
});

Deno.test("ReorderBuffer holds maxPackets, and one more makes it give up", () => {
  const reordering = new Reordering(OPTIONS);
  const atLimit = run(reordering, [1, ...Array.from({ length: OPTIONS.maxPackets }, (_, index) => index + 3)]);
  assertEquals(atLimit.numbers, [1]);
  assertEquals(
    numbersOf(reordering.push(packet(OPTIONS.maxPackets + 3), 0).packets),
    Array.from({ length: OPTIONS.maxPackets + 1 }, (_, index) => index === 0 ? -3 : index + 3),
  );
});

Deno.test("ReorderBuffer holds maxBytes, and one more makes it give up", () => {
  const sized = (sequenceNumber: number, bytes: number) => ({
    ...packet(sequenceNumber),
    payload: new Uint8Array(bytes - 80),
    extension: { profile: 1, data: new Uint8Array(80) },
  });
  const numbers = (last: number) =>
    run(new Reordering(OPTIONS), [packet(1), sized(3, 400), sized(5, 500), sized(7, last)]).numbers;
  assertEquals(numbers(100), [1]);
  // The first two gaps are given up on; then what is held is within the limit again.
  assertEquals(numbers(101), [1, -3]);
  assertEquals(numbers(1000), [1, -3, -5]);
  assertEquals(numbers(1001), [1, -3, -5, -7]);
});

Deno.test("ReorderBuffer copies what has to wait, and hands on as it came what does not", () => {
  const reordering = new Reordering(OPTIONS);
  const sent = [1, 3, 2].map((number) => ({
    ...packet(number),
    payload: new Uint8Array(100).subarray(number, 10),
    extension: { profile: 7, data: new Uint8Array(100).subarray(0, 4 * number) },
  }));
  const handedOut = sent.flatMap((one) => reordering.push(one, 0).packets);
  assertEquals(handedOut.map(({ sequenceNumber }) => sequenceNumber), [1, 2, 3]);
  assertEquals(handedOut.map(({ payload }) => payload.buffer.byteLength), [100, 100, 7]);
  assertEquals(handedOut.map(({ extension }) => extension!.data.buffer.byteLength), [100, 100, 12]);
  assertEquals(handedOut.map(({ extension }) => [extension!.profile, extension!.data.length]), [[7, 4], [7, 8], [
    7,
    12,
  ]]);
});

Deno.test("ReorderBuffer.flush() hands out what is held and nothing twice", () => {
  const reordering = new Reordering(OPTIONS);
  const { buffer } = reordering;
  run(reordering, [1, 3, 5]);
  assertEquals(numbersOf(buffer.flush()), [-3, -5]);
  assertEquals(buffer.flush(), []);
});

Deno.test("ReorderBuffer hands out every packet once and in order, however they are shuffled and doubled", () => {
  const arrival = fc.record({ start: fc.nat(65_535), keys: fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }) });
  fc.assert(fc.property(arrival, ({ start, keys }) => {
    // A packet may be overtaken by up to five others, and every third is doubled.
    const order = keys.map((key, index) => ({ number: index, place: index + key }))
      .toSorted((left, right) => left.place - right.place).map(({ number }) => number);
    const first = order[0];
    const sent = order.flatMap((number) => number % 3 === 0 ? [number, number] : [number]);
    const reordering = new Reordering(OPTIONS);
    const { buffer } = reordering;
    const numbers = [
      ...run(reordering, sent.map((number) => (start + number) & 0xffff)).numbers,
      ...numbersOf(buffer.flush()),
    ].map((number) => (Math.abs(number) - start) & 0xffff);
    assert(numbers.every((number, index) => index === 0 || number > numbers[index - 1]), "in order");
    // Those before the first to arrive count as seen; all others come out.
    assertEquals(numbers.length, keys.length - first);
  }));
});

Deno.test("ReorderBuffer marks the packet behind a gap, and no other", () => {
  const reordering = new Reordering(OPTIONS);
  assertEquals(run(reordering, [1, 4, 3, 6]).numbers, [1]);
  assertEquals(numbersOf(reordering.buffer.flush()), [-3, 4, -6]);
  assertEquals(run(reordering, [7, 8]).numbers, [7, 8]);
});

Deno.test("ReorderBuffer.restart() hands out what is held, and takes any number next", () => {
  const { buffer } = new Reordering(OPTIONS);
  for (const extended of [100, 102]) buffer.push(packet(extended), { extended, arrivalMs: 0 });
  assertEquals(numbersOf(buffer.restart()), [-102]);
  assertEquals(numbersOf(buffer.push(packet(7), { extended: 7, arrivalMs: 0 })), [-7]);
  assertEquals(numbersOf(buffer.push(packet(8), { extended: 8, arrivalMs: 0 })), [8]);
});
