/** The player at RTSP/1.0 cameras: falling back to TCP in its turn, silence, sound. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { encodeRtpPacket } from "../rtp/packet.ts";
import { encodeRtcp } from "../rtp/rtcp.ts";
import { decodeTransports } from "../rtsp/fields/transport.ts";
import { encodeFrame } from "../tests/support/encoded_frames.ts";
import { FINITE, openPlayerAtCamera as open, TAKE_ANY } from "../tests/support/player_at_camera.ts";
import { interleaved, PLAIN, sdp } from "../tests/support/scripted_camera.ts";
import { until } from "../tests/support/until.ts";
import { CLOSE_PATIENCE_MS, FIRST_PACKET_TIMEOUT_MS, SILENCE_MS } from "./limits.ts";
import type { Notice } from "../page/playback.ts";

const BYE = encodeRtcp([{ kind: "bye", ssrcs: [1] }]);
/** Nothing may be left open. */
const STRICT = { sanitizeOps: true, sanitizeResources: true };

for (const command of ["PAUSE", "TEARDOWN"] as const) {
  Deno.test(`Player falls back to TCP in its turn: ${command} comes after it`, STRICT, async () => {
    await using opened = open(TAKE_ANY, { transport: "auto" });
    const { player, camera, clock } = opened;
    await opened.play();
    clock.advance(FIRST_PACKET_TIMEOUT_MS);
    await player.command(command);
    assertEquals(camera.methods.slice(3), ["PLAY", "TEARDOWN", "OPTIONS", "DESCRIBE", "SETUP", "PLAY", command]);
    assertMatch(camera.requests[7].headers.get("Transport") ?? "", /TCP/);
    assertEquals([player.status.state, player.status.transport], [command === "PAUSE" ? "READY" : "INIT", "tcp"]);
  });
}

Deno.test("Player falls back to TCP where the stream ends before a packet came over UDP, and says why", async () => {
  await using opened = open(TAKE_ANY, { transport: "auto" });
  const { player, camera } = opened;
  await opened.play();
  const [, rtcpPort] = decodeTransports(camera.requests[2].headers.get("Transport")!)[0].clientPort!;
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const bye = encodeRtcp([{ kind: "receiver-report", ssrc: 1, reports: [] }, { kind: "bye", ssrcs: [1] }]);
  await socket.send(bye, { transport: "udp", hostname: "127.0.0.1", port: rtcpPort });
  await until(() => {
    opened.clock.advance(100);
    return camera.methods.filter((method) => method === "PLAY").length === 2;
  });
  socket.close();
  await opened.notice(/The stream ended before a packet came over UDP: falling back to TCP/);
  assertEquals(player.status.transport, "tcp");
});

