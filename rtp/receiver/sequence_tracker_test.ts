import { assertEquals } from "@std/assert";
import { FIRST_SEQUENCE_NUMBER_MAX, MAX_DROPOUT, MAX_MISORDER } from "../limits.ts";
import type { RtpHeader } from "../packet.ts";
import { type SequencePlace, SequenceTracker, type SequenceTrackerOptions } from "./sequence_tracker.ts";

type Outcome = SequencePlace["outcome"];

function header(sequenceNumber: number, { timestamp = 0, ssrc = 1 } = {}): RtpHeader {
  return { marker: false, payloadType: 26, sequenceNumber, timestamp, ssrc };
}

function place(tracker: SequenceTracker, packets: readonly (number | RtpHeader)[]): SequencePlace[] {
  return packets.map((packet) => tracker.place(typeof packet === "number" ? header(packet) : packet));
}

/** 1 to `last`. */
function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** `expected` packets are the received ones, duplicates not counted, and the lost ones. */
const CASES: readonly {
  title: string;
  input: readonly (number | RtpHeader)[];
  options?: SequenceTrackerOptions;
  outcomes: readonly Outcome[];
  extended?: readonly number[];
  expected: number;
}[] = [
  {
    title: "packets in order",
    input: [1, 2, 3],
    outcomes: ["accepted", "accepted", "accepted"],
    extended: [1, 2, 3],
    expected: 3,
  },
  { title: "a gap", input: [1, 2, 5], outcomes: ["accepted", "accepted", "accepted"], expected: 5 },
  {
    title: "a gap before the first, where the stream counts from 1",
    input: [3, 4],
    options: { countsFromOne: true },
    outcomes: ["accepted", "accepted"],
    expected: 4,
  },
  {
    title: `a first number of ${FIRST_SEQUENCE_NUMBER_MAX}, where the stream counts from 1`,
    input: [FIRST_SEQUENCE_NUMBER_MAX],
    options: { countsFromOne: true },
    outcomes: ["accepted"],
    expected: FIRST_SEQUENCE_NUMBER_MAX,
  },
  {
    title: "a higher first number, where the stream counts from 1",
    input: [FIRST_SEQUENCE_NUMBER_MAX + 1],
    options: { countsFromOne: true },
    outcomes: ["accepted"],
    expected: 1,
  },
  { title: "a duplicate", input: [1, 1, 2], outcomes: ["accepted", "duplicate", "accepted"], expected: 2 },
  {
    title: "a late packet",
    input: [1, 3, 2],
    outcomes: ["accepted", "accepted", "reordered"],
    extended: [1, 3, 2],
    expected: 3,
  },
  {
    title: "a late packet that comes twice",
    input: [1, 3, 2, 2],
    outcomes: ["accepted", "accepted", "reordered", "duplicate"],
    expected: 3,
  },
  {
    title: "a packet before the first",
    input: [10, 9, 11],
    outcomes: ["accepted", "reordered", "accepted"],
    expected: 3,
  },
  {
    title: "the wrap",
    input: [65_534, 65_535, 1, 0],
    outcomes: ["accepted", "accepted", "accepted", "reordered"],
    extended: [65_534, 65_535, 65_537, 65_536],
    expected: 4,
  },
  {
    title: "the wrap behind the first packet",
    input: [0, 65_535],
    outcomes: ["accepted", "reordered"],
    extended: [0, -1],
    expected: 2,
  },
  {
    title: "one packet from afar",
    input: [1, 5000, 2],
    outcomes: ["accepted", "stray", "accepted"],
    expected: 2,
  },
  {
    title: `a jump of ${MAX_DROPOUT} for a gap`,
    input: [1, MAX_DROPOUT + 1],
    outcomes: ["accepted", "accepted"],
    expected: MAX_DROPOUT + 1,
  },
  {
    title: "a larger jump for a stray packet",
    input: [1, MAX_DROPOUT + 2],
    outcomes: ["accepted", "stray"],
    expected: 1,
  },
  {
    title: "two packets from afar that follow one another for a new stream",
    input: [1, 2, 4, 5000, 5001, 5003],
    outcomes: ["accepted", "accepted", "accepted", "stray", "restarted", "accepted"],
    extended: [1, 2, 4, 5000, 5001, 5003],
    expected: 4 + 3,
  },
  {
    title: "two packets from afar that do not follow one another for stray ones",
    input: [1, 5000, 9000, 2],
    outcomes: ["accepted", "stray", "stray", "accepted"],
    expected: 2,
  },
  {
    title: "old numbers with a new time for a new stream",
    input: [1, 2, 3].flatMap((number) => header(number, { timestamp: 10 })).concat(
      [1, 2, 3].map((number) => header(number, { timestamp: 11 })),
    ),
    outcomes: ["accepted", "accepted", "accepted", "stray", "restarted", "accepted"],
    expected: 5,
  },
  {
    title: "old numbers with a new time over the wrap of the time for a new stream",
    input: [header(1, { timestamp: 2 ** 32 - 1 }), header(2, { timestamp: 2 ** 32 - 1 }), header(1), header(2)],
    outcomes: ["accepted", "accepted", "stray", "restarted"],
    expected: 3,
  },
  {
    title: "old numbers with the same time for duplicates",
    input: [1, 2, 3, 1, 2, 3],
    outcomes: ["accepted", "accepted", "accepted", "duplicate", "duplicate", "duplicate"],
    expected: 3,
  },
  {
    title: "old numbers with an older time than theirs for a new stream",
    input: [1, 2, 3].flatMap((number) => header(number, { timestamp: 10 + number })).concat(
      [1, 2, 3].map((number) => header(number, { timestamp: number })),
    ),
    outcomes: ["accepted", "accepted", "accepted", "stray", "restarted", "accepted"],
    expected: 3 + 2,
  },
  {
    title: "the newest number with a newer time for a duplicate",
    input: [header(1, { timestamp: 10 }), header(1, { timestamp: 11 }), header(2, { timestamp: 11 })],
    outcomes: ["accepted", "duplicate", "accepted"],
    expected: 2,
  },
  {
    title: `a duplicate that is ${MAX_MISORDER} behind`,
    input: [...numbersTo(MAX_MISORDER + 1), 1, 2],
    outcomes: [...Array(MAX_MISORDER + 1).fill("accepted"), "duplicate", "duplicate"],
    expected: MAX_MISORDER + 1,
  },
  {
    title: `what comes again ${MAX_MISORDER + 1} behind for a stray packet, and ${MAX_MISORDER} behind for duplicates`,
    input: [...numbersTo(MAX_MISORDER + 2), 1, 2, 3],
    outcomes: [...Array(MAX_MISORDER + 2).fill("accepted"), "stray", "duplicate", "duplicate"],
    expected: MAX_MISORDER + 2,
  },
  {
    title: `numbers and times that come again more than ${MAX_MISORDER} behind for a new stream`,
    input: [...numbersTo(MAX_MISORDER + 3), 1, 2, 3],
    outcomes: [...Array(MAX_MISORDER + 3).fill("accepted"), "stray", "restarted", "accepted"],
    extended: [...numbersTo(MAX_MISORDER + 3), 1, 2, 3],
    expected: MAX_MISORDER + 3 + 2,
  },
  {
    title: `a missing packet that comes more than ${MAX_MISORDER} behind for a late one`,
    input: [1, ...numbersTo(MAX_MISORDER + 10).slice(3), 2, 3],
    outcomes: [...Array(MAX_MISORDER + 8).fill("accepted"), "reordered", "reordered"],
    expected: MAX_MISORDER + 10,
  },
  {
    title: `packets from ${MAX_MISORDER} before the first for late ones, and from further before for a new stream`,
    input: [1000, 1000 - MAX_MISORDER, 1001, 999 - 2 * MAX_MISORDER, 1000 - 2 * MAX_MISORDER],
    outcomes: ["accepted", "reordered", "accepted", "stray", "reordered"],
    expected: 2 * MAX_MISORDER + 2,
  },
  ...[20, 60].map((first) => ({
    title: `another source at ${first > 50 ? "higher" : "lower"} numbers for a new stream`,
    input: [50, 51, 52, ...[0, 1, 2].map((index) => header(first + index, { ssrc: 2 }))],
    outcomes: ["accepted", "accepted", "accepted", "stray", "restarted", "accepted"] as const,
    expected: 3 + 2,
  })),
  {
    title: "another source that goes on with the numbers for the same stream",
    input: [50, 51, 52, ...[53, 54].map((number) => header(number, { ssrc: 2 }))],
    outcomes: ["accepted", "accepted", "accepted", "accepted", "accepted"],
    expected: 5,
  },
];

