import { assertEquals } from "@std/assert";
import { PartClock } from "./part_clock.ts";

const RUNS: readonly [title: string, timestampsMs: readonly (number | undefined)[], timesMs: readonly number[]][] = [
  ["counts from the first", [5000, 5040, 5100], [0, 40, 100]],
  ["takes the interval before where one is missing", [5000, 5100, undefined, undefined, 5400], [0, 100, 200, 300, 400]],
  ["knows that 25 a second are usual", [5000, undefined, 5090], [0, 40, 90]],
  ["goes on where the clock was set from 1970", [0, 100, 1.7e12, 1.7e12 + 100], [0, 100, 200, 300]],
  ["goes on where the clock was set back", [5000, 5100, 1000, 1100], [0, 100, 200, 300]],
  ["keeps a gap of a day", [0, 86_400_000, 86_400_100], [0, 86_400_000, 86_400_100]],
  ["keeps no longer one", [0, 100, 86_400_101, 86_400_201], [0, 100, 200, 300]],
  ["lets frames out of order follow at once", [5000, 5100, 5060, 5160], [0, 100, 100.001, 160]],
  ["lets frames of the same moment follow at once", [5000, 5000, 5040], [0, 0.001, 40]],
];

for (const [title, timestampsMs, timesMs] of RUNS) {
  Deno.test(`PartClock ${title}`, () => {
    const clock = new PartClock();
    const times = timestampsMs.map((timestampMs) => clock.next(timestampMs && timestampMs * 1000) / 1000);
    assertEquals(times, timesMs);
  });
}
