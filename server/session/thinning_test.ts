import { assert, assertEquals } from "@std/assert";
import { LATE_FOR_MS, LATE_MS, MAX_FRAMES_BEHIND } from "../limits.ts";
import { Thinning } from "./thinning.ts";

const INTERVAL_MS = 40;

/** How a machine sends the frames of a session, one every 40 ms, in the way of a session, for so long. */
function simulate(
  { costMs, isPrepared = false, forMs = 30_000 }: {
    /** What each frame takes at a time. */
    readonly costMs: (nowMs: number) => number;
    readonly isPrepared?: boolean;
    readonly forMs?: number;
  },
) {
  const thinning = new Thinning();
  const sent: { readonly number: number; readonly atMs: number }[] = [];
  let nowMs = 0;
  for (let number = 0; nowMs < forMs;) {
    nowMs = Math.max(nowMs, number * INTERVAL_MS);
    const lateMs = nowMs - number * INTERVAL_MS;
    const most = thinning.mostBehind({ lateMs, intervalMs: INTERVAL_MS, isPrepared, nowMs });
    if (Math.floor(lateMs / INTERVAL_MS) > most) {
      thinning.noteDropped(nowMs);
      number = Math.floor(nowMs / INTERVAL_MS);
    }
    nowMs += costMs(nowMs);
    sent.push({ number, atMs: nowMs });
    number += isPrepared ? thinning.stride : 1;
  }
  return sent;
}

/** The steps from frame to frame that were sent behind a time. */
function stepsAfter(sent: ReturnType<typeof simulate>, fromMs: number): number[] {
  const later = sent.filter(({ atMs }) => atMs > fromMs);
  return later.slice(1).map(({ number }, index) => number - later[index].number);
}

Deno.test("Thinning leaves all frames to a session that is in time, or late now and then", () => {
  assertEquals(new Set(stepsAfter(simulate({ costMs: () => 30 }), 0)), new Set([1]));
  // Half a second is lost every five.
  const hiccups = simulate({
    costMs: (nowMs) => Math.floor(nowMs / 5000) !== Math.floor((nowMs + 30) / 5000) ? 500 : 10,
  });
  assertEquals(new Set(stepsAfter(hiccups, 0)), new Set([1]));
});

for (const [costMs, steps] of [[60, [1, 2]], [50, [1, 2]], [90, [2, 3]], [120, [3]]] as const) {
  Deno.test(`Thinning has every frame sent in time that can be, each taking ${costMs} of ${INTERVAL_MS} ms`, () => {
    const sent = simulate({ costMs: () => costMs });
    const later = sent.filter(({ atMs }) => atMs > 2 * LATE_FOR_MS);
    assertEquals(new Set(stepsAfter(sent, 2 * LATE_FOR_MS)), new Set(steps));
    for (const { number, atMs } of later) assert(atMs - costMs - number * INTERVAL_MS < INTERVAL_MS);
  });
}

for (const costMs of [60, 100, 250]) {
  Deno.test(`Thinning has frames that are prepared sent in even steps, each taking ${costMs} ms`, () => {
    const sent = simulate({ costMs: () => costMs, isPrepared: true, forMs: 120_000 });
    const needed = Math.ceil(costMs / INTERVAL_MS);
    const steps = stepsAfter(sent, 60_000);
    // It tries to send more every half a minute, and finds that this is too much.
    const others = steps.filter((step) => step !== needed);
    assert(others.length < steps.length / 10, `${steps}`);
    for (const { number, atMs } of sent.slice(60)) assert(atMs - costMs - number * INTERVAL_MS < 2 * LATE_MS + costMs);
  });
}

for (const isPrepared of [true, false]) {
  Deno.test(`Thinning ends when the machine is fast enough again, frames being ${isPrepared ? "" : "not "}prepared`, () => {
    const sent = simulate({ costMs: (nowMs) => nowMs < 10_000 ? 150 : 10, isPrepared, forMs: 60_000 });
    assert(stepsAfter(sent, 5000).some((step) => step > 2));
    assertEquals(new Set(stepsAfter(sent, 30_000)), new Set([1]));
  });
}

Deno.test("Thinning waits two seconds before it begins", () => {
  const thinning = new Thinning();
  const frame = { lateMs: LATE_MS, intervalMs: INTERVAL_MS, isPrepared: false };
  for (let nowMs = 0; nowMs < LATE_FOR_MS; nowMs += INTERVAL_MS) {
    assertEquals(thinning.mostBehind({ ...frame, nowMs }), MAX_FRAMES_BEHIND);
  }
  assertEquals(thinning.mostBehind({ ...frame, nowMs: LATE_FOR_MS }), 0);
});

Deno.test("Thinning forgets lateness of long ago, and has a frame sent every few seconds however late all are", () => {
  const thinning = new Thinning();
  const frame = { intervalMs: INTERVAL_MS, isPrepared: true };
  for (let nowMs = 0; nowMs < 200; nowMs += INTERVAL_MS) thinning.mostBehind({ ...frame, lateMs: LATE_MS, nowMs });
  assertEquals(thinning.mostBehind({ ...frame, lateMs: LATE_MS + 10, nowMs: 600_000 }), MAX_FRAMES_BEHIND);
  assertEquals(thinning.stride, 1);
  for (let nowMs = 600_000; nowMs < 700_000; nowMs += 400) thinning.mostBehind({ ...frame, lateMs: 500, nowMs });
  assertEquals(thinning.stride, 100);
  let nowMs = 700_000;
  for (; thinning.stride > 1 && nowMs < 10_000_000; nowMs += 1000) thinning.mostBehind({ ...frame, lateMs: 0, nowMs });
  assert(nowMs < 1_100_000, `${nowMs}`);
});

Deno.test("Thinning begins with frames that are seconds apart, too", () => {
  const sent = simulate({ costMs: () => 60, forMs: 20_000 });
  assertEquals(new Set(stepsAfter(sent, 5000)), new Set([1, 2]));
  const thinning = new Thinning();
  const frame = { lateMs: 900, intervalMs: 1000, isPrepared: false };
  assertEquals([0, 1000, 2000].map((nowMs) => thinning.mostBehind({ ...frame, nowMs })), [
    MAX_FRAMES_BEHIND,
    MAX_FRAMES_BEHIND,
    0,
  ]);
});
