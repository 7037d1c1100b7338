import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Keepalive, keepaliveIntervalMs } from "./keepalive.ts";
import { KEEPALIVE_MAX_MS, KEEPALIVE_MIN_MS } from "../limits.ts";

const INTERVALS: readonly [timeoutSeconds: number, intervalMs: number][] = [
  [60, 30_000],
  [5, 2500],
  [KEEPALIVE_MIN_MS / 500, KEEPALIVE_MIN_MS],
  [KEEPALIVE_MIN_MS / 500 - 1, KEEPALIVE_MIN_MS],
  [0, KEEPALIVE_MIN_MS],
  [KEEPALIVE_MAX_MS / 500, KEEPALIVE_MAX_MS],
  [KEEPALIVE_MAX_MS / 500 + 1, KEEPALIVE_MAX_MS],
  [999_999_999, KEEPALIVE_MAX_MS],
];

for (const [timeoutSeconds, intervalMs] of INTERVALS) {
  Deno.test(`keepaliveIntervalMs() is ${intervalMs} for a timeout of ${timeoutSeconds} s`, () => {
    assertEquals(keepaliveIntervalMs(timeoutSeconds), intervalMs);
  });
}

Deno.test("Keepalive asks again once it has its answer, until it is stopped", async () => {
  const clock = new FakeClock();
  let asked = 0;
  let answer = Promise.withResolvers<void>();
  const keepalive = new Keepalive({
    clock,
    timeoutSeconds: 10,
    ask() {
      asked++;
      return answer.promise;
    },
  });
  clock.advance(4999);
  assertEquals(asked, 0);
  clock.advance(20_000);
  assertEquals(asked, 1);
  answer.resolve();
  await answer.promise;
  answer = Promise.withResolvers();
  clock.advance(5000);
  assertEquals(asked, 2);
  keepalive.stop();
  answer.resolve();
  await answer.promise;
  assertEquals(clock.pendingTimers, 0);
});
