import { assertEquals, assertRejects } from "@std/assert";
import { REPLY_TIMEOUT_MS, SILENCE_MS } from "../client/limits.ts";
import { Recorder } from "../client/record/recorder.ts";
import type { FrameStore } from "../client/record/stores/frame_store.ts";
import { openPlayerAtCamera } from "../tests/support/player_at_camera.ts";
import { soon, until } from "../tests/support/until.ts";
import { FailedError } from "./options/errors.ts";
import { playUntilEnd } from "./playing.ts";

Deno.test("playUntilEnd() goes on where a PAUSE is not answered and frames come", async () => {
  await using opened = openPlayerAtCamera({ PAUSE: () => undefined }, { reconnect: false });
  const { player, clock } = opened;
  const interrupt = new AbortController();
  let hasEnded = false;
  const playing = playUntilEnd({
    ...{ player, recorder: undefined, preview: false, paused: false, maxFrames: Infinity, maxSeconds: Infinity },
    clock,
    interrupt: interrupt.signal,
  }).then(() => {
    hasEnded = true;
  });
  await until(() => player.status.state === "PLAYING");
  await opened.show();
  const paused = assertRejects(() => player.command("PAUSE"), Error, "did not answer PAUSE");
  await until(() => opened.camera.methods.includes("PAUSE"));
  for (let waitedMs = 0; waitedMs < REPLY_TIMEOUT_MS; waitedMs += SILENCE_MS - 1000) {
    clock.advance(SILENCE_MS - 1000);
    await opened.show();
  }
  await paused;
  await opened.show();
  assertEquals([hasEnded, player.status.state], [false, "PLAYING"]);
  interrupt.abort();
  await soon(playing);
});

Deno.test("playUntilEnd() ends after the seconds of playing, without the pauses", async () => {
  await using opened = openPlayerAtCamera({}, { reconnect: false });
  const { player, clock } = opened;
  let hasEnded = false;
  const playing = playUntilEnd({
    ...{ player, recorder: undefined, preview: false, paused: false, maxFrames: Infinity, maxSeconds: 3 },
    clock,
    interrupt: new AbortController().signal,
  }).then(() => {
    hasEnded = true;
  });
  await until(() => player.status.state === "PLAYING");
  await opened.show();
  clock.advance(2000);
  await player.command("PAUSE");
  clock.advance(SILENCE_MS);
  await player.command("PLAY");
  await opened.show();
  clock.advance(999);
  await opened.show();
  assertEquals([hasEnded, player.playedSeconds], [false, 2.999]);
  clock.advance(20);
  await soon(playing);
});

Deno.test("playUntilEnd() has no timer of its own where it plays without an end", async () => {
  await using opened = openPlayerAtCamera({}, { reconnect: false });
  const { player, clock } = opened;
  const interrupt = new AbortController();
  const playing = playUntilEnd({
    ...{ player, recorder: undefined, preview: false, paused: true, maxFrames: Infinity, maxSeconds: Infinity },
    clock,
    interrupt: interrupt.signal,
  });
  await until(() => player.status.state === "READY");
  // The one that keeps the session alive.
  assertEquals(clock.pendingTimers, 1);
  interrupt.abort();
  await soon(playing);
});

Deno.test("playUntilEnd() fails where the last frames cannot be stored, though it was to end", async () => {
  await using opened = openPlayerAtCamera({}, { reconnect: false });
  const { player, clock } = opened;
  const interrupt = new AbortController();
  const full = Promise.withResolvers<void>();
  /** A disk that turns out to be full when the last frames are written. */
  const store: FrameStore = {
    write: () => full.promise,
    flush: () => full.reject(new Error("the disk is full")),
    finish: () => Promise.resolve(),
    discard: () => Promise.resolve(),
    close() {},
  };
  const playing = playUntilEnd({
    ...{ player, preview: false, paused: false, maxFrames: Infinity, maxSeconds: Infinity, clock },
    recorder: new Recorder(store, { maxFrames: Infinity, clock }),
    interrupt: interrupt.signal,
  });
  await until(() => player.status.state === "PLAYING");
  await opened.show();
  interrupt.abort();
  await assertRejects(() => soon(playing), FailedError, "Cannot store frame 1:");
});
