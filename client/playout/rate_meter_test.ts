import { assertEquals } from "@std/assert";
import { RateMeter } from "./rate_meter.ts";

Deno.test("RateMeter gives frames and bits of the last second, and forgets the rest", () => {
  const meter = new RateMeter();
  assertEquals(meter.rates(0), { fps: 0, bitrate: 0 });
  for (let atMs = 0; atMs < 2000; atMs += 100) meter.add(50, atMs);
  assertEquals(meter.rates(1900), { fps: 10, bitrate: 10 * 50 * 8 });
  assertEquals(meter.rates(2400), { fps: 5, bitrate: 5 * 50 * 8 });
  assertEquals(meter.rates(10_000), { fps: 0, bitrate: 0 });
});

Deno.test("RateMeter keeps the most frames and bits of any second, and the largest frame", () => {
  const meter = new RateMeter();
  assertEquals(meter.peaks, { peakFps: 0, peakBitrate: 0, largestFrameBytes: 0 });
  for (let atMs = 0; atMs < 1000; atMs += 100) meter.add(50, atMs);
  for (let atMs = 5000; atMs < 6000; atMs += 500) meter.add(400, atMs);
  assertEquals(meter.peaks, { peakFps: 10, peakBitrate: 2 * 400 * 8, largestFrameBytes: 400 });
});
