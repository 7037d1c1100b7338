import { assertEquals } from "@std/assert";
import { LATE_FOR_MS, LATE_MS, OVERLOAD_REPEAT_MS } from "../limits.ts";
import { OverloadWatch } from "./overload_watch.ts";

/** Notes calls every 10 ms up to a time, each so late; gives when the watch has told of it. */
function watch(lateMsAt: (nowMs: number) => number, untilMs: number) {
  const told: [nowMs: number, lateMs: number][] = [];
  let nowMs = 0;
  const overload = new OverloadWatch((lateMs) => told.push([nowMs, lateMs]));
  for (; nowMs <= untilMs; nowMs += 10) overload.note(nowMs - lateMsAt(nowMs), nowMs);
  return told;
}

Deno.test("OverloadWatch tells of frames that are late for a while, and again after a longer one", () => {
  assertEquals(watch(() => LATE_MS, OVERLOAD_REPEAT_MS + LATE_FOR_MS), [
    [LATE_FOR_MS, LATE_MS],
    [LATE_FOR_MS + OVERLOAD_REPEAT_MS, LATE_MS],
  ]);
});

Deno.test("OverloadWatch says nothing of frames that are late now and then, or by little", () => {
  assertEquals(watch((nowMs) => nowMs % 1000 === 0 ? 0 : 10 * LATE_MS, 60_000), []);
  assertEquals(watch(() => LATE_MS - 1, 60_000), []);
});

Deno.test("OverloadWatch.lateMs() is what nothing has undercut for a while, and 0 once nothing is due", () => {
  const overload = new OverloadWatch(() => {});
  const lateAt = (nowMs: number, lateMs: number) => {
    overload.note(nowMs - lateMs, nowMs);
    return overload.lateMs(nowMs);
  };
  assertEquals([lateAt(0, 700), lateAt(LATE_FOR_MS - 1, 600)], [0, 0]);
  assertEquals([lateAt(LATE_FOR_MS, 900), lateAt(LATE_FOR_MS + 1, 500)], [600, 500]);
  assertEquals(overload.lateMs(2 * LATE_FOR_MS - 1), 500);
  assertEquals(overload.lateMs(3 * LATE_FOR_MS), 0);
});
