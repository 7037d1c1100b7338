/** An RTSP/1.0 session from SETUP to TEARDOWN: kept alive, its packets, its reports, its end. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { packetizeJpeg } from "../../rtp/jpeg/jpeg_packetizer.ts";
import { encodeRtpPacket } from "../../rtp/packet.ts";
import { decodeRtcp, encodeRtcp } from "../../rtp/rtcp.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import type { Clock } from "../../net/clock.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { openSessionAtCamera as open } from "../../tests/support/camera_session.ts";
import { encodeFrame } from "../../tests/support/encoded_frames.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { interleaved } from "../../tests/support/scripted_camera.ts";
import { until } from "../../tests/support/until.ts";
import { BYE_WAIT_MS } from "../limits.ts";

for (
  const [methods, keepalive] of [
    ["OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER", "GET_PARAMETER"],
    ["OPTIONS, DESCRIBE, SETUP, PLAY", "OPTIONS"],
  ]
) {
  Deno.test(`RtspSession keeps alive with ${keepalive} at half the timeout`, async () => {
    await using camera = open({ OPTIONS: { lines: [`Public: ${methods}`] } });
    await camera.session.setUp();
    await camera.session.play();
    const before = camera.requests.length;
    camera.clock.advance(19_999);
    assertEquals(camera.requests.length, before);
    camera.clock.advance(1);
    await until(() => camera.requests.length > before);
    assertEquals(camera.requests.at(-1)!.method, keepalive);
    assertEquals(camera.requests.at(-1)!.session, "12345678");
  });
}

Deno.test("RtspSession keeps alive from SETUP to TEARDOWN, paused or not", async () => {
  await using camera = open();
  const isAskedAgain = async () => {
    const before = camera.requests.length;
    camera.clock.advance(20_000);
    await until(() => camera.requests.length > before);
    assertEquals(camera.methods.slice(before), ["GET_PARAMETER"]);
    // The next one is timed from the answer to this one: whoever answers a question that follows it has read it.
    const { length } = camera.replies;
    await camera.say("OPTIONS rtsp://a RTSP/1.0", "CSeq: 1", "", "");
    await until(() => camera.replies.length > length);
  };
  await camera.session.setUp();
  await isAskedAgain();
  await isAskedAgain();
  await camera.session.play();
  await isAskedAgain();
  await camera.session.pause();
  await isAskedAgain();
  await camera.session.tearDown();
  assertEquals(camera.clock.pendingTimers, 0);
});

Deno.test("RtspSession says BYE only where it has reported before", async () => {
  await using quiet = open();
  await quiet.session.setUp();
  await quiet.session.tearDown();
  assertEquals(quiet.packets, []);
  await using loud = open();
  await loud.session.setUp();
  await loud.session.play();
  await loud.session.tearDown();
  assertEquals(loud.packets.flatMap(({ data }) => decodeRtcp(data)).at(-1)?.kind, "bye");
});

for (const status of ["454 Session Not Found", "405 Method Not Allowed"]) {
  Deno.test(`RtspSession takes leave of a server that knows of no session any more: ${status}`, async () => {
    await using camera = open({ TEARDOWN: { status } });
    await camera.session.setUp();
    await camera.session.tearDown();
    assertEquals([camera.methods.at(-1), camera.events], ["TEARDOWN", []]);
  });
}

Deno.test("RtspSession says so when the server has forgotten the session", async () => {
  await using camera = open({ GET_PARAMETER: { status: "454 Session Not Found" } });
  await camera.session.setUp();
  camera.clock.advance(20_000);
  await until(() => camera.events.length > 0);
  assertEquals(camera.events, ["closed: it no longer knows the session"]);
});

Deno.test("RtspSession hands on packets of the channels that the server chose", async () => {
  await using camera = open({
    SETUP: { lines: ["Session: 1", "Transport: RTP/AVP/TCP;unicast;interleaved=6-7"] },
  });
  await camera.session.setUp();
  await camera.session.play();
  for (const [index, channel] of [0, 6, 7, 6].entries()) {
    await camera.send(channel, encodeFrame({ sequenceNumber: 1 + (index >> 1), timestamp: index }));
  }
  await until(() => camera.frames.length === 2);
  assertEquals(camera.frames.map(({ timestamp }) => timestamp), [1, 3]);
});

Deno.test("RtspSession reports what it received: loss, highest number, the last sender report and its age", async () => {
  await using camera = open();
  await camera.session.setUp();
  await camera.session.play();
  const payloads = packetizeJpeg(conditionJpeg(await makeJpeg({ width: 200, height: 120 })), { maxPayloadBytes: 300 });
  await camera.send(
    1,
    encodeRtcp([{
      kind: "sender-report",
      ssrc: 77,
      unixMs: 500,
      rtpTimestamp: 0,
      packetCount: 1,
      octetCount: 1,
      reports: [],
    }]),
  );
  for (const [index, payload] of payloads.entries()) {
    if (index === 1) continue;
    const packet = { marker: index === payloads.length - 1, payloadType: 26, sequenceNumber: 65_535 + index & 0xffff };
    await camera.send(0, encodeRtpPacket({ ...packet, timestamp: 0, ssrc: 77, payload }));
  }
  await until(() => camera.counts.packets === payloads.length - 1);
  const before = camera.packets.length;
  camera.clock.advance(5000);
  await until(() => camera.packets.length > before);
  const [report, name] = decodeRtcp(camera.packets.at(-1)!.data);
  assert(report.kind === "receiver-report" && name.kind === "cname");
  const [{ jitter: _, ...block }] = report.reports;
  assertEquals(block, {
    ssrc: 77,
    fractionLost: Math.floor(256 / payloads.length),
    cumulativeLost: 1,
    highestSequenceNumber: 65_535 + payloads.length - 1,
    lastSenderReport: 0x7e808000,
    delaySinceLastSenderReport: 5 * 65_536,
  });
});

Deno.test("RtspSession tells that the server says BYE, and that the connection has ended", async () => {
  await using camera = open();
  await camera.session.setUp();
  await camera.session.play();
  await camera.send(1, encodeRtcp([{ kind: "bye", ssrcs: [1] }]));
  await until(() => camera.events.length === 1);
  assertEquals(camera.events, ["end"]);
});

Deno.test("RtspSession offers UDP on a pair of ports, and takes what has no server_port", async () => {
  await using camera = open({
    SETUP: ({ headers }) => ({
      lines: ["Session: 1", `Transport: ${headers.get("Transport")}`],
    }),
  }, { transport: "udp" });
  await camera.session.setUp();
  const [{ clientPort }] = decodeTransports(camera.requests.at(-1)!.headers.get("Transport")!);
  assertEquals([clientPort![0] % 2, clientPort![1] - clientPort![0]], [0, 1]);
  await camera.session.play();
  const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    const packet = encodeFrame({ sequenceNumber: 1 });
    await sender.send(packet, { transport: "udp", hostname: "127.0.0.1", port: clientPort![0] });
    await until(() => camera.frames.length === 1);
  } finally {
    sender.close();
  }
});

Deno.test("RtspSession waits after a BYE over UDP for packets that it overtook", async () => {
  await using camera = open({
    SETUP: ({ headers }) => ({ lines: ["Session: 1", `Transport: ${headers.get("Transport")}`] }),
  }, { transport: "udp" });
  await camera.session.setUp();
  await camera.session.play();
  const [{ clientPort }] = decodeTransports(camera.requests[2].headers.get("Transport")!);
  const timers = camera.clock.pendingTimers;
  const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const send = (bytes: Uint8Array, port: number) =>
    sender.send(bytes, { transport: "udp", hostname: "127.0.0.1", port });
  try {
    await send(encodeRtcp([{ kind: "bye", ssrcs: [1] }]), clientPort![1]);
    await until(() => camera.clock.pendingTimers > timers);
    await send(encodeFrame({ sequenceNumber: 1 }), clientPort![0]);
    await until(() => camera.frames.length === 1);
  } finally {
    sender.close();
  }
  camera.clock.advance(BYE_WAIT_MS - 1);
  assertEquals(camera.events, []);
  camera.clock.advance(1);
  assertEquals(camera.events, ["end"]);
});

Deno.test({
  name: "RtspSession leaves nothing open, after whichever answer it is closed",
  sanitizeOps: true,
  sanitizeResources: true,
  async fn() {
    for (const transport of ["udp", "tcp"] as const) {
      // Each timeout that is called off, of connecting and of four requests, is a step that has just been done.
      for (let step = 1; step <= 5; step++) {
        const clock = new FakeClock();
        let steps = 0;
        const closing: Clock = {
          nowMs: () => clock.nowMs(),
          unixMs: () => clock.unixMs(),
          after(delayMs, callback) {
            const cancel = clock.after(delayMs, callback);
            return () => {
              cancel();
              if (++steps === step) camera.session.close();
            };
          },
        };
        await using camera = open({
          SETUP: ({ headers }) => ({ lines: ["Session: 1", `Transport: ${headers.get("Transport")}`] }),
        }, { transport, clock: closing });
        await assertRejects(() => camera.session.setUp().then(() => camera.session.play()), Error);
        assertEquals(clock.pendingTimers, 0, `after step ${step} over ${transport}`);
      }
    }
  },
});

Deno.test("RtspSession shows nothing that comes after TEARDOWN", async () => {
  const frame = (sequenceNumber: number) => interleaved(0, encodeFrame({ sequenceNumber, timestamp: sequenceNumber }));
  await using camera = open({ TEARDOWN: { before: frame(2), then: frame(3) } });
  await camera.session.setUp();
  await camera.session.play();
  await camera.sendBytes(frame(1));
  await until(() => camera.frames.length === 1);
  await camera.session.tearDown();
  assertEquals([camera.frames.length, camera.counts.packets], [1, 1]);
});
