import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { FIRST_PROGRESS_MS, PROGRESS_MS } from "../limits.ts";
import { startPatience } from "./patience.ts";

function start(timeoutMs: number) {
  const clock = new FakeClock();
  const heard: (number | "timeout")[] = [];
  const end = startPatience({
    clock,
    timeoutMs,
    onProgress: (waitedMs) => heard.push(waitedMs),
    onTimeout: () => heard.push("timeout"),
  });
  return { clock, heard, end };
}

Deno.test("startPatience() tells after a while that it waits, again and again, and then that the time is over", () => {
  const { clock, heard } = start(15_000);
  clock.advance(FIRST_PROGRESS_MS - 1);
  assertEquals(heard, []);
  clock.advance(15_000 - FIRST_PROGRESS_MS);
  assertEquals(heard, [FIRST_PROGRESS_MS, FIRST_PROGRESS_MS + PROGRESS_MS, FIRST_PROGRESS_MS + 2 * PROGRESS_MS]);
  clock.advance(1);
  assertEquals([heard.at(-1), clock.pendingTimers], ["timeout", 0]);
});

Deno.test("startPatience() tells nothing where the time is short, or where it is ended", () => {
  const short = start(FIRST_PROGRESS_MS);
  short.clock.advance(FIRST_PROGRESS_MS);
  assertEquals(short.heard, ["timeout"]);
  const ended = start(15_000);
  ended.clock.advance(FIRST_PROGRESS_MS);
  ended.end();
  ended.clock.advance(60_000);
  assertEquals([ended.heard, ended.clock.pendingTimers], [[FIRST_PROGRESS_MS], 0]);
});
