import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { LiveFeed } from "../source/live_source.ts";
import { LiveRates } from "./live_rates.ts";

Deno.test("LiveRates counts what comes between two looks", () => {
  const clock = new FakeClock();
  const rates = new LiveRates(clock);
  const source = new LiveFeed({ name: "cam", clock });
  const push = (frames: number) => {
    for (let count = 0; count < frames; count++) source.push(new Uint8Array(1));
  };
  push(5);
  assertEquals(rates.rateOf(source), undefined);
  clock.advance(2000);
  push(30);
  assertEquals(rates.rateOf(source), 15);
  clock.advance(999);
  push(100);
  assertEquals(rates.rateOf(source), 15);
  clock.advance(1);
  assertEquals(rates.rateOf(source), 100);
  // Nobody watches, so that nothing comes.
  clock.advance(5000);
  assertEquals(rates.rateOf(source), undefined);
});
