/** The player at cameras of the standards: going over to TCP in its turn, servers that go away and come back, sound. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { conditionJpeg } from "../mjpeg/conditioning.ts";
import { packetizeJpeg } from "../rtp/jpeg_payload.ts";
import { encodeRtpPacket } from "../rtp/packet.ts";
import { encodeRtcp } from "../rtp/rtcp.ts";
import { decodeTransports } from "../rtsp/transport.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { makeJpeg } from "../tests/support/jpegs.ts";
import { type Answers, type CameraOptions, PLAIN, ScriptedCamera, sdp } from "../tests/support/scripted_camera.ts";
import { FIRST_PACKET_TIMEOUT_MS, MAX_REDIRECTS, RECONNECT_SILENCE_MS, SILENCE_MS } from "./limits.ts";
import type { Notice, PlaybackStatus, ReceivedFrame } from "./playback.ts";
import { Player, type PlayerOptions } from "./player.ts";
import { parseRtspUrl } from "./rtsp_url.ts";

const PAYLOADS = packetizeJpeg(conditionJpeg(await makeJpeg({ width: 64, height: 48 })), { maxPayloadBytes: 60_000 });

/** A description of a stream that ends. */
const FINITE = {
  ...PLAIN.DESCRIBE,
  body: sdp("a=range:npt=0-10", "m=video 0 RTP/AVP 26", "a=control:track1"),
};

/** A SETUP that takes what is offered. */
const TAKE_ANY: Answers = {
  SETUP: ({ headers }) => ({ lines: ["Session: 1", `Transport: ${headers.get("Transport")}`] }),
};

/** A player at a camera, over TCP where nothing else is said, and without chance. */
function open(answers: Answers = {}, options: Partial<PlayerOptions> & CameraOptions = {}) {
  const camera = new ScriptedCamera(answers, options);
  const clock = new FakeClock();
  const player = new Player({
    source: { url: parseRtspUrl(`rtsp://127.0.0.1:${camera.port}/stream`) },
    transport: "tcp",
    clock,
    random: () => 0.5,
    ...options,
  });
  const statuses: PlaybackStatus[] = [];
  const frames: ReceivedFrame[] = [];
  player.subscribe({ status: (status) => statuses.push(status), frame: (frame) => frames.push(frame) });
  let sequenceNumber = 7;
  return {
    camera,
    player,
    clock,
    statuses,
    frames,
    async play(): Promise<void> {
      await player.command("SETUP");
      await player.command("PLAY");
    },
    /** Sends a frame, and waits until the player has it. */
    async show(timestamp = 0): Promise<void> {
      const { length } = frames;
      const [payload] = PAYLOADS;
      await camera.send(
        0,
        encodeRtpPacket({
          marker: true,
          payloadType: 26,
          sequenceNumber: sequenceNumber++,
          timestamp,
          ssrc: 1,
          payload,
        }),
      );
      await camera.until(() => frames.length > length);
    },
    /** Waits for a notice, and gives the status with it. */
    async notice(pattern: RegExp): Promise<PlaybackStatus> {
      await camera.until(() => pattern.test(player.status.notice?.text ?? ""));
      return player.status;
    },
    async [Symbol.asyncDispose]() {
      await player.close();
      assertEquals(clock.pendingTimers, 0, "a timer is left behind");
      await camera.until(() => camera.openConnections === 0);
      await camera[Symbol.asyncDispose]();
    },
  };
}

/** Nothing may be left open. */
const STRICT = { sanitizeOps: true, sanitizeResources: true };

for (const command of ["PAUSE", "TEARDOWN"] as const) {
  Deno.test(`Player goes over to TCP in its turn: ${command} comes after it`, STRICT, async () => {
    await using opened = open(TAKE_ANY, { transport: "auto" });
    const { player, camera, clock } = opened;
    await opened.play();
    clock.advance(FIRST_PACKET_TIMEOUT_MS);
    await player.command(command);
    assertEquals(camera.methods.slice(3), ["PLAY", "TEARDOWN", "OPTIONS", "SETUP", "PLAY", command]);
    assertMatch(camera.requests[6].headers.get("Transport") ?? "", /TCP/);
    assertEquals([player.status.state, player.status.transport], [command === "PAUSE" ? "READY" : "INIT", "tcp"]);
  });
}

