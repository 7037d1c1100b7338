import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { until } from "../../tests/support/until.ts";
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS, RECONNECT_STABLE_MS } from "../limits.ts";
import { RefusedError } from "../rtsp/refusal.ts";
import { Reconnection } from "./reconnection.ts";

/** A server that is lost while it plays; `answer` is what each try meets. */
function open({ random = 0.5, answer = () => Promise.resolve() }: { random?: number; answer?: () => Promise<void> }) {
  const clock = new FakeClock();
  const events: string[] = [];
  const tried: string[] = [];
  let lastPacketMs: number | undefined;
  const reconnection = new Reconnection({
    clock,
    random: () => random,
    lastPacketMs: () => lastPacketMs,
    reconnect(state) {
      tried.push(state);
      return answer();
    },
    onWait: (reason) => events.push(`wait: ${reason}`),
    onBack: () => events.push("back"),
    onRefused: (reason) => events.push(`refused: ${reason}`),
  });
  return {
    ...{ clock, events, tried, reconnection },
    /** A packet has come. */
    note: () => lastPacketMs = clock.nowMs(),
    /** Lets the time go by until the next try has ended. */
    async next(): Promise<number> {
      const [count, before] = [events.length, tried.length];
      let waitedMs = 0;
      for (; tried.length === before; waitedMs += 100) clock.advance(100);
      await until(() => events.length > count);
      return waitedMs;
    },
  };
}

const fail = () => Promise.reject(new Error("nobody there"));

for (const [random, share] of [[0, 0.8], [0.5, 1], [1, 1.2]]) {
  Deno.test(`Reconnection doubles its wait up to half a minute, times ${share} where chance is ${random}`, async () => {
    const { reconnection, tried, next } = open({ random, answer: fail });
    reconnection.start("PLAYING", "gone");
    const waited: number[] = [];
    for (let count = 0; count < 8; count++) waited.push(await next());
    const means = [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000);
    assertEquals([means[0], means.at(-1)], [RECONNECT_MIN_MS, RECONNECT_MAX_MS]);
    assertEquals(waited, means.map((meanMs) => Math.round(meanMs * share)));
    assertEquals(tried, Array(8).fill("PLAYING"));
  });
}

Deno.test("Reconnection says what it waits for, and that the server is back", async () => {
  const answers = [fail, () => Promise.resolve()];
  const { reconnection, events, tried, clock, next } = open({ answer: () => answers.shift()!() });
  reconnection.start("READY", "gone");
  await next();
  await next();
  assertEquals(events, ["wait: gone; trying again in 1 s", "wait: nobody there; trying again in 2 s", "back"]);
  assertEquals([tried, clock.pendingTimers], [["READY", "READY"], 0]);
});

Deno.test("Reconnection waits a short time again once packets have come for a while", async () => {
  let isDown = true;
  const { clock, reconnection, note, next } = open({ answer: () => isDown ? fail() : Promise.resolve() });
  reconnection.start("PLAYING", "gone");
  for (let count = 0; count < 40; count++) await next();
  isDown = false;
  assertEquals(await next(), RECONNECT_MAX_MS);
  // A server that goes away after a few packets is not back.
  clock.advance(RECONNECT_STABLE_MS - 1);
  note();
  reconnection.start("PLAYING", "gone");
  assertEquals(await next(), RECONNECT_MAX_MS);
  clock.advance(RECONNECT_STABLE_MS);
  note();
  reconnection.start("PLAYING", "gone");
  assertEquals(await next(), RECONNECT_MIN_MS);
});

Deno.test("Reconnection waits longer where the server is lost again before the try has ended", async () => {
  const again: { lose?: () => void } = {};
  const { clock, reconnection, note, events } = open({
    answer() {
      note();
      again.lose?.();
      return Promise.resolve();
    },
  });
  clock.advance(3_600_000);
  again.lose = () => {
    again.lose = undefined;
    reconnection.start("PLAYING", "gone again");
  };
  reconnection.start("PLAYING", "gone");
  clock.advance(1000);
  await Promise.resolve();
  assertEquals(events, ["wait: gone; trying again in 1 s", "wait: gone again; trying again in 2 s"]);
  reconnection.stop();
  assertEquals(clock.pendingTimers, 0);
});

for (const status of [401, 403]) {
  Deno.test(`Reconnection does not repeat a refusal of ${status}`, async () => {
    const refuse = () => Promise.reject(new RefusedError("no", status));
    const { reconnection, events, clock, next } = open({ answer: refuse });
    reconnection.start("PLAYING", "gone");
    await next();
    assertEquals([events.at(-1), clock.pendingTimers], ["refused: no", 0]);
  });
}

Deno.test("Reconnection.stop() tries no more", () => {
  const { clock, reconnection, tried } = open({});
  reconnection.start("PLAYING", "gone");
  assertEquals(clock.pendingTimers, 1);
  reconnection.stop();
  clock.advance(60_000);
  assertEquals([tried.length, clock.pendingTimers], [0, 0]);
});

Deno.test("Reconnection.stop() during a try leaves it at that, however it ends", async () => {
  for (const isBack of [true, false]) {
    const answer = Promise.withResolvers<void>();
    const { clock, reconnection, events } = open({ answer: () => answer.promise });
    reconnection.start("PLAYING", "gone");
    clock.advance(1000);
    reconnection.stop();
    if (isBack) answer.resolve();
    else answer.reject(new Error("given up"));
    await answer.promise.catch(() => {/* taken by the reconnection */});
    await Promise.resolve();
    assertEquals([events.length, clock.pendingTimers], [1, 0]);
  }
});
