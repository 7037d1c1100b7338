/** The player where a session starts again: what the server says of the old one, and what comes with the first reply of the new. */
import { assertEquals, assertNotMatch, assertRejects } from "@std/assert";
import { packetizeJpeg } from "../rtp/jpeg/jpeg_packetizer.ts";
import { REORDER_WAIT_MS } from "../rtp/limits.ts";
import { encodeRtpPacket } from "../rtp/packet.ts";
import { encodeRtcp } from "../rtp/rtcp.ts";
import { decodeTransports } from "../rtsp/fields/transport.ts";
import { encodeFrame } from "../tests/support/encoded_frames.ts";
import { conditionedJpeg } from "../tests/support/jpeg_packets.ts";
import { FINITE, openPlayerAtCamera as open, TAKE_ANY } from "../tests/support/player_at_camera.ts";
import { type Answers, interleaved, PLAIN, ScriptedCamera } from "../tests/support/scripted_camera.ts";
import { BYE_WAIT_MS, FIRST_PACKET_TIMEOUT_MS, MAX_REDIRECTS, NO_PICTURE_SECONDS, PICTURE_CHECK_MS } from "./limits.ts";
import { until } from "../tests/support/until.ts";

const BYE = encodeRtcp([{ kind: "receiver-report", ssrc: 1, reports: [] }, { kind: "bye", ssrcs: [1] }]);

/** The lines of a request of the server's to go to another one. */
function redirectTo({ port }: ScriptedCamera): string[] {
  return ["REDIRECT rtsp://a RTSP/1.0", "CSeq: 1", `Location: rtsp://127.0.0.1:${port}/x`, "", ""];
}

/** Answers the newest request. */
async function answer(camera: ScriptedCamera): Promise<void> {
  await camera.say("RTSP/1.0 200 OK", `CSeq: ${camera.requests.at(-1)!.cseq}`, "", "");
}

