import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { SilenceWatch } from "./silence_watch.ts";

function open() {
  const clock = new FakeClock();
  const heard: number[] = [];
  const watch = new SilenceWatch({ clock, stepsMs: [5000, 10_000], onSilence: (silentMs) => heard.push(silentMs) });
  return { clock, heard, watch };
}

Deno.test("SilenceWatch tells each step of a silence once", () => {
  const { clock, heard, watch } = open();
  watch.start();
  clock.advance(4999);
  assertEquals(heard, []);
  clock.advance(1);
  assertEquals(heard, [5000]);
  clock.advance(5000);
  assertEquals(heard, [5000, 10_000]);
  clock.advance(60_000);
  assertEquals([heard.length, clock.pendingTimers], [2, 0]);
});

Deno.test("SilenceWatch begins anew with each packet", () => {
  const { clock, heard, watch } = open();
  watch.start();
  for (let count = 0; count < 5; count++) {
    clock.advance(3000);
    watch.note();
  }
  assertEquals(heard, []);
  clock.advance(10_000);
  assertEquals(heard, [5000, 10_000]);
  watch.note();
  clock.advance(5000);
  assertEquals(heard, [5000, 10_000, 5000]);
});

Deno.test("SilenceWatch tells nothing once it is stopped", () => {
  const { clock, heard, watch } = open();
  watch.start();
  watch.stop();
  watch.note();
  clock.advance(60_000);
  assertEquals([heard, clock.pendingTimers], [[], 0]);
});
