/** The player at servers that go away: when it reconnects, and when not. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { encodeRtcp } from "../rtp/rtcp.ts";
import { encodeFrame } from "../tests/support/encoded_frames.ts";
import { FINITE, openPlayerAtCamera as open } from "../tests/support/player_at_camera.ts";
import { type Answers, interleaved, PLAIN } from "../tests/support/scripted_camera.ts";
import { RECONNECT_SILENCE_MS, RECONNECT_STABLE_MS, REPLY_TIMEOUT_MS, SILENCE_MS } from "./limits.ts";
import { until } from "../tests/support/until.ts";

/** Nothing may be left open. */
const STRICT = { sanitizeOps: true, sanitizeResources: true };

Deno.test("Player reconnects to a live server that is gone, and goes on", async () => {
  await using opened = open();
  const { player, camera, clock } = opened;
  await opened.play();
  await opened.show();
  camera.hangUp();
  const lost = await opened.notice(/is gone/);
  assertEquals(lost.notice, {
    level: "warning",
    text: "The server is gone: the server closed the connection; trying again in 1 s",
  });
  assertEquals([lost.state, lost.allowed, lost.reconnects], ["INIT", ["SETUP", "TEARDOWN"], true]);
  clock.advance(999);
  const before = camera.requests.length;
  clock.advance(1);
  await opened.notice(/The server is back/);
  assertEquals(camera.methods.slice(before), ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]);
  await opened.show();
  assertEquals(player.status.state, "PLAYING");
  assertEquals(opened.frames.map(({ number }) => number), [1, 2]);
  const { frames, packets, lostPackets } = player.statistics();
  assertEquals([frames, packets, lostPackets], [2, 2, 0]);
});

Deno.test("Player goes on in a movie where the server was lost", async () => {
  const ranges: (string | undefined)[] = [];
  const answers: Answers = {
    DESCRIBE: FINITE,
    PLAY({ headers }) {
      ranges.push(headers.get("Range"));
      return { lines: [`Range: ${headers.get("Range")}10`] };
    },
  };
  await using opened = open(answers, { reconnect: true });
  await opened.play();
  await opened.show(0);
  await opened.show(5 * 90_000);
  opened.camera.hangUp();
  await opened.notice(/is gone/);
  opened.clock.advance(1000);
  await opened.notice(/The server is back/);
  assertEquals(ranges, ["npt=0.000-", "npt=5.000-"]);
});

Deno.test("Player reconnects to a pause where it was paused", async () => {
  await using opened = open();
  await opened.play();
  await opened.show();
  await opened.player.command("PAUSE");
  opened.camera.hangUp();
  await opened.notice(/is gone/);
  opened.clock.advance(1000);
  await opened.notice(/The server is back/);
  assertEquals([opened.player.status.state, opened.camera.methods.at(-1)], ["READY", "SETUP"]);
});

Deno.test("Player waits longer from try to try, up to half a minute, and starts over after packets for a while", async () => {
  let isDown = false;
  await using opened = open({
    DESCRIBE: () => isDown ? { status: "503 Service Unavailable" } : PLAIN.DESCRIBE,
  });
  const { player, camera, clock } = opened;
  await opened.play();
  await opened.show();
  isDown = true;
  camera.hangUp();
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    await opened.notice(new RegExp(`trying again in ${seconds} s$`));
    // What is told next may read the same: 30 s comes twice.
    const { length } = opened.statuses;
    clock.advance(seconds * 1000);
    await until(() => opened.statuses.slice(length).some(({ notice }) => /503/.test(notice?.text ?? "")));
  }
  isDown = false;
  clock.advance(30_000);
  await opened.notice(/The server is back/);
  clock.advance(RECONNECT_STABLE_MS - 1);
  await opened.show();
  camera.hangUp();
  await opened.notice(/trying again in 30 s$/);
  clock.advance(30_000);
  await opened.notice(/The server is back/);
  for (let passedMs = 0; passedMs < RECONNECT_STABLE_MS; passedMs += RECONNECT_STABLE_MS / 2) {
    clock.advance(RECONNECT_STABLE_MS / 2);
    await opened.show();
  }
  camera.hangUp();
  await opened.notice(/trying again in 1 s$/);
  assertEquals(player.status.state, "INIT");
});

Deno.test({
  name: "Player stops waiting for a server when it is told to, at once",
  ...STRICT,
  fn: async () => {
    let isSilent = false;
    await using opened = open({ OPTIONS: () => isSilent ? undefined : PLAIN.OPTIONS });
    const { player, camera, clock } = opened;
    const stop = async () => {
      await player.command("TEARDOWN");
      assertEquals([player.status.state, player.status.allowed], ["INIT", ["SETUP"]]);
      assertEquals([player.status.notice, clock.pendingTimers], [undefined, 0]);
    };
    await opened.play();
    await opened.show();
    camera.hangUp();
    await opened.notice(/is gone/);
    await stop();

    // And while it tries.
    await opened.play();
    await opened.show();
    isSilent = true;
    camera.hangUp();
    await opened.notice(/is gone/);
    const before = camera.requests.length;
    clock.advance(1000);
    await until(() => camera.requests.length > before);
    assertEquals(player.status.allowed, ["TEARDOWN"]);
    await stop();
  },
});