for (const { title, input, options, outcomes, extended, expected } of CASES) {
  Deno.test(`SequenceTracker takes ${title}`, () => {
    const tracker = new SequenceTracker(options);
    const places = place(tracker, input);
    assertEquals(places.map(({ outcome }) => outcome), [...outcomes]);
    if (extended !== undefined) assertEquals(places.map((each) => each.extended), [...extended]);
    assertEquals(tracker.expectedPackets, expected);
  });
}

Deno.test("SequenceTracker knows nothing before the first packet", () => {
  const { ssrc, expectedPackets } = new SequenceTracker();
  assertEquals([ssrc, expectedPackets], [undefined, 0]);
});

Deno.test("SequenceTracker names the source whose packet was the newest", () => {
  const tracker = new SequenceTracker();
  place(tracker, [header(1, { ssrc: 7 }), header(9, { ssrc: 8 })]);
  assertEquals(tracker.ssrc, 7);
  place(tracker, [header(10, { ssrc: 8 })]);
  assertEquals(tracker.ssrc, 8);
});

Deno.test("SequenceTracker counts wraps in the highest number, and from zero in a new stream", () => {
  const tracker = new SequenceTracker();
  place(tracker, [65_535, 3, 1]);
  assertEquals(tracker.highestSequenceNumber, 0x1_0003);
  place(tracker, [40_000, 40_001]);
  assertEquals(tracker.highestSequenceNumber, 40_001);
});