Deno.test("Player follows a redirect", async () => {
  await using other = new ScriptedCamera();
  await using opened = open();
  const { player, camera } = opened;
  await opened.play();
  await opened.show();
  await camera.say(
    ...["REDIRECT rtsp://a RTSP/1.0", "CSeq: 1", `Location: rtsp://127.0.0.1:${other.port}/x`, "", ""],
  );
  await until(() => other.methods.includes("PLAY"));
  await player.command("PAUSE");
  assertEquals(other.methods, ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE"]);
  assertEquals(camera.methods.at(-1), "TEARDOWN");
});

Deno.test(`Player follows ${MAX_REDIRECTS} redirects in a row, and not for ever`, async () => {
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
  await opened.notice(/The server is gone: it redirected us 5 times in a row/);
  assertEquals(opened.camera.methods.filter((method) => method === "PLAY").length, MAX_REDIRECTS + 1);
});

Deno.test("Player follows a redirect in answer to PLAY", async () => {
  await using other = new ScriptedCamera();
  const answers: Answers = {
    PLAY: { status: "302 Moved", lines: [`Location: rtsp://127.0.0.1:${other.port}/x`] },
  };
  await using opened = open(answers);
  await opened.play();
  await until(() => other.methods.includes("PLAY"));
  await opened.player.command("PAUSE");
  assertEquals(other.methods, ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE"]);
  assertEquals(opened.camera.methods, ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]);
});

Deno.test("Player says so where it is redirected too often on the way to PLAY", async () => {
  const camera: { self?: ScriptedCamera } = {};
  let described = 0;
  const moved = () => ({
    status: "302 Moved",
    lines: [`Location: rtsp://127.0.0.1:${camera.self!.port}/stream`],
  });
  await using opened = open({ DESCRIBE: () => described++ < MAX_REDIRECTS ? moved() : PLAIN.DESCRIBE, PLAY: moved });
  camera.self = opened.camera;
  await assertRejects(() => opened.play(), Error, "The server redirected us 5 times in a row");
  assertEquals(opened.player.status.state, "READY");
});

Deno.test("Player follows as many redirects with a frame each time, and any number over a long time", async () => {
  await using opened = open();
  const { camera, clock, player } = opened;
  await opened.play();
  const plays = () => camera.methods.filter((method) => method === "PLAY").length;
  const goOn = async () => {
    const before = plays();
    await opened.show();
    await camera.say(...redirectTo(camera));
    await until(() => plays() > before || player.status.state === "INIT");
  };
  for (let count = 0; count < 2 * MAX_REDIRECTS; count++) {
    await goOn();
    for (let count = 0; count < 4; count++) {
      clock.advance(2500);
      await opened.show();
    }
  }
  assertEquals(plays(), 2 * MAX_REDIRECTS + 1);
  for (let count = 0; count <= MAX_REDIRECTS; count++) await goOn();
  assertEquals(player.status.state, "INIT");
});

Deno.test("Player does not take the BYE of the session that it leaves for that of the next", async () => {
  await using other = new ScriptedCamera({ DESCRIBE: FINITE });
  await using opened = open({ DESCRIBE: FINITE, TEARDOWN: { before: interleaved(1, BYE) } });
  await opened.play();
  await opened.show();
  await opened.camera.say(...redirectTo(other));
  await until(() => other.methods.includes("PLAY"));
  await opened.player.command("PAUSE");
  assertEquals(opened.player.status.notice?.text, "The server redirects its clients");
});

Deno.test("Player does not fall back to TCP for a late BYE of the session that it leaves", async () => {
  await using other = new ScriptedCamera(TAKE_ANY);
  await using opened = open({ ...TAKE_ANY, TEARDOWN: () => undefined }, { transport: "auto" });
  const { camera, clock, player } = opened;
  await opened.play();
  const [rtp, rtcp] = decodeTransports(camera.requests[2].headers.get("Transport")!)[0].clientPort!;
  const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const send = (packet: Uint8Array, port: number) =>
    sender.send(packet, { transport: "udp", hostname: "127.0.0.1", port });
  await send(encodeFrame({ sequenceNumber: 1 }), rtp);
  await until(() => opened.frames.length === 1);
  await camera.say(...redirectTo(other));
  await until(() => camera.methods.includes("TEARDOWN"));
  await send(BYE, rtcp);
  // A frame behind it has come: so has the BYE.
  await send(encodeFrame({ sequenceNumber: 2, timestamp: 1 }), rtp);
  await until(() => opened.frames.length === 2);
  await answer(camera);
  await until(() => other.methods.includes("PLAY"));
  await until(() => player.status.allowed.includes("PAUSE"));
  sender.close();
  clock.advance(BYE_WAIT_MS);
  await player.command("PAUSE");
  assertEquals([other.methods.at(-1), player.status.transport], ["PAUSE", "udp"]);
});

Deno.test("Player shows what comes in one piece with the first reply to PLAY of a session that started again", async () => {
  await using other = new ScriptedCamera({
    PLAY: { then: interleaved(0, encodeFrame({ sequenceNumber: 500, timestamp: 5, ssrc: 2 })) },
  });
  await using opened = open();
  await opened.play();
  await opened.show();
  await opened.camera.say(...redirectTo(other));
  await until(() => opened.frames.length === 2);
  const { packets, lostPackets, malformedPackets } = opened.player.statistics();
  assertEquals([packets, lostPackets, malformedPackets], [2, 0, 0]);
});

Deno.test("Player that is redirected from a live stream to one that ends takes its end for the end", async () => {
  await using other = new ScriptedCamera({ DESCRIBE: FINITE });
  await using opened = open();
  await opened.play();
  await opened.show();
  assertEquals(opened.player.status.reconnects, true);
  await opened.camera.say(...redirectTo(other));
  await until(() => other.methods.includes("PLAY"));
  await other.send(0, encodeFrame({ sequenceNumber: 1 }));
  await other.send(1, BYE);
  const { reconnects } = await opened.notice(/^The stream has ended/);
  assertEquals(reconnects, false);
});

Deno.test("Player that is redirected while it falls back to TCP follows once", async () => {
  await using other = new ScriptedCamera(TAKE_ANY);
  await using opened = open({ ...TAKE_ANY, TEARDOWN: () => undefined }, { transport: "auto" });
  const { camera, player } = opened;
  await opened.play();
  opened.clock.advance(FIRST_PACKET_TIMEOUT_MS);
  await until(() => camera.methods.includes("TEARDOWN"));
  await camera.say(...redirectTo(other));
  await until(() => camera.replies.length > 0);
  await answer(camera);
  await until(() => other.methods.includes("PLAY"));
  await player.command("PAUSE");
  assertEquals(other.methods, ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE"]);
});

const SLOW: readonly [title: string, answers: Answers, isPlaying: boolean][] = [
  ["is refused", { PLAY: { status: "453 Not Enough Bandwidth" } }, false],
  ["is answered late", { PLAY: () => undefined }, true],
];

for (const [title, answers, isPlaying] of SLOW) {
  Deno.test(`Player does not fall back to TCP while PLAY ${title}`, async () => {
    await using opened = open({ ...TAKE_ANY, ...answers }, { transport: "auto" });
    const { camera, clock, player } = opened;
    await player.command("SETUP");
    const played = player.command("PLAY").then(() => true, () => false);
    await until(() => camera.methods.includes("PLAY"));
    if (!isPlaying) await played;
    clock.advance(FIRST_PACKET_TIMEOUT_MS);
    if (isPlaying) await answer(camera);
    assertEquals(await played, isPlaying);
    await player.command("TEARDOWN");
    assertEquals([camera.methods.slice(3), player.status.transport], [["PLAY", "TEARDOWN"], "udp"]);
  });
}

/** The packets of a frame that lacks its second one. */
function brokenFrame(frame: number): Uint8Array[] {
  const payloads = packetizeJpeg(conditionedJpeg(2000), { maxPayloadBytes: 600 });
  return payloads.map((payload, index) => {
    const sequenceNumber = 1 + frame * payloads.length + index;
    const marker = index === payloads.length - 1;
    return encodeRtpPacket({ marker, payloadType: 26, sequenceNumber, timestamp: frame, ssrc: 1, payload });
  }).toSpliced(1, 1);
}

/** Sends such frames over UDP. */
async function sendBroken(sender: Deno.DatagramConn, port: number, frames: readonly number[]): Promise<void> {
  for (const packet of frames.flatMap(brokenFrame)) {
    await sender.send(packet, { transport: "udp", hostname: "127.0.0.1", port });
  }
}

function openSender(): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
}

for (const transport of ["auto", "udp"] as const) {
  const title = transport === "auto" ? "falls back to TCP" : "says what helps";
  Deno.test(`Player ${title} where loss breaks most frames of a second over UDP`, async () => {
    await using opened = open(TAKE_ANY, { transport });
    const { camera, clock, player } = opened;
    await opened.play();
    const [port] = decodeTransports(camera.requests[2].headers.get("Transport")!)[0].clientPort!;
    const sender = openSender();
    await sendBroken(sender, port, [0, 1, 2, 3]);
    sender.close();
    await until(() => player.statistics().packets === 12);
    clock.advance(REORDER_WAIT_MS);
    assertEquals(player.statistics().damageCauses, { "packet-lost": 4 });
    clock.advance(PICTURE_CHECK_MS);
    if (transport === "auto") {
      await opened.notice(
        /^Packets are lost over UDP: 4 of 4 frames in the last second are broken: falling back to TCP/,
      );
      await until(() => camera.methods.filter((method) => method === "PLAY").length === 2);
      await opened.show();
      assertEquals(player.status.transport, "tcp");
    } else {
      const { notice } = await opened.notice(/--transport tcp, or a larger receive buffer: .*net\.core\.rmem_default/);
      assertEquals([notice?.level, notice?.goesOn, player.status.state], ["warning", true, "PLAYING"]);
    }
  });
}

Deno.test("Player falls back to TCP where loss breaks each frame of a camera that sends one a second", async () => {
  await using opened = open(TAKE_ANY, { transport: "auto" });
  const { camera, clock, player } = opened;
  await opened.play();
  const [port] = decodeTransports(camera.requests[2].headers.get("Transport")!)[0].clientPort!;
  const sender = openSender();
  for (let second = 0; second < NO_PICTURE_SECONDS; second++) {
    await sendBroken(sender, port, [second]);
    await until(() => player.statistics().packets === 3 * (second + 1));
    clock.advance(PICTURE_CHECK_MS);
  }
  sender.close();
  await opened.notice(/^Packets are lost over UDP: 5 of 5 frames in 5 s are broken: falling back to TCP/);
});

for (const framesASecond of [4, 1]) {
  Deno.test(`Player says who is at fault where numbers are missing over TCP, at ${framesASecond} frames a second`, async () => {
    await using opened = open(TAKE_ANY, { transport: "tcp" });
    const { camera, clock, player } = opened;
    await opened.play();
    const seconds = framesASecond > 1 ? 1 : NO_PICTURE_SECONDS;
    for (let frame = 0; frame < framesASecond * seconds; frame++) {
      for (const packet of brokenFrame(frame)) await camera.send(0, packet);
      await until(() => player.statistics().packets === 3 * (frame + 1));
      if ((frame + 1) % framesASecond > 0) continue;
      clock.advance(REORDER_WAIT_MS);
      clock.advance(PICTURE_CHECK_MS);
    }
    const { notice } = await opened.notice(/^Sequence numbers are missing over TCP: .*the server, or a proxy, dropped/);
    assertNotMatch(notice!.text, /UDP|--transport|rmem/);
    assertEquals([notice?.goesOn, player.status.state], [true, "PLAYING"]);
  });
}