Deno.test("Player goes over to TCP where the stream ends before a packet came over UDP, and says why", async () => {
  await using opened = open(TAKE_ANY, { transport: "auto" });
  const { player, camera } = opened;
  await opened.play();
  const [, rtcpPort] = decodeTransports(camera.requests[2].headers.get("Transport")!)[0].clientPort!;
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const bye = encodeRtcp([{ kind: "receiver-report", ssrc: 1, reports: [] }, { kind: "bye", ssrcs: [1] }]);
  await socket.send(bye, { transport: "udp", hostname: "127.0.0.1", port: rtcpPort });
  await camera.until(() => {
    opened.clock.advance(100);
    return camera.methods.filter((method) => method === "PLAY").length === 2;
  });
  socket.close();
  await opened.notice(/The stream ended before a packet came over UDP: TCP is used/);
  assertEquals(player.status.transport, "tcp");
});

Deno.test("Player begins with TCP where it had to go over to it the last time", async () => {
  await using opened = open(TAKE_ANY, { transport: "auto" });
  const { player, camera, clock } = opened;
  await opened.play();
  clock.advance(FIRST_PACKET_TIMEOUT_MS);
  await player.command("TEARDOWN");
  await opened.play();
  const offers = camera.requests.filter(({ method }) => method === "SETUP").map(({ headers }) =>
    headers.get("Transport")?.split(";")[0]
  );
  assertEquals(offers, ["RTP/AVP", "RTP/AVP/TCP", "RTP/AVP/TCP"]);
});

Deno.test("Player goes over to TCP after a PAUSE, and does not play", async () => {
  await using opened = open(TAKE_ANY, { transport: "auto" });
  await opened.play();
  const paused = opened.player.command("PAUSE");
  opened.clock.advance(FIRST_PACKET_TIMEOUT_MS);
  await paused;
  await opened.player.command("TEARDOWN");
  assertEquals(opened.camera.methods.slice(4, 5), ["PAUSE"]);
  assertEquals(opened.camera.methods.filter((method) => method === "PLAY").length, 1);
});

Deno.test({
  name: "Player.close() on the way over to TCP is at once, and leaves nothing open",
  ...STRICT,
  fn: async () => {
    let connections = 0;
    // The second time, the camera says nothing.
    await using opened = open({
      ...TAKE_ANY,
      OPTIONS: () => ++connections === 1 ? PLAIN.OPTIONS : undefined,
    }, { transport: "auto" });
    await opened.play();
    opened.clock.advance(FIRST_PACKET_TIMEOUT_MS);
    await opened.camera.until(() => connections === 2);
    await opened.player.close();
    assertEquals([opened.player.status.state, opened.player.status.ended], ["INIT", true]);
  },
});

Deno.test({
  name: "Player.close() while it sets up is at once",
  ...STRICT,
  fn: async () => {
    await using opened = open({ DESCRIBE: () => undefined });
    const setUp = assertRejects(() => opened.player.command("SETUP"), Error, "The dialogue with the server has ended");
    await opened.camera.until(() => opened.camera.requests.length === 2);
    await opened.player.close();
    await setUp;
  },
});

Deno.test("Player tells of silence although there was something else to tell", async () => {
  await using opened = open({
    SETUP: ({ headers }) =>
      /TCP/.test(headers.get("Transport") ?? "") ? PLAIN.SETUP : { status: "461 Unsupported Transport" },
  }, { transport: "auto" });
  const { player, clock } = opened;
  await opened.play();
  assertEquals(player.status.notice, { level: "info", text: "The server does not send over UDP: TCP is used" });
  clock.advance(SILENCE_MS);
  assertMatch(player.status.notice?.text ?? "", /^No packet has come for 5 s: check the server/);
  await opened.show();
  assertEquals(player.status.notice, undefined);
});

