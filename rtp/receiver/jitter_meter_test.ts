import { assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import { JitterMeter } from "./jitter_meter.ts";

/** A meter of packets with these numbers, one each 50 ms, whose timestamps say nothing. */
function measure(numbers: readonly number[]): JitterMeter {
  const meter = new JitterMeter(undefined);
  numbers.forEach((extended, index) => meter.add(0, { extended, arrivalMs: index * 50 }));
  return meter;
}

Deno.test("JitterMeter computes the jitter of RFC 3550, A.8", () => {
  const meter = new JitterMeter(90_000);
  // Sent every 40 ms (3600 ticks); the third one comes 16 ms late, the fourth is back in time.
  const arrivals = [0, 40, 96, 120];
  arrivals.forEach((arrivalMs, index) => meter.add(index * 3600, { extended: index, arrivalMs }));
  // |D| = 0, 16, 16: J = 0, 1, 1 + 15/16
  assertAlmostEquals(meter.jitterMs, 1.9375, 1e-9);
  // An even packet behind them: the highest one is remembered.
  meter.add(4 * 3600, { extended: 4, arrivalMs: 160 });
  assertAlmostEquals(meter.jitterMs, 1.9375 * 15 / 16, 1e-9);
  assertAlmostEquals(meter.peakMs, 1.9375, 1e-9);
});

Deno.test("JitterMeter takes a timestamp's wrap for the small step that it is", () => {
  const meter = new JitterMeter(90_000);
  meter.add(2 ** 32 - 1800, { extended: 1, arrivalMs: 0 });
  meter.add(1800, { extended: 2, arrivalMs: 40 });
  assertEquals(meter.jitterMs, 0);
});

Deno.test("JitterMeter takes a clock that is set, forward or back, for no jitter", () => {
  for (const jumpMs of [10_001, -10_001]) {
    const meter = new JitterMeter(90_000);
    [0, 40, 80, 120].forEach((arrivalMs, index) => {
      const sentMs = 1_000_000 + arrivalMs + (index >= 2 ? jumpMs : 0);
      meter.add(sentMs * 90, { extended: index, arrivalMs });
    });
    assertEquals(meter.jitterMs, 0);
  }
});

Deno.test("JitterMeter without a clock rate measures against the mean interval", () => {
  assertEquals(measure([1, 2, 3, 4, 5]).jitterMs, 0);
  // A gap that takes less time than it should.
  assertGreater(measure([1, 2, 4, 5]).jitterMs, 0);
});

Deno.test("JitterMeter.pause() takes no interval over the pause", () => {
  const meter = measure([1, 2, 3]);
  meter.pause();
  meter.add(0, { extended: 4, arrivalMs: 60_000 });
  meter.add(0, { extended: 5, arrivalMs: 60_050 });
  assertEquals(meter.jitterMs, 0);
});
