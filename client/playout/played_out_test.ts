import { assert, assertEquals } from "@std/assert";
import { FAKE_EPOCH_MS, FakeClock } from "../../tests/support/fake_clock.ts";
import { TestPlayback } from "../../tests/support/test_playback.ts";
import type { PlaybackStatus } from "../../page/playback.ts";
import { PlayedOut } from "./played_out.ts";

const DELAY_MS = 100;

function open(status: Partial<PlaybackStatus> = {}) {
  const clock = new FakeClock();
  const player = new TestPlayback();
  player.become({ state: "PLAYING", dialect: "rtsp", ...status });
  const playedOut = new PlayedOut(player, { clock, latency: DELAY_MS });
  const shown: { readonly number: number; readonly atMs: number }[] = [];
  playedOut.subscribe({ frame: ({ number }) => shown.push({ number, atMs: clock.nowMs() }) });
  /** A frame of this time comes now. */
  const come = (timeMs: number) =>
    player.show(new Uint8Array(10), undefined, {
      timestampUs: timeMs * 1000,
      arrivalMs: FAKE_EPOCH_MS + clock.nowMs(),
    });
  return { clock, player, playedOut, shown, come };
}

Deno.test("PlayedOut shows frames at their times, and tells the delay", () => {
  const { clock, playedOut, shown, come } = open();
  come(0);
  clock.advance(70);
  come(40);
  assertEquals([shown, playedOut.latestFrame], [[], undefined]);
  clock.advance(500);
  assertEquals(shown, [{ number: 1, atMs: 100 }, { number: 2, atMs: 140 }]);
  assertEquals([playedOut.latestFrame?.number, playedOut.statistics().playoutDelayMs], [2, 100]);
  assertEquals(playedOut.statistics().lateFrames, 0);
  come(80);
  assertEquals([shown.length, playedOut.statistics().lateFrames], [3, 1], "what is late is shown at once");
});

const AS_THEY_COME: readonly Partial<PlaybackStatus>[] = [
  { dialect: "lab" },
  { dialect: "http" },
  { scale: 2 },
  { scale: -1 },
  { state: "READY" },
];
for (const status of AS_THEY_COME) {
  Deno.test(`PlayedOut shows frames as they come with ${JSON.stringify(status)}`, () => {
    const { playedOut, shown, come } = open(status);
    come(0);
    come(40);
    assertEquals([shown.length, playedOut.statistics().playoutDelayMs], [2, 0]);
  });
}

Deno.test("PlayedOut freezes the picture at once in a pause, at the frame at which the player is", () => {
  const { clock, player, shown, come } = open();
  come(0);
  come(40);
  player.become({ state: "READY" });
  assertEquals(shown.map(({ number }) => number), [1, 2], "none is missing to those who step back");
  clock.advance(1000);
  assertEquals(shown.length, 2);
  come(80);
  assertEquals(shown.map(({ number }) => number), [1, 2, 3], "a step is seen at once");
});

Deno.test("PlayedOut shows a movie to its last frame", () => {
  const { clock, player, shown, come } = open();
  come(0);
  come(40);
  player.become({ state: "READY", isAtEnd: true });
  assertEquals(shown, []);
  clock.advance(1000);
  assertEquals(shown.map(({ atMs }) => atMs), [100, 140]);
});

Deno.test("PlayedOut plays on in time after a pause that the sender's clock does not count", () => {
  const { clock, player, shown, come } = open();
  come(0);
  player.become({ state: "READY" });
  clock.advance(60_000);
  player.become({ state: "PLAYING" });
  come(40);
  clock.advance(1000);
  assertEquals(shown.at(-1), { number: 2, atMs: 60_100 });
});

Deno.test("PlayedOut drops what waits when the user goes elsewhere", async () => {
  const { clock, player, playedOut, shown, come } = open();
  come(0);
  await playedOut.seek(5);
  come(9000);
  clock.advance(1000);
  assertEquals([shown, player.moves], [[{ number: 2, atMs: 100 }], ["seek 5"]]);
});

Deno.test("PlayedOut gives sound as late as the frames beside it", () => {
  const { clock, player, playedOut, come } = open();
  player.soundFormat = { sampleRate: 8000, channels: 1 };
  const heard: number[] = [];
  playedOut.subscribe({ sound: () => heard.push(clock.nowMs()) });
  come(0);
  player.sound(new Uint8Array(2), 0);
  player.sound(new Uint8Array(2), 1000);
  clock.advance(99);
  assertEquals(heard, []);
  clock.advance(1);
  assertEquals(heard, [100, 100]);
});

Deno.test("PlayedOut leaves no timer behind, and no subscription", () => {
  const { clock, player, playedOut, come } = open();
  come(0);
  assert(clock.pendingTimers > 0);
  playedOut.close();
  assertEquals([clock.pendingTimers, player.listenerCount], [0, 0]);
});
