import { assertEquals } from "@std/assert";
import { Timeline } from "./timeline.ts";

/** The times of frames with these timestamps that arrive at these milliseconds. */
function times(frames: readonly (readonly [timestamp: number, arrivalMs: number])[], clockRate: number | undefined) {
  const timeline = new Timeline();
  return frames.map(([timestamp, arrivalMs]) => timeline.add({ timestamp, arrivalMs, clockRate }));
}

Deno.test("Timeline gives the sender's times, however the frames arrive", () => {
  assertEquals(times([[500, 7], [4100, 60], [7700, 61], [11_300, 200]], 90_000), [0, 40_000, 80_000, 120_000]);
});

Deno.test("Timeline goes on over the wrap of timestamps", () => {
  assertEquals(times([[2 ** 32 - 1800, 0], [1800, 40], [5400, 80]], 90_000), [0, 40_000, 80_000]);
});

Deno.test("Timeline leaves a pause out: the sender's clock stood still", () => {
  assertEquals(times([[0, 0], [3600, 60_000]], 90_000), [0, 40_000]);
});

Deno.test("Timeline goes by arrival where timestamps go back, or leap", () => {
  assertEquals(times([[90_000, 0], [0, 30], [3600, 90]], 90_000), [0, 30_000, 70_000]);
  assertEquals(times([[0, 0], [90_000 * 11, 50], [90_000 * 12, 1050]], 90_000), [0, 50_000, 1_050_000]);
});

Deno.test("Timeline goes by arrival for whole seconds", () => {
  assertEquals(times([[1, 100], [1, 150], [2, 210]], undefined), [0, 50_000, 110_000]);
});

Deno.test("Timeline goes on by arrival in another session", () => {
  const timeline = new Timeline();
  const clockRate = 90_000;
  timeline.add({ timestamp: 0, arrivalMs: 0, clockRate });
  timeline.restart();
  assertEquals(timeline.add({ timestamp: 9000, arrivalMs: 5000, clockRate }), 5_000_000);
  assertEquals(timeline.add({ timestamp: 12_600, arrivalMs: 5100, clockRate }), 5_040_000);
});
