import { assertEquals, assertRejects } from "@std/assert";
import { REPLY_TIMEOUT_MS, SILENCE_MS } from "../client/limits.ts";
import { openPlayerAtCamera } from "../tests/support/player_at_camera.ts";
import { soon, until } from "../tests/support/until.ts";
import { playUntilEnd } from "./playing.ts";

Deno.test("playUntilEnd() goes on where a PAUSE is not answered and frames come", async () => {
  await using opened = openPlayerAtCamera({ PAUSE: () => undefined }, { reconnect: false });
  const { player, clock } = opened;
  const interrupt = new AbortController();
  let hasEnded = false;
  const playing = playUntilEnd({
    ...{ player, recorder: undefined, preview: false, paused: false, maxFrames: Infinity, maxSeconds: Infinity },
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