Deno.test("Player tries a live server again when it has gone, and goes on", async () => {
  await using opened = open();
  const { player, camera, clock } = opened;
  await opened.play();
  await opened.show();
  camera.hangUp();
  const lost = await opened.notice(/gone/);
  assertEquals(lost.notice, {
    level: "warning",
    text: "The server has gone: the server closed the connection; trying again in 1 s",
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

Deno.test("Player comes back to a pause where it was paused", async () => {
  await using opened = open();
  await opened.play();
  await opened.show();
  await opened.player.command("PAUSE");
  opened.camera.hangUp();
  await opened.notice(/gone/);
  opened.clock.advance(1000);
  await opened.notice(/The server is back/);
  assertEquals([opened.player.status.state, opened.camera.methods.at(-1)], ["READY", "SETUP"]);
});

Deno.test("Player waits longer from try to try, up to half a minute, and anew after a packet", async () => {
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
    await camera.until(() => opened.statuses.slice(length).some(({ notice }) => /503/.test(notice?.text ?? "")));
  }
  isDown = false;
  clock.advance(30_000);
  await opened.notice(/The server is back/);
  await opened.show();
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
    await opened.notice(/gone/);
    await stop();

    // And while it tries.
    await opened.play();
    await opened.show();
    isSilent = true;
    camera.hangUp();
    await opened.notice(/gone/);
    const before = camera.requests.length;
    clock.advance(1000);
    await camera.until(() => camera.requests.length > before);
    assertEquals(player.status.allowed, ["TEARDOWN"]);
    await stop();
  },
});

Deno.test("Player tries at once when it is told to", async () => {
  await using opened = open();
  await opened.play();
  await opened.show();
  opened.camera.hangUp();
  await opened.notice(/gone/);
  await opened.play();
  await opened.show();
  assertEquals(opened.player.status.state, "PLAYING");
});

Deno.test("Player does not try a server again that wants another password", async () => {
  let isShut = false;
  await using opened = open({ DESCRIBE: () => isShut ? { status: "401 Unauthorized" } : PLAIN.DESCRIBE });
  await opened.play();
  await opened.show();
  isShut = true;
  opened.camera.hangUp();
  await opened.notice(/gone/);
  opened.clock.advance(1000);
  const { notice, allowed } = await opened.notice(/401 Unauthorized/);
  assertEquals([notice?.level, allowed], ["error", ["SETUP"]]);
  assertEquals(opened.clock.pendingTimers, 0);
});

/** Who is tried again, once something came. */
const WHO: readonly [title: string, answers: Answers, reconnect: boolean | undefined, isTried: boolean][] = [
  ["a live stream", {}, undefined, true],
  ["a live stream with --no-reconnect", {}, false, false],
  ["a stream that ends", { DESCRIBE: FINITE }, undefined, false],
  ["a stream that ends with --reconnect", { DESCRIBE: FINITE }, true, true],
];

for (const [title, answers, reconnect, isTried] of WHO) {
  Deno.test(`Player ${isTried ? "tries" : "does not try"} the server of ${title} again`, async () => {
    await using opened = open(answers, { reconnect });
    await opened.play();
    await opened.show();
    opened.camera.hangUp();
    const { notice } = await opened.notice(/gone/);
    assertEquals(notice?.level, isTried ? "warning" : "error");
    assertEquals(/trying again/.test(notice?.text ?? ""), isTried);
  });
}

Deno.test("Player does not try a server again from which nothing came", async () => {
  await using opened = open();
  await opened.play();
  opened.camera.hangUp();
  const { notice } = await opened.notice(/gone/);
  assertEquals(notice?.level, "error");
});

Deno.test(`Player takes a live server for gone after ${RECONNECT_SILENCE_MS} ms of silence`, async () => {
  await using opened = open();
  const { player, clock } = opened;
  await opened.play();
  await opened.show();
  clock.advance(SILENCE_MS);
  assertMatch(player.status.notice?.text ?? "", /^No packet for 5 s/);
  assertEquals(player.status.state, "PLAYING");
  clock.advance(RECONNECT_SILENCE_MS - SILENCE_MS);
  assertEquals(player.status.notice?.text, "The server has gone: no packet has come for 10 s; trying again in 1 s");
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
  await camera.until(() => camera.replies.length > 0);
  assertEquals(player.status.notice, undefined);
  clock.advance(SILENCE_MS);
  assertEquals(player.status.notice?.text, "The server has gone: the stream has ended; trying again in 1 s");
});

Deno.test("Player takes a BYE for the end of a stream that ends", async () => {
  await using opened = open({ DESCRIBE: FINITE });
  await opened.play();
  await opened.show();
  await opened.camera.send(1, encodeRtcp([{ kind: "bye", ssrcs: [1] }]));
  const { notice } = await opened.notice(/ended/);
  assertEquals(notice satisfies Notice | undefined, {
    level: "warning",
    text: "The stream has ended. Stop, then Play shows it again",
  });
});

Deno.test("Player goes where a server sends it", async () => {
  await using other = new ScriptedCamera();
  await using opened = open();
  const { player, camera } = opened;
  await opened.play();
  await opened.show();
  await camera.say(
    ...["REDIRECT rtsp://a RTSP/1.0", "CSeq: 1", `Location: rtsp://127.0.0.1:${other.port}/x`, "", ""],
  );
  await camera.until(() => other.methods.includes("PLAY"));
  await player.command("PAUSE");
  assertEquals(other.methods, ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE"]);
  assertEquals(camera.methods.at(-1), "TEARDOWN");
});

Deno.test(`Player goes where a server sends it ${MAX_REDIRECTS} times without a picture, and not for ever`, async () => {
  const camera: { self?: ScriptedCamera } = {};
  const answers: Answers = {
    DESCRIBE: FINITE,
    PLAY: ({ cseq }) => {
      const location = `Location: rtsp://127.0.0.1:${camera.self!.port}/stream`;
      return {
        text: `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n\r\nREDIRECT rtsp://a RTSP/1.0\r\nCSeq: 9\r\n${location}\r\n\r\n`,
      };
    },
  };
  await using opened = open(answers);
  camera.self = opened.camera;
  await opened.play();
  await opened.notice(/sent us elsewhere \d+ times in a row without a picture/);
  assertEquals(opened.camera.methods.filter((method) => method === "PLAY").length, MAX_REDIRECTS + 1);
});

Deno.test("Player times frames by the sender's clock, which its reports pair with the time of day", async () => {
  await using opened = open();
  const { player, camera, frames } = opened;
  await opened.play();
  await opened.show(1000);
  await camera.send(
    1,
    encodeRtcp([{
      ...{ kind: "sender-report", ssrc: 1, unixMs: 1_700_000_000_000, rtpTimestamp: 1000, packetCount: 1 },
      ...{ octetCount: 1, reports: [] },
    }]),
  );
  await opened.show(1000 + 9000);
  assertEquals(frames.map(({ timestampUs }) => timestampUs), [0, 100_000]);
  assertEquals(frames.map(({ senderTimeMs }) => senderTimeMs), [undefined, 1_700_000_000_100]);
  assertEquals(player.statistics().senderTimeMs, 1_700_000_000_100);
});

Deno.test("Player counts sound beside the picture, over all sessions", async () => {
  const description = sdp(
    ...["m=audio 0 RTP/AVP 0", "a=control:sound", "m=video 0 RTP/AVP 26", "a=control:picture"],
    ...["m=audio 0 RTP/AVP 97", "a=rtpmap:97 L16/16000/2", "a=control:stereo"],
    ...["m=audio 0 RTP/AVP 98", "a=rtpmap:98 MPEG4-GENERIC/16000", "a=control:aac"],
  );
  await using opened = open({
    DESCRIBE: { ...PLAIN.DESCRIBE, body: description },
    SETUP: ({ headers }) => ({ lines: ["Session: 1;timeout=60", `Transport: ${headers.get("Transport")}`] }),
  });
  const { player, camera } = opened;
  const sound = (sequenceNumber: number, payloadType: number) =>
    encodeRtpPacket({
      ...{ marker: false, payloadType, sequenceNumber, timestamp: 160 * sequenceNumber, ssrc: 2 },
      payload: new Uint8Array(160),
    });
  await opened.play();
  assertEquals(camera.asked.slice(2), [
    "SETUP rtsp://camera/stream/picture",
    "SETUP rtsp://camera/stream/sound",
    "SETUP rtsp://camera/stream/stereo",
    "PLAY rtsp://camera/stream/",
  ]);
  assertEquals(camera.requests.slice(2, 5).map(({ session }) => session), [undefined, "1", "1"]);
  for (const number of [1, 2, 4]) await camera.send(2, sound(number, 0));
  await camera.send(4, sound(9, 97));
  await opened.show();
  assertEquals(
    player.statistics().tracks.map(({ jitterMs: _, ...track }) => track),
    [
      ...[{ kind: "audio", encoding: "PCMU", clockRate: 8000, channels: 1, packets: 3, lostPackets: 1, bytes: 480 }],
      ...[{ kind: "audio", encoding: "L16", clockRate: 16_000, channels: 2, packets: 1, lostPackets: 0, bytes: 160 }],
    ] as const,
  );
  camera.hangUp();
  await opened.notice(/gone/);
  opened.clock.advance(1000);
  await opened.notice(/The server is back/);
  await camera.send(2, sound(100, 0));
  await opened.show();
  assertEquals(player.statistics().tracks.map(({ packets, lostPackets }) => [packets, lostPackets]), [[4, 1], [1, 0]]);
  assert(player.statistics().frames === 2);
});
