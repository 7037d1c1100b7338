import { assertEquals } from "@std/assert";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS } from "./limits.ts";
import { Reconnection } from "./reconnection.ts";

function open(random: number) {
  const clock = new FakeClock();
  let tries = 0;
  const reconnection = new Reconnection({ clock, random: () => random, onTry: () => tries++ });
  return { clock, reconnection, tries: () => tries };
}

for (const [random, share] of [[0, 0.8], [0.5, 1], [1, 1.2]]) {
  Deno.test(`Reconnection doubles its time up to half a minute, times ${share} where chance is ${random}`, () => {
    const { clock, reconnection, tries } = open(random);
    const delays = Array.from({ length: 8 }, () => {
      const delayMs = reconnection.schedule();
      clock.advance(delayMs);
      return delayMs;
    });
    const means = [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000);
    assertEquals([means[0], means.at(-1)], [RECONNECT_MIN_MS, RECONNECT_MAX_MS]);
    assertEquals(delays, means.map((meanMs) => Math.round(meanMs * share)));
    assertEquals(tries(), 8);
  });
}

Deno.test("Reconnection waits a short time again once the server was well", () => {
  const { reconnection } = open(0.5);
  for (let count = 0; count < 100; count++) reconnection.schedule();
  assertEquals(reconnection.schedule(), RECONNECT_MAX_MS);
  reconnection.reset();
  assertEquals(reconnection.schedule(), RECONNECT_MIN_MS);
});

Deno.test("Reconnection.cancel() tries no more", () => {
  const { clock, reconnection, tries } = open(0.5);
  reconnection.schedule();
  assertEquals(reconnection.isWaiting, true);
  reconnection.cancel();
  clock.advance(60_000);
  assertEquals([tries(), reconnection.isWaiting, clock.pendingTimers], [0, false, 0]);
});
