import { assertEquals } from "@std/assert";
import { highestRate } from "./frame_rate.ts";

function rateOfTimes(timesUs: readonly number[]): number | undefined {
  const found = highestRate({ count: timesUs.length, timeUs: (index) => timesUs[index] });
  return found && found.rate / found.scale;
}

/** Frames so far apart, one part after the other. */
function timesOf(...parts: readonly (readonly [intervalUs: number, count: number])[]): number[] {
  const timesUs = [0];
  for (const [intervalUs, count] of parts) {
    for (let index = 0; index < count; index++) timesUs.push(timesUs.at(-1)! + intervalUs);
  }
  return timesUs;
}

const MOVIES: readonly [name: string, timesUs: readonly number[], rate: number | undefined][] = [
  ["of 25 a second", timesOf([40_000, 100]), 25],
  ["of 24 a second in whole milliseconds", timesOf([1e6 / 24, 200]).map((us) => 1000 * Math.round(us / 1000)), 24],
  ["of NTSC", timesOf([1e6 * 1001 / 30_000, 400]), 30_000 / 1001],
  ["of 7 a second, with pauses", timesOf([1e6 / 7, 50], [9e6, 1], [1e6 / 7, 50], [1e8, 2]), 7],
  ["that becomes faster", timesOf([200_000, 50], [40_000, 70]), 25],
  ["that becomes slower", timesOf([20_000, 50], [500_000, 10]), 50],
  ["whose last frames are close together", timesOf([100_000, 61], [1000, 2]), 10],
  ["of two frames", timesOf([125_000, 1]), 8],
  ["of one frame", timesOf(), undefined],
  ["of frames at one time", timesOf([0, 50]), undefined],
  ["of more frames than are looked at", timesOf([40_000, 700_000]), 25],
];

for (const [name, timesUs, rate] of MOVIES) {
  Deno.test(`highestRate() of a movie ${name} is ${rate}`, () => assertEquals(rateOfTimes(timesUs), rate));
}
