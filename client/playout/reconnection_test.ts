import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS, RECONNECT_STABLE_MS } from "../limits.ts";
import { RefusedError } from "../rtsp/refusal.ts";
import { Reconnection } from "./reconnection.ts";
import { until } from "../../tests/support/until.ts";

/** A server that is lost while it plays; `answer` is what each try meets. */
function open({ random = 0.5, answer = () => Promise.resolve() }: { random?: number; answer?: () => Promise<void> }) {
  const clock = new FakeClock();
  const notices: string[] = [];
  const tried: string[] = [];
  let [isWanted, lastPacketMs] = [false, -1];
  const reconnection = new Reconnection({
    clock,
    random: () => random,
    isWanted: () => isWanted,
    async reconnect(state) {
      tried.push(state);
      await answer();
      if (!isWanted) throw new Error("not wanted any more");
      isWanted = false;
    },
    onRefused: () => isWanted = false,
    onNotice: ({ level, text }) => notices.push(`${level}: ${text}`),
  });
  return {
    ...{ clock, notices, tried, reconnection },
    isLost: () => isWanted,
    /** The server goes. */
    lose(state: "READY" | "PLAYING"): void {
      isWanted = true;
      reconnection.start(state, "gone", { lastPacketMs: lastPacketMs < 0 ? undefined : lastPacketMs });
    },
    /** A packet comes. */
    note: () => void (lastPacketMs = clock.nowMs()),
    /** Nobody wants the server back any more. */
    forget(): void {
      isWanted = false;
      reconnection.stop();
    },
    /** Lets the time go by until the next try has ended. */
    async next(): Promise<number> {
      const count = notices.length;
      let waitedMs = 0;
      for (; reconnection.isWaiting; waitedMs += 100) clock.advance(100);
      await until(() => notices.length > count);
      return waitedMs;
    },
  };
}

const fail = () => Promise.reject(new Error("nobody there"));

for (const [random, share] of [[0, 0.8], [0.5, 1], [1, 1.2]]) {
  Deno.test(`Reconnection doubles its time up to half a minute, times ${share} where chance is ${random}`, async () => {
    const { lose, tried, next } = open({ random, answer: fail });
    lose("PLAYING");
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
  const { lose, isLost, reconnection, notices, next } = open({ answer: () => answers.shift()!() });
  lose("READY");
  assertEquals(isLost(), true);
  await next();
  await next();
  assertEquals(notices, [
    "warning: gone; trying again in 1 s",
    "warning: nobody there; trying again in 2 s",
    "info: The server is back",
  ]);
  assertEquals([isLost(), reconnection.isWaiting], [false, false]);
});

Deno.test("Reconnection waits a short time again once packets have come for a while", async () => {
  let isDown = true;
  const { lose, note, clock, next } = open({
    answer: () => isDown ? fail() : Promise.resolve(),
  });
  lose("PLAYING");
  for (let count = 0; count < 40; count++) await next();
  isDown = false;
  assertEquals(await next(), RECONNECT_MAX_MS);
  // A server that goes away after a few packets has not come back.
  clock.advance(RECONNECT_STABLE_MS - 1);
  note();
  lose("PLAYING");
  assertEquals(await next(), RECONNECT_MAX_MS);
  clock.advance(RECONNECT_STABLE_MS);
  note();
  lose("PLAYING");
  assertEquals(await next(), RECONNECT_MIN_MS);
});

for (const status of [401, 403]) {
  Deno.test(`Reconnection does not repeat a refusal of ${status}`, async () => {
    const refuse = () => Promise.reject(new RefusedError("no", status));
    const { lose, isLost, reconnection, notices, next } = open({ answer: refuse });
    lose("PLAYING");
    await next();
    assertEquals(notices.at(-1), "error: no");
    assertEquals([isLost(), reconnection.isWaiting], [false, false]);
  });
}

Deno.test("Reconnection.stop() tries no more", () => {
  const { lose, forget, clock, reconnection, tried } = open({});
  lose("PLAYING");
  assertEquals(reconnection.isWaiting, true);
  forget();
  clock.advance(60_000);
  assertEquals([tried.length, reconnection.isWaiting, clock.pendingTimers], [0, false, 0]);
});

Deno.test("Reconnection.stop() during a try leaves it at that, however it ends", async () => {
  for (const isBack of [true, false]) {
    const answer = Promise.withResolvers<void>();
    const { lose, forget, clock, notices } = open({ answer: () => answer.promise });
    lose("PLAYING");
    clock.advance(1000);
    forget();
    if (isBack) answer.resolve();
    else answer.reject(new Error("given up"));
    await answer.promise.catch(() => {/* taken by the reconnection */});
    await Promise.resolve();
    assertEquals([notices.length, clock.pendingTimers], [1, 0]);
  }
});
