import { assertEquals, assertThrows } from "@std/assert";
import { FrameIndexBuilder } from "../../mjpeg/containers/index/frame_index_builder.ts";
import { type FrameTimes, ListedTimes, RegularTimes } from "./frame_times.ts";

const CASES: readonly { times: FrameTimes; name: string; startsUs: readonly number[] }[] = [
  { name: "RegularTimes at 20 fps", times: new RegularTimes(4, 20), startsUs: [0, 50_000, 100_000, 150_000, 200_000] },
  {
    name: "RegularTimes at 30000/1001 fps",
    times: new RegularTimes(3, 30_000 / 1001),
    startsUs: [0, 1, 2, 3].map((index) => index * 1e6 * 1001 / 30_000),
  },
  {
    name: "ListedTimes with a gap",
    times: new ListedTimes(Float64Array.of(0, 40_000, 2_000_000), 2_100_000),
    startsUs: [0, 40_000, 2_000_000, 2_100_000],
  },
  {
    name: "ListedTimes of an indexed file",
    times: timesOfIndex([0, 33_367, 5_000_000_000], 5_000_040_000),
    startsUs: [0, 33_367, 5_000_000_000, 5_000_040_000],
  },
];

function timesOfIndex(timesUs: readonly number[], durationUs: number): ListedTimes {
  const builder = new FrameIndexBuilder();
  for (const timeUs of timesUs) builder.add({ offset: 0, lengthBytes: 10, timeUs });
  const { times } = builder.finish("test", { durationUs });
  return new ListedTimes(times!.timesUs, times!.durationUs);
}

for (const { name, times, startsUs } of CASES) {
  Deno.test(`${name}: each frame is found at its time and until the next`, () => {
    const count = startsUs.length - 1;
    assertEquals([times.count, times.durationUs], [count, startsUs[count]]);
    for (let frame = 0; frame < count; frame++) {
      const [startUs, endUs] = [startsUs[frame], startsUs[frame + 1]];
      assertEquals(times.timeUs(frame), startUs);
      assertEquals([times.frameAt(startUs), times.frameAt(endUs - 2)], [frame, frame]);
      assertEquals([times.frameFrom(startUs), times.frameFrom(startUs + 2)], [frame, frame + 1]);
      // Times written with milliseconds round both ways.
      assertEquals([times.frameAt(startUs - 0.4), times.frameFrom(startUs + 0.4)], [frame, frame]);
    }
    assertEquals([times.frameAt(startsUs[count]), times.frameFrom(startsUs[count])], [count - 1, count]);
  });
}

Deno.test("ListedTimes rejects times that do not start at 0 and rise", () => {
  for (const [list, durationUs] of [[[], 1], [[1], 2], [[0, 5, 5], 9], [[0, 5], 5]] as [number[], number][]) {
    assertThrows(() => new ListedTimes(Float64Array.from(list), durationUs), RangeError, "Cannot use frame times");
  }
});
