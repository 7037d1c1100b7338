import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Pacer } from "./pacer.ts";

Deno.test("Pacer calls at the due time or up to 4 ms later, never before", () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  const called: number[] = [];
  for (const dueMs of [8, 9, 50]) pacer.at(dueMs, () => called.push(clock.nowMs()));
  clock.advance(7);
  assertEquals(called, []);
  clock.advance(100);
  assertEquals(called, [8, 12, 52]);
});

Deno.test("Pacer keeps one timer for all who wait, and none when nobody does", () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  for (let dueMs = 1; dueMs <= 100; dueMs++) pacer.at(dueMs, () => {});
  assertEquals(clock.pendingTimers, 1);
  clock.advance(200);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("Pacer takes an earlier call although it waits for a later one", () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  const called: string[] = [];
  pacer.at(100, () => called.push("later"));
  pacer.at(20, () => called.push("earlier"));
  clock.advance(20);
  assertEquals(called, ["earlier"]);
  clock.advance(80);
  assertEquals(called, ["earlier", "later"]);
});

Deno.test("Pacer takes what its own calls ask for, the past included", () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  let calls = 0;
  const again = () => void (++calls < 5 && pacer.at(0, again));
  pacer.at(0, again);
  clock.advance(40);
  assertEquals(calls, 5);
});

Deno.test("Pacer.close() forgets what waits", () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  pacer.at(10, () => {
    throw new Error("called after close()");
  });
  pacer.close();
  assertEquals(clock.pendingTimers, 0);
  clock.advance(100);
});

Deno.test("Pacer calls in the order of time, whatever the order of asking", () => {
  fc.assert(fc.property(fc.array(fc.nat(1000), { maxLength: 100 }), (times) => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock);
    const called: number[] = [];
    for (const dueMs of times) pacer.at(dueMs, () => called.push(dueMs));
    clock.advance(2000);
    assertEquals(called, times.toSorted((left, right) => left - right));
  }));
});
