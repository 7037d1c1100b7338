import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { FrameGrid } from "./frame_grid.ts";

/** When each of these frames is shown, in microseconds from the first, and the rate at the end. */
function show(timesUs: readonly number[], grid: FrameGrid = new FrameGrid()): { shownUs: number[]; rate: number } {
  let slot = -1;
  const slots = timesUs.map((timeUs) => slot += grid.slotsBefore(timeUs) + 1);
  const { rate, scale } = grid.rate;
  return { shownUs: slots.map((at) => at * 1e6 * scale / rate), rate: rate / scale };
}

/** Frames that come at one rate after the other, for so many seconds each. */
function framesAt(...parts: readonly (readonly [rate: number, seconds: number])[]): number[] {
  let startUs = 0;
  return parts.flatMap(([rate, seconds]) => {
    const times = Array.from({ length: Math.round(rate * seconds) }, (_, index) => startUs + index * 1e6 / rate);
    startUs += seconds * 1e6;
    return times;
  });
}

/** How far the last frame is from its time. */
function lastErrorUs(timesUs: readonly number[], shownUs: readonly number[]): number {
  return Math.abs(shownUs.at(-1)! - timesUs.at(-1)!);
}

for (const rates of [[7, 15], [5, 25], [10, 12, 15, 20], [24, 25], [25, 5, 30]]) {
  Deno.test(`FrameGrid has the newest frame in time where frames come at ${rates.join(", then ")} a second`, () => {
    const timesUs = framesAt(...rates.map((rate) => [rate, 60] as const));
    for (const count of [timesUs.length, timesUs.length >> 1]) {
      const some = timesUs.slice(0, count);
      const { shownUs, rate } = show(some);
      assert(lastErrorUs(some, shownUs) <= 1.1e6, `${lastErrorUs(some, shownUs)} us off at ${rate} a second`);
      assert(rate <= Math.max(...rates) * 1.01, `${rate} a second`);
    }
  });
}

Deno.test("FrameGrid has frames of a camera whose rate varies in time, all of them", () => {
  // 8 to 15 a second, slow at first.
  const timesUs = [0];
  for (let index = 0; timesUs.at(-1)! < 300e6; index++) {
    timesUs.push(timesUs.at(-1)! + 1e6 / (11.5 - 3.5 * Math.cos(index / 40)));
  }
  const { shownUs } = show(timesUs);
  const errors = shownUs.map((shown, index) => Math.abs(shown - timesUs[index]));
  assert(Math.max(...errors) <= 5e6, `${Math.max(...errors)} us`);
  assert(errors.at(-1)! <= 1.1e6);
});

Deno.test("FrameGrid keeps the rate where frames come in a burst", () => {
  const timesUs = framesAt([20, 10]);
  // Half a second's frames come at once, at its end.
  const late = timesUs.map((timeUs) => timeUs > 5e6 && timeUs < 5.5e6 ? 5.5e6 : timeUs);
  const { shownUs, rate } = show(late);
  assertEquals(rate, 20);
  assert(lastErrorUs(late, shownUs) <= 0.5e6);
});

Deno.test("FrameGrid makes up for gaps among the first frames", () => {
  const timesUs = [...framesAt([20, 0.5]), ...framesAt([20, 5]).map((timeUs) => timeUs + 8e6)];
  const { shownUs, rate } = show(timesUs);
  assertEquals(rate, 20);
  assertAlmostEquals(shownUs.at(-1)!, timesUs.at(-1)!, 25_000);
});

Deno.test("FrameGrid has every frame within half a slot where the rate is known", () => {
  const timesUs = framesAt([5, 4], [25, 4], [12.5, 4]);
  const { shownUs, rate } = show(timesUs, new FrameGrid({ rate: 25, scale: 1 }));
  assertEquals(rate, 25);
  shownUs.forEach((shown, index) => assert(Math.abs(shown - timesUs[index]) <= 20_000, `frame ${index}`));
});

Deno.test("FrameGrid never tells more than 1000 frames a second", () => {
  const { rate } = show([...framesAt([20, 2]), ...Array.from({ length: 9000 }, (_, index) => 2e6 + index)]);
  assertEquals(rate, 1000);
});

Deno.test("FrameGrid takes the rate of frames that follow those that had waited and come at once", () => {
  for (const waitingUs of [0, 100, 1000, 2000]) {
    const waited = Array.from({ length: 20 }, (_, index) => index * waitingUs);
    const timesUs = [...waited, ...framesAt([20, 10]).map((timeUs) => timeUs + 50_000)];
    const { shownUs, rate } = show(timesUs);
    assertEquals(rate, 20, `${waitingUs} us apart`);
    assert(lastErrorUs(timesUs, shownUs) <= 1e6);
  }
});

Deno.test("FrameGrid keeps no more times than tell the rate, though they tell none", () => {
  const { rate } = show(Array.from({ length: 100_000 }, () => 0));
  assertEquals(rate, 1000);
});
