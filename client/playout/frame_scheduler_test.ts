import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { MAX_PLAYOUT_BYTES, MAX_PLAYOUT_FRAMES } from "../limits.ts";
import { FrameScheduler } from "./frame_scheduler.ts";

function open(skips = true) {
  const clock = new FakeClock();
  const shown: number[] = [];
  const scheduler = new FrameScheduler<number>({ clock, skips, onDue: (item) => shown.push(item) });
  return { clock, shown, scheduler };
}

Deno.test("FrameScheduler shows each frame at its time, never before one that came earlier", () => {
  const { clock, shown, scheduler } = open();
  scheduler.push(1, { bytes: 1, dueMs: 30 });
  scheduler.push(2, { bytes: 1, dueMs: 10 });
  scheduler.push(3, { bytes: 1, dueMs: 50 });
  clock.advance(29);
  assertEquals(shown, []);
  clock.advance(1);
  assertEquals([shown, scheduler.late], [[2], 1], "of two that are due at once the newer one is seen");
  clock.advance(20);
  assertEquals([shown, clock.pendingTimers], [[2, 3], 0]);
});

Deno.test("FrameScheduler gives all of what must not be skipped", () => {
  const { clock, shown, scheduler } = open(false);
  scheduler.push(1, { bytes: 1, dueMs: 10 });
  scheduler.push(2, { bytes: 1, dueMs: 10 });
  clock.advance(10);
  assertEquals([shown, scheduler.late], [[1, 2], 0]);
});

Deno.test("FrameScheduler shows a late frame at once, and counts it", () => {
  const { clock, shown, scheduler } = open();
  clock.advance(100);
  scheduler.push(1, { bytes: 1, dueMs: 99 });
  assertEquals([shown, scheduler.late], [[1], 1]);
});

Deno.test("FrameScheduler holds so many frames, and shows the oldest of one more", () => {
  const { shown, scheduler } = open();
  for (let number = 1; number <= MAX_PLAYOUT_FRAMES; number++) scheduler.push(number, { bytes: 1, dueMs: 1000 });
  assertEquals(shown, []);
  scheduler.push(0, { bytes: 1, dueMs: 1000 });
  assertEquals([shown, scheduler.held], [[1], MAX_PLAYOUT_FRAMES]);
  scheduler.clear();
});

Deno.test("FrameScheduler holds so many bytes, and one frame in any case", () => {
  const { clock, shown, scheduler } = open();
  scheduler.push(1, { bytes: MAX_PLAYOUT_BYTES - 1, dueMs: 10 });
  scheduler.push(2, { bytes: 1, dueMs: 10 });
  assertEquals(shown, []);
  scheduler.push(3, { bytes: 1, dueMs: 20 });
  assertEquals(shown, [1]);
  scheduler.clear();
  scheduler.push(4, { bytes: MAX_PLAYOUT_BYTES + 1, dueMs: 30 });
  assertEquals(shown, [1]);
  clock.advance(30);
  assertEquals(shown, [1, 4]);
});

Deno.test("FrameScheduler shows all frames that wait at once, or none", () => {
  const { clock, shown, scheduler } = open();
  scheduler.push(1, { bytes: 1, dueMs: 10 });
  scheduler.push(2, { bytes: 1, dueMs: 20 });
  scheduler.showAll();
  assertEquals([shown, clock.pendingTimers], [[1, 2], 0]);
  scheduler.showAll();
  assertEquals(shown, [1, 2]);
});
