import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { MAX_JITTER_DELAY_MS, MAX_LATE_SPAN_MS, MAX_TRANSIT_STEP_MS } from "../limits.ts";
import { FrameScheduler } from "./frame_scheduler.ts";
import { type Latency, PlayoutClock } from "./playout_clock.ts";

const FRAME_MS = 40;

/** Numbers from 0 to 1, the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Shows frames whose arrivals are given; the packets of a stream come in order. */
function show(frames: readonly { readonly timeMs: number; readonly arrivalMs: number }[], latency: Latency = "auto") {
  const clock = new FakeClock();
  const playout = new PlayoutClock(latency);
  const shown: { readonly timeMs: number; readonly atMs: number }[] = [];
  const delays: number[] = [];
  const scheduler = new FrameScheduler<number>({
    clock,
    skips: true,
    onDue: (timeMs) => shown.push({ timeMs, atMs: clock.nowMs() }),
  });
  let before = 0;
  for (const frame of frames) {
    const arrivalMs = Math.max(before, frame.arrivalMs);
    before = arrivalMs;
    clock.advance(arrivalMs - clock.nowMs());
    scheduler.push(frame.timeMs, { bytes: 1, dueMs: playout.dueMs({ timeMs: frame.timeMs, arrivalMs }) });
    delays.push(playout.delayMs);
  }
  clock.advance(60_000);
  assertEquals(clock.pendingTimers, 0);
  return { shown, delays, late: scheduler.late };
}

function intervals(shown: readonly { readonly atMs: number }[]): number[] {
  return shown.slice(1).map(({ atMs }, index) => atMs - shown[index].atMs);
}

/** Frames with up to 50 ms of jitter, by a clock that is so many ppm fast. */
function jittered(count: number, { ppm = 0, jitterMs = 50 } = {}) {
  const random = randomNumbers(7);
  return Array.from({ length: count }, (_, index) => ({
    timeMs: index * FRAME_MS,
    arrivalMs: 1000 + index * FRAME_MS / (1 + ppm / 1e6) + random() * jitterMs,
  }));
}

Deno.test("PlayoutClock evens out 50 ms of jitter with less than 80 ms of delay", () => {
  const { shown, delays } = show(jittered(1500));
  const adapted = intervals(shown.slice(500));
  const even = adapted.filter((interval) => Math.abs(interval - FRAME_MS) <= 2);
  assert(even.length / adapted.length > 0.99, `${even.length} of ${adapted.length}`);
  assert(Math.max(...delays) < 80, `${Math.max(...delays)} ms`);
  const [raw] = [intervals(show(jittered(1500), 0).shown).filter((interval) => Math.abs(interval - FRAME_MS) > 2)];
  assert(raw.length > 500, "without a delay they are not even");
});

Deno.test("PlayoutClock hardly delays what comes evenly", () => {
  const { shown, delays, late } = show(jittered(300, { jitterMs: 0 }));
  assertEquals([shown.length, late], [300, 0]);
  assertAlmostEquals(delays.at(-1)!, 5, 0.001);
});

for (const ppm of [500, -500]) {
  Deno.test(`PlayoutClock follows a clock that is ${ppm} ppm off for three hours`, () => {
    const count = 3 * 3600 * 1000 / FRAME_MS;
    const { shown, delays, late } = show(jittered(count, { ppm, jitterMs: 20 }));
    assertEquals(shown.length, count, "no frame is dropped");
    assert(delays.every((delay) => delay < 60), "the delay is bounded");
    assert(late < count / 10, `${late} late`);
    assert(intervals(shown.slice(-1000)).every((interval) => Math.abs(interval - FRAME_MS) < 10));
  });
}

Deno.test("PlayoutClock shows the newest frame after a stall, and is soon as fast as before", () => {
  const frames = jittered(2000, { jitterMs: 10 }).map((frame, index) =>
    index >= 500 && index < 525 ? { ...frame, arrivalMs: 1000 + 525 * FRAME_MS } : frame
  );
  const { shown, delays, late } = show(frames);
  assert(shown.every(({ timeMs }, index) => index === 0 || timeMs > shown[index - 1].timeMs), "never reordered");
  assert(late >= 20, `${late} late`);
  assertEquals(shown.at(-1)!.timeMs, frames.at(-1)!.timeMs);
  assert(Math.max(...delays) <= MAX_JITTER_DELAY_MS + 5);
  assert(delays.at(-1)! < 60, `${delays.at(-1)} ms`);
});

Deno.test("PlayoutClock takes times anew once frames come too early", () => {
  for (const [stepMs, restarts] of [[MAX_TRANSIT_STEP_MS, false], [MAX_TRANSIT_STEP_MS + 1, true]] as const) {
    const playout = new PlayoutClock(0);
    assertEquals(playout.dueMs({ timeMs: 0, arrivalMs: 1000 }), 1000);
    const dueMs = playout.dueMs({ timeMs: stepMs, arrivalMs: 1000 });
    assertEquals(dueMs <= 1000, restarts, `${stepMs} ms`);
  }
});

Deno.test("PlayoutClock takes times anew once all frames have been late for long", () => {
  const playout = new PlayoutClock(100);
  playout.dueMs({ timeMs: 0, arrivalMs: 0 });
  const late = (arrivalMs: number) => playout.dueMs({ timeMs: arrivalMs - 5000, arrivalMs }) - arrivalMs;
  assert(late(6000) < 0);
  assert(late(6000 + MAX_LATE_SPAN_MS) < 0);
  assertAlmostEquals(late(6000 + MAX_LATE_SPAN_MS + 1), 5000 * 0 + playout.delayMs, 0.001);
});

Deno.test("PlayoutClock keeps a delay that was asked for", () => {
  const { shown, delays, late } = show(jittered(1000), 200);
  assertEquals([shown.length, late], [1000, 0]);
  assert(delays.slice(500).every((delay) => Math.abs(delay - 200) < 5));
  assert(intervals(shown.slice(500)).every((interval) => Math.abs(interval - FRAME_MS) <= 2));
});
