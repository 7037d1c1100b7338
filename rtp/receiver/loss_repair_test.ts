import { assertEquals } from "@std/assert";
import {
  MAX_MISSING_PACKETS,
  MAX_NACKED_PACKETS,
  MAX_REPAIR_TRIES,
  REPAIR_DELAY_MS,
  REPAIR_INTERVAL_MS,
} from "../limits.ts";
import { LossRepair } from "./loss_repair.ts";

const upTo = (end: number, start = 0) => Array.from({ length: end - start }, (_, index) => start + index);

Deno.test("LossRepair asks for what is missing after a moment, and then again, but not for ever", () => {
  const repair = new LossRepair();
  repair.miss(7, 10, 100);
  assertEquals([repair.dueMs, repair.take(100 + REPAIR_DELAY_MS - 1)], [100 + REPAIR_DELAY_MS, []]);
  for (let tries = 0; tries < MAX_REPAIR_TRIES; tries++) {
    const nowMs = 100 + REPAIR_DELAY_MS + tries * REPAIR_INTERVAL_MS;
    assertEquals(repair.dueMs, nowMs);
    assertEquals(repair.take(nowMs), [7, 8, 9]);
  }
  assertEquals(repair.take(repair.dueMs!), []);
  assertEquals([repair.dueMs, repair.repaired], [undefined, 0]);
});

Deno.test("LossRepair asks for nothing that has come, and counts what came when it was asked for", () => {
  const repair = new LossRepair();
  repair.miss(1, 5, 0);
  repair.arrive(2, 1);
  assertEquals(repair.take(REPAIR_DELAY_MS), [1, 3, 4]);
  repair.arrive(4, 20);
  repair.arrive(99, 20);
  assertEquals([repair.repaired, repair.isAnswered(4), repair.isAnswered(2)], [1, true, false]);
  assertEquals(repair.take(REPAIR_DELAY_MS + REPAIR_INTERVAL_MS), [1, 3]);
  repair.clear();
  assertEquals(repair.dueMs, undefined);
});

Deno.test("LossRepair gives what is due, and keeps what is not", () => {
  const repair = new LossRepair();
  repair.miss(1, 3, 0);
  repair.miss(5, 6, 10);
  assertEquals(repair.take(REPAIR_DELAY_MS), [1, 2]);
  assertEquals(repair.dueMs, 10 + REPAIR_DELAY_MS);
  assertEquals(repair.take(10 + REPAIR_DELAY_MS), [5]);
  repair.miss(8, 9, 12);
  assertEquals([repair.dueMs, repair.take(12 + REPAIR_DELAY_MS)], [12 + REPAIR_DELAY_MS, [8]]);
  assertEquals(repair.take(REPAIR_DELAY_MS + REPAIR_INTERVAL_MS), [1, 2]);
});

Deno.test(`LossRepair keeps ${MAX_MISSING_PACKETS} packets in mind, the newest, and asks for ${MAX_NACKED_PACKETS} at once`, () => {
  for (const gap of [MAX_MISSING_PACKETS, MAX_MISSING_PACKETS + 1, 1e9]) {
    const repair = new LossRepair();
    repair.miss(5, 5 + gap, 0);
    const first = 5 + gap - MAX_MISSING_PACKETS;
    assertEquals(repair.take(REPAIR_DELAY_MS), upTo(first + MAX_NACKED_PACKETS, first));
    assertEquals(repair.take(REPAIR_DELAY_MS), upTo(5 + gap, first + MAX_NACKED_PACKETS));
    assertEquals(repair.take(REPAIR_DELAY_MS), []);
  }
  const repair = new LossRepair();
  for (let gap = 0; gap <= MAX_MISSING_PACKETS; gap++) repair.miss(2 * gap, 2 * gap + 1, 0);
  assertEquals(repair.take(REPAIR_DELAY_MS)[0], 2);
});

Deno.test("LossRepair asks again no sooner than answers come, and keeps what has been answered in mind", () => {
  const repair = new LossRepair();
  repair.miss(1, 3, 0);
  repair.take(REPAIR_DELAY_MS);
  // The answer takes 80 ms.
  repair.arrive(1, REPAIR_DELAY_MS + 80);
  assertEquals([repair.isAnswered(1), repair.dueMs], [true, REPAIR_DELAY_MS + 100]);
  repair.miss(5, 6, 200);
  repair.take(200 + REPAIR_DELAY_MS);
  assertEquals(repair.take(200 + REPAIR_DELAY_MS + REPAIR_INTERVAL_MS).includes(5), false);
  for (let extended = 10; extended < 10 + 4 * MAX_MISSING_PACKETS; extended += 2) {
    repair.miss(extended, extended + 1, 1000);
    repair.take(1000 + REPAIR_DELAY_MS);
    repair.arrive(extended, 1001 + REPAIR_DELAY_MS);
  }
  assertEquals([repair.isAnswered(1), repair.isAnswered(10 + 4 * MAX_MISSING_PACKETS - 2)], [false, true]);
});