Deno.test("Player tries at once when it is told to", async () => {
  await using opened = open();
  await opened.play();
  await opened.show();
  opened.camera.hangUp();
  await opened.notice(/is gone/);
  await opened.play();
  await opened.show();
  assertEquals(opened.player.status.state, "PLAYING");
});

Deno.test("Player keeps the session that its user sets up at the moment of a try", async () => {
  await using opened = open();
  const { player, camera, clock } = opened;
  await opened.play();
  await opened.show();
  camera.hangUp();
  await opened.notice(/is gone/);
  const setUp = player.command("SETUP");
  clock.advance(1000);
  await setUp;
  await player.command("PLAY");
  await opened.show();
  assertEquals(player.status.state, "PLAYING");
  assertEquals(camera.methods.slice(4), ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]);
});

Deno.test("Player does not reconnect to a server that wants another password", async () => {
  let isShut = false;
  await using opened = open({ DESCRIBE: () => isShut ? { status: "401 Unauthorized" } : PLAIN.DESCRIBE });
  await opened.play();
  await opened.show();
  isShut = true;
  opened.camera.hangUp();
  await opened.notice(/is gone/);
  opened.clock.advance(1000);
  const { notice, allowed } = await opened.notice(/401 Unauthorized/);
  assertEquals([notice?.level, allowed], ["error", ["SETUP"]]);
  assertEquals(opened.clock.pendingTimers, 0);
});

/** To whom it reconnects, once something came. */
const WHO: readonly [title: string, answers: Answers, reconnect: boolean | undefined, isTried: boolean][] = [
  ["a live stream", {}, undefined, true],
  ["a live stream with --no-reconnect", {}, false, false],
  ["a stream that ends", { DESCRIBE: FINITE }, undefined, false],
  ["a stream that ends with --reconnect", { DESCRIBE: FINITE }, true, true],
];

for (const [title, answers, reconnect, isTried] of WHO) {
  Deno.test(`Player ${isTried ? "reconnects" : "does not reconnect"} to the server of ${title}`, async () => {
    await using opened = open(answers, { reconnect });
    await opened.play();
    await opened.show();
    opened.camera.hangUp();
    const { notice } = await opened.notice(/is gone/);
    assertEquals(notice?.level, isTried ? "warning" : "error");
    assertEquals(/trying again/.test(notice?.text ?? ""), isTried);
  });
}

Deno.test("Player does not reconnect to a server from which nothing came", async () => {
  await using opened = open();
  await opened.play();
  opened.camera.hangUp();
  const { notice } = await opened.notice(/is gone/);
  assertEquals(notice?.level, "error");
});

Deno.test(`Player takes a live server for gone after ${RECONNECT_SILENCE_MS} ms of silence`, async () => {
  await using opened = open();
  const { player, clock } = opened;
  await opened.play();
  await opened.show();
  clock.advance(SILENCE_MS);
  assertMatch(player.status.notice?.text ?? "", /^No frame for 5 s/);
  assertEquals(player.status.state, "PLAYING");
  clock.advance(RECONNECT_SILENCE_MS - SILENCE_MS);
  assertEquals(player.status.notice?.text, "The server is gone: no packet has come for 10 s; trying again in 1 s");
});

Deno.test("Player waits after the BYE of a live server whether the stream goes on", async () => {
  await using opened = open();
  const { player, camera, clock } = opened;
  await opened.play();
  await opened.show();
  const bye = encodeRtcp([{ kind: "bye", ssrcs: [1] }]);
  await camera.send(1, bye);
  await opened.show();
  assertEquals(player.status.notice, undefined);
  await camera.send(1, bye);
  // What comes behind it has been read when the question is answered.
  await camera.say("OPTIONS rtsp://a RTSP/1.0", "CSeq: 1", "", "");
  await until(() => camera.replies.length > 0);
  assertEquals(player.status.notice, undefined);
  clock.advance(SILENCE_MS);
  assertEquals(player.status.notice?.text, "The server is gone: the stream has ended; trying again in 1 s");
});

Deno.test("Player waits longer from try to try where each try brings a packet together with the reply to PLAY", async () => {
  let sequenceNumber = 100;
  await using opened = open({
    PLAY: () => ({ then: interleaved(0, encodeFrame({ sequenceNumber: sequenceNumber++ })) }),
  });
  const { camera, clock, frames } = opened;
  clock.advance(3_600_000);
  await opened.play();
  for (const seconds of [1, 2, 4, 8]) {
    await until(() => frames.length === sequenceNumber - 100);
    camera.hangUp();
    await opened.notice(new RegExp(`trying again in ${seconds} s$`));
    clock.advance(seconds * 1000);
    await opened.notice(/The server is back/);
  }
});

Deno.test("Player takes a silent server for gone although the silence grew long while it awaited a reply", async () => {
  await using opened = open({ PAUSE: () => undefined });
  const { player, camera, clock } = opened;
  await opened.play();
  await opened.show();
  clock.advance(RECONNECT_SILENCE_MS - 2000);
  const paused = assertRejects(() => player.command("PAUSE"), Error, "did not answer PAUSE");
  await until(() => camera.methods.includes("PAUSE"));
  clock.advance(REPLY_TIMEOUT_MS);
  await paused;
  await opened.notice(/The server is gone: no packet has come for 10 s/);
});
