import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { LIVE_CLOCK_SLACK_US } from "../limits.ts";
import { SourceClock } from "./source_clock.ts";

const FRAME_US = 40_000;

Deno.test("SourceClock: a frame that comes in time was taken when it came", () => {
  const clock = new SourceClock();
  for (let frame = 0; frame < 5; frame++) {
    assertEquals(clock.timeOf(7e9 + frame * FRAME_US, frame * FRAME_US), frame * FRAME_US);
  }
});

Deno.test("SourceClock takes out the jitter of a network", () => {
  const clock = new SourceClock();
  let last = clock.timeOf(0, 0);
  for (let frame = 1; frame < 1000; frame++) {
    const jitterUs = (frame * 7919) % 20_000;
    const time = clock.timeOf(frame * FRAME_US, frame * FRAME_US + jitterUs);
    // The first ones tell how fast the fastest are.
    if (frame > 50) assertAlmostEquals(time - last, FRAME_US, 500);
    last = time;
  }
});

Deno.test("SourceClock follows a clock that drifts, for days", () => {
  // One crystal against another: 100 ppm, which are 26 s in three days.
  const clock = new SourceClock();
  for (let frame = 0; frame < 3 * 24 * 3600 * 25; frame++) {
    const nowUs = frame * FRAME_US * 1.0001;
    const time = clock.timeOf(frame * FRAME_US, nowUs);
    if (frame % 100_000 === 99_999) assertAlmostEquals(time, nowUs, 2000);
  }
});

Deno.test("SourceClock: a clock that was set goes on from now", () => {
  const clock = new SourceClock();
  clock.timeOf(0, 0);
  assertEquals(clock.timeOf(FRAME_US, FRAME_US), FRAME_US);
  // Back by an hour, and forward by one.
  assertEquals(clock.timeOf(FRAME_US - 3600e6, 2 * FRAME_US), 2 * FRAME_US);
  assertEquals(clock.timeOf(FRAME_US + 3600e6, 3 * FRAME_US), 3 * FRAME_US);
  // A delay up to the limit is jitter.
  assert(clock.timeOf(2 * FRAME_US + 3600e6, 4 * FRAME_US + LIVE_CLOCK_SLACK_US - 1) < 5 * FRAME_US);
});

Deno.test("SourceClock: where the source's clock stands, frames were taken when they came", () => {
  const clock = new SourceClock();
  for (let frame = 0; frame < 5; frame++) assertEquals(clock.timeOf(0, frame * FRAME_US), frame * FRAME_US);
});

Deno.test("SourceClock: frames of the same moment still have an order", () => {
  const clock = new SourceClock();
  const times = [0, 0, 0].map((takenUs) => clock.timeOf(takenUs, 0));
  assertEquals(times, [0, 1, 2]);
});
