import { assertAlmostEquals, assertEquals } from "@std/assert";
import { ReorderBuffer } from "./reorder_buffer.ts";
import { ReceptionStatistics, type ReceptionStatisticsOptions } from "./reception_statistics.ts";

const PAYLOAD = new Uint8Array(10);

/** Statistics behind a reorder buffer, as a receiver has them. */
class Counter {
  readonly reorder = new ReorderBuffer({ maxWaitMs: 1e9, maxPackets: 100, maxBytes: 1e6, maxJump: 3000 });
  readonly statistics: ReceptionStatistics;

  constructor(options: ReceptionStatisticsOptions = {}) {
    this.statistics = new ReceptionStatistics(this.reorder, options);
  }

  add(sequenceNumber: number, arrivalMs: number, timestamp = 0): void {
    const packet = { marker: false, payloadType: 26, sequenceNumber, timestamp, ssrc: 0, payload: PAYLOAD };
    const highestBefore = this.reorder.highestSequenceNumber;
    const result = this.reorder.push(packet, arrivalMs);
    if (result.outcome === "stray") return;
    if (result.outcome === "restarted") this.statistics.restart(result.extendedSequenceNumber, highestBefore);
    this.statistics.add(packet, result, arrivalMs);
  }
}

/** Adds packets, one each 50 ms. */
function count(numbers: readonly number[], options: ReceptionStatisticsOptions = {}): ReceptionStatistics {
  const counter = new Counter(options);
  numbers.forEach((sequenceNumber, index) => counter.add(sequenceNumber, index * 50));
  return counter.statistics;
}

const CASES: readonly {
  title: string;
  numbers: number[];
  first?: number;
  expected: { packets: number; lost: number; duplicate: number; reordered: number };
}[] = [
  { title: "packets in order", numbers: [1, 2, 3], expected: { packets: 3, lost: 0, duplicate: 0, reordered: 0 } },
  { title: "a gap", numbers: [1, 2, 5], expected: { packets: 3, lost: 2, duplicate: 0, reordered: 0 } },
  {
    title: "a gap before the first, where the first number is known",
    numbers: [3, 4],
    first: 1,
    expected: { packets: 2, lost: 2, duplicate: 0, reordered: 0 },
  },
  { title: "a duplicate", numbers: [1, 1, 2], expected: { packets: 3, lost: 0, duplicate: 1, reordered: 0 } },
  {
    title: "a packet that comes late after all",
    numbers: [1, 3, 2],
    expected: { packets: 3, lost: 0, duplicate: 0, reordered: 1 },
  },
  {
    title: "a late packet that comes twice",
    numbers: [1, 3, 2, 2],
    expected: { packets: 4, lost: 0, duplicate: 1, reordered: 1 },
  },
  {
    title: "a packet before the first",
    numbers: [10, 9, 11],
    expected: { packets: 3, lost: 0, duplicate: 0, reordered: 1 },
  },
  {
    title: "the wrap",
    numbers: [65_534, 65_535, 1, 0],
    expected: { packets: 4, lost: 0, duplicate: 0, reordered: 1 },
  },
];

for (const { title, numbers, first, expected } of CASES) {
  Deno.test(`ReceptionStatistics counts ${title}`, () => {
    const statistics = count(numbers, { firstSequenceNumber: first });
    assertEquals({
      packets: statistics.packets,
      lost: statistics.lostPackets,
      duplicate: statistics.duplicatePackets,
      reordered: statistics.reorderedPackets,
    }, expected);
    assertEquals(statistics.bytes, numbers.length * PAYLOAD.length);
    assertEquals(statistics.expectedPackets, expected.packets - expected.duplicate + expected.lost);
  });
}

Deno.test("ReceptionStatistics knows nothing before the first packet", () => {
  const { statistics } = new Counter();
  assertEquals([statistics.expectedPackets, statistics.lostPackets, statistics.lossRate], [0, 0, 0]);
});

Deno.test("ReceptionStatistics gives the loss as a share of what was expected", () => {
  assertEquals(count([1, 2, 3, 5]).lossRate, 0.2);
});

Deno.test("ReceptionStatistics keeps what was counted when a stream restarts, and expects a new sequence", () => {
  // 3 is lost. The first packet of the new sequence is taken for a stray one, and not counted.
  const statistics = count([1, 2, 4, 5000, 5001, 5003]);
  assertEquals([statistics.packets, statistics.lostPackets, statistics.expectedPackets], [5, 2, 7]);
});

Deno.test("ReceptionStatistics computes the jitter of RFC 3550, A.8", () => {
  const counter = new Counter({ clockRate: 90_000 });
  // Sent every 40 ms (3600 ticks); the third one comes 16 ms late, the fourth is back in time.
  const arrivals = [0, 40, 96, 120];
  arrivals.forEach((arrivalMs, index) => counter.add(index, arrivalMs, index * 3600));
  // |D| = 0, 16, 16: J = 0, 1, 1 + 15/16
  assertAlmostEquals(counter.statistics.jitterMs, 1.9375, 1e-9);
});

Deno.test("ReceptionStatistics takes a timestamp's wrap for the small step that it is", () => {
  const counter = new Counter({ clockRate: 90_000 });
  counter.add(1, 0, 2 ** 32 - 1800);
  counter.add(2, 40, 1800);
  assertEquals(counter.statistics.jitterMs, 0);
});

Deno.test("ReceptionStatistics without a clock rate measures against the mean interval", () => {
  assertEquals(count([1, 2, 3, 4, 5]).jitterMs, 0);
  assertEquals(
    count([1, 2, 4, 5], { firstSequenceNumber: 1 }).jitterMs > 0,
    true,
    "a gap takes less time than it should",
  );
});

Deno.test("ReceptionStatistics.pause() takes no interval over the pause", () => {
  const counter = new Counter();
  [1, 2, 3].forEach((sequenceNumber, index) => counter.add(sequenceNumber, index * 50));
  counter.statistics.pause();
  counter.add(4, 60_000);
  counter.add(5, 60_050);
  assertEquals(counter.statistics.jitterMs, 0);
});