Deno.test("Player starts with TCP where it had to fall back to it the last time", async () => {
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

Deno.test("Player falls back to TCP after a PAUSE, and does not play", async () => {
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
  name: "Player.close() while it falls back to TCP is at once, and leaves nothing open",
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
    await until(() => connections === 2);
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
    await until(() => opened.camera.requests.length === 2);
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
  assertEquals(player.status.notice, { level: "info", text: "The server does not send over UDP: using TCP" });
  clock.advance(SILENCE_MS);
  assertMatch(player.status.notice?.text ?? "", /^No packet has come for 5 s: check the server/);
  await opened.show();
  assertEquals(player.status.notice, undefined);
});

Deno.test("Player takes a BYE for the end of a stream that ends", async () => {
  await using opened = open({ DESCRIBE: FINITE });
  await opened.play();
  await opened.show();
  await opened.camera.send(1, encodeRtcp([{ kind: "bye", ssrcs: [1] }]));
  const { notice } = await opened.notice(/ended/);
  assertEquals(notice satisfies Notice | undefined, {
    level: "warning",
    text: "The stream has ended",
    advice: "Play shows it again",
  });
});

Deno.test("Player is READY at the end of a stream, and PLAY shows it again in another session", STRICT, async () => {
  await using opened = open({ DESCRIBE: FINITE });
  const { player, camera } = opened;
  await opened.play();
  await opened.show();
  await camera.send(1, BYE);
  const { state, allowed } = await opened.notice(/ended/);
  assertEquals([state, allowed], ["READY", ["PLAY", "TEARDOWN"]]);
  const before = camera.methods.length;
  await player.command("PLAY");
  assertEquals(camera.methods.slice(before), ["TEARDOWN", "OPTIONS", "DESCRIBE", "SETUP", "PLAY"]);
  assertEquals(camera.requests.at(-1)?.headers.get("Range"), "npt=0.000-");
  assertEquals([player.status.state, player.status.notice], ["PLAYING", undefined]);
  await opened.show();
});

Deno.test("Player is PLAYING again when a stream goes on after its end", async () => {
  await using opened = open({ DESCRIBE: FINITE });
  const { player, camera } = opened;
  await opened.play();
  await opened.show();
  await camera.send(1, BYE);
  await opened.notice(/ended/);
  await opened.show();
  assertEquals([player.status.state, player.status.notice], ["PLAYING", undefined]);
});

Deno.test("Player takes a server that goes after the end of a stream for no trouble, and plays again", async () => {
  await using opened = open({ DESCRIBE: FINITE });
  const { player, camera } = opened;
  await opened.play();
  await opened.show();
  await camera.send(1, BYE);
  await opened.notice(/ended/);
  camera.hangUp();
  await until(() => player.status.state === "INIT");
  assertMatch(player.status.notice?.text ?? "", /^The stream has ended/);
  await opened.play();
  await opened.show();
});

Deno.test("Player that cannot play again says why, and can set up", async () => {
  let sessions = 0;
  await using opened = open({
    DESCRIBE: () => ++sessions === 2 ? { status: "404 Not Found" } : FINITE,
  });
  const { player, camera } = opened;
  await opened.play();
  await opened.show();
  await camera.send(1, BYE);
  await opened.notice(/ended/);
  await assertRejects(() => player.command("PLAY"), Error, "404");
  assertEquals([player.status.state, player.status.allowed], ["INIT", ["SETUP"]]);
  assertEquals(player.status.notice?.level, "error");
  await opened.play();
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

Deno.test("Player counts sound beside the video, over all sessions", async () => {
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

Deno.test("Player takes a BYE behind the answer to PLAY, in one piece with it, for the end", async () => {
  await using opened = open({
    DESCRIBE: FINITE,
    PLAY: {
      then: Uint8Array.of(
        ...interleaved(0, encodeFrame({ sequenceNumber: 1 })),
        ...interleaved(1, encodeRtcp([{ kind: "bye", ssrcs: [1] }])),
      ),
    },
  });
  await opened.play();
  await opened.notice(/The stream has ended/);
  assertEquals(opened.frames.length, 1);
});

Deno.test("Player takes packets of another payload type for no sign of life, and says what they are", async () => {
  await using opened = open();
  const { player, camera, clock } = opened;
  await opened.play();
  await opened.show();
  for (const sequenceNumber of [8, 9]) {
    clock.advance(SILENCE_MS / 2);
    await camera.send(0, encodeFrame({ sequenceNumber, payloadType: 96 }));
    await until(() => player.statistics().otherPayloadTypePackets === sequenceNumber - 7);
  }
  assertMatch(player.status.notice?.text ?? "", /^No frame for 5 s/);

  await using never = open();
  await never.play();
  await never.camera.send(0, encodeFrame({ sequenceNumber: 1, payloadType: 96 }));
  await until(() => never.player.statistics().otherPayloadTypePackets === 1);
  never.clock.advance(SILENCE_MS);
  assertEquals(
    never.player.status.notice?.text,
    "Packets arrive, but their payload type, 96, is not that of the video; check what the server sends",
  );
});

Deno.test("Player falls back to TCP where only packets of another payload type come over UDP", async () => {
  await using opened = open(TAKE_ANY, { transport: "auto" });
  const { camera, clock, player } = opened;
  await opened.play();
  const [port] = decodeTransports(camera.requests[2].headers.get("Transport")!)[0].clientPort!;
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  await socket.send(encodeFrame({ sequenceNumber: 1, payloadType: 96 }), {
    ...{ transport: "udp", hostname: "127.0.0.1", port },
  });
  socket.close();
  await until(() => player.statistics().otherPayloadTypePackets === 1);
  clock.advance(FIRST_PACKET_TIMEOUT_MS);
  await opened.notice(/No packet of the video has come over UDP for 3 s: falling back to TCP/);
  await player.command("PAUSE");
  assertEquals(player.status.transport, "tcp");
});

Deno.test("Player keeps the count of packets from unexpected sources where a session starts again", async () => {
  await using opened = open(TAKE_ANY, { transport: "auto" });
  const { camera, clock, player } = opened;
  await opened.play();
  const [port] = decodeTransports(camera.requests[2].headers.get("Transport")!)[0].clientPort!;
  const unexpected = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.2", port: 0 });
  await unexpected.send(encodeFrame({ sequenceNumber: 1 }), { transport: "udp", hostname: "127.0.0.1", port });
  unexpected.close();
  await until(() => player.statistics().unexpectedSourcePackets === 1);
  clock.advance(FIRST_PACKET_TIMEOUT_MS);
  await player.command("PAUSE");
  assertEquals([player.status.transport, player.statistics().unexpectedSourcePackets], ["tcp", 1]);
});

for (const method of ["PLAY", "TEARDOWN"] as const) {
  Deno.test(
    `Player.close() waits ${CLOSE_PATIENCE_MS} ms for an answer to ${method}, and no longer`,
    STRICT,
    async () => {
      await using opened = open({ [method]: () => undefined });
      const { player, camera, clock } = opened;
      await player.command("SETUP");
      const played = player.command("PLAY").catch(() => {/* what closing rejects */});
      if (method !== "PLAY") await played;
      let isClosed = false;
      const closed = player.close().then(() => isClosed = true);
      await until(() => camera.methods.includes(method));
      clock.advance(CLOSE_PATIENCE_MS - 1);
      await camera.say("OPTIONS rtsp://a RTSP/1.0", "CSeq: 1", "", "");
      await until(() => camera.replies.length > 0);
      assertEquals(isClosed, false);
      clock.advance(1);
      await Promise.all([closed, played]);
      assertEquals([player.status.state, player.status.ended], ["INIT", true]);
    },
  );
}

Deno.test("Player says so where all frames that come are damaged", async () => {
  await using opened = open();
  const { player, camera, clock } = opened;
  await opened.play();
  // The ends of frames; the first is of one that was sent before we came.
  for (const sequenceNumber of [10, 20, 30]) {
    await camera.send(
      0,
      encodeRtpPacket({
        ...{ marker: true, payloadType: 26, sequenceNumber, timestamp: sequenceNumber },
        ssrc: 1,
        payload: Uint8Array.of(0, 0, 9, 9, 1, 50, 8, 6, 1),
      }),
    );
  }
  await until(() => player.statistics().packets === 3);
  clock.advance(SILENCE_MS);
  assertEquals(
    player.status.notice?.text,
    "No frame for 5 s: all 2 frames so far were damaged, 18 packets were lost",
  );
});
