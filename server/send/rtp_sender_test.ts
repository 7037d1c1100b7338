import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { decodeJpegPayload } from "../../rtp/jpeg/jpeg_payload.ts";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { decodeRtcp } from "../../rtp/rtcp.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { decodeFrames } from "../../tests/support/jpeg_packets.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { FRAME_RATE, FRAMES, framesOf, rtcpOf, rtpOf, serve, TCP } from "../../tests/support/rtsp_test_server.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { Conditioner } from "../packetize/conditioner.ts";
import { FramePacketizer } from "../packetize/frame_packetizer.ts";
import { RtpSender } from "./rtp_sender.ts";
import { MAX_FRAMES_BEHIND } from "../limits.ts";
import type { RtpTransport } from "./rtp_transport.ts";
import { openServed } from "../source/served/open_served.ts";

Deno.test("RtpSender sends RTP/JPEG over TCP: every frame, random starts as RTP-Info has them, reports, BYE", async () => {
  await using server = await serve();
  const client = await server.connect();
  const setup = await client.ask("SETUP", "movie.mjpeg/track1", { Transport: "RTP/AVP/TCP;unicast;interleaved=4-5" });
  const [spec] = decodeTransports(setup.headers.get("Transport")!);
  assertEquals([spec.protocol, spec.interleaved], ["tcp", [4, 5]]);
  assertEquals(setup.headers.get("Session"), setup.session);
  const play = await client.ask("PLAY", "movie.mjpeg", { Session: setup.session!, Range: "npt=0.000-" });
  assertEquals(play.headers.get("Range"), "npt=0-2");
  await server.advance(3000);
  await client.until(() =>
    client.packets.some(({ channel, data }) => channel === 5 && decodeRtcp(data).some(({ kind }) => kind === "bye"))
  );
  const packets = client.packets.filter(({ channel }) => channel === 4).map(({ data }) => decodeRtpPacket(data));
  assertEquals(framesOf(packets), FRAMES);
  const info = /^url=(.*);seq=(\d+);rtptime=(\d+)$/.exec(play.headers.get("RTP-Info")!)!;
  assertEquals(info.slice(1), [
    client.url("movie.mjpeg/track1"),
    String(packets[0].sequenceNumber),
    String(packets[0].timestamp),
  ]);
  const timestamps = [...new Set(packets.map(({ timestamp }) => timestamp))];
  assertEquals(timestamps.length, FRAMES);
  assertEquals((timestamps[1] - timestamps[0]) >>> 0, 90_000 / FRAME_RATE);
  for (const [index, { sequenceNumber, ssrc, payloadType, payload }] of packets.entries()) {
    assertEquals(sequenceNumber, (packets[0].sequenceNumber + index) & 0xffff);
    assertEquals([ssrc, payloadType], [spec.ssrc, 26]);
    assert(payload.length <= 500 - 12);
    assertEquals(decodeJpegPayload(payload).width, 96);
  }
  const reports = client.packets.filter(({ channel }) => channel === 5).flatMap(({ data }) => decodeRtcp(data));
  const last = reports.findLast((report) => report.kind === "sender-report")!;
  assertEquals([last.ssrc, last.packetCount], [spec.ssrc, packets.length]);
});

Deno.test("a session far behind its time drops what is overdue: the rest comes at its time", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  await client.ask("PLAY", "movie.mjpeg", { Session: session!, Range: "npt=0-" });
  const reach = (count: number) => server.advanceUntil(() => framesOf(rtpOf(client)) >= count, 1);
  await reach(1);
  // Half a second behind, it catches up.
  server.clock.advance(500);
  await reach(11);
  // A second and a quarter behind, it does not.
  server.clock.advance(1250);
  await server.advance(1000);
  await client.until(() => rtcpOf(client).some(({ kind }) => kind === "bye"));
  const times = [...new Set(rtpOf(client).map(({ timestamp }) => timestamp))];
  const shown = times.map((time) => ((time - times[0]) >>> 0) * FRAME_RATE / 90_000);
  const left = shown.findIndex((frame, index) => frame !== index);
  assertEquals(shown.slice(left), Array.from({ length: FRAMES - shown[left] }, (_, index) => shown[left] + index));
  assert(left >= 11 && shown[left] - left > MAX_FRAMES_BEHIND, `${shown}`);
});

Deno.test("a TCP client that does not read loses whole frames, never order, and slows nobody", async () => {
  const directory = await temporaryDirectory();
  const large = await makeJpeg({ width: 1280, height: 960, quality: 95 });
  await Deno.writeFile(join(directory.path, "large.mjpeg"), concat(Array.from({ length: 20 }, () => large)));
  {
    await using server = await serve({ root: await openServed(directory.path), loop: true, mtuBytes: 60_000 });
    const [slow, quick] = [await server.connect(), await server.connect()];
    const sessions = [];
    for (const client of [slow, quick]) {
      sessions.push((await client.ask("SETUP", "large.mjpeg", TCP)).session!);
      await client.ask("PLAY", "large.mjpeg", { Session: sessions.at(-1)! });
    }
    const count = Math.ceil(16_000_000 / large.length);
    slow.stopReading();
    for (let frame = 0; frame < count; frame++) {
      await server.advance(50);
      await quick.until(() => framesOf(rtpOf(quick)) >= frame);
    }
    slow.goOnReading();
    await server.advance(500);
    await slow.until(() => framesOf(rtpOf(slow)) > 0 && slow.packets.length > 20);
    const packets = rtpOf(slow);
    assert(framesOf(packets) < count, `${framesOf(packets)} of ${count} frames`);
    packets.forEach(({ sequenceNumber }, index) => {
      assertEquals(sequenceNumber, (packets[0].sequenceNumber + index) & 0xffff);
    });
    // Every frame that was begun is whole.
    assertEquals(decodeFrames(packets).length, framesOf(packets));
  }
  await directory[Symbol.asyncDispose]();
});

Deno.test("RtpSender sums up what its client reported and what was dropped", () => {
  const clock = new FakeClock();
  const packetizer = new FramePacketizer(new Conditioner({ reencode: false }), { maxPacketBytes: 1400 });
  const transport: RtpTransport = {
    ...{ destination: "nowhere", isReady: true, sendFrame: () => 0, sendRtcp() {}, flush() {}, close() {} },
    summary: () => undefined,
  };
  const describedSize = { width: 0, height: 0 };
  const sender = new RtpSender({
    ...{ peer: "test", transport, packetizer, describedSize, clock, random: Math.random, canonicalName: "test" },
  });
  assertEquals(sender.summary(), undefined);
  sender.drop(3);
  sender.drop(4);
  const report = { fractionLost: 0, highestSequenceNumber: 1, lastSenderReport: 0, delaySinceLastSenderReport: 0 };
  // Doubled packets make it negative.
  for (const [cumulativeLost, told] of [[-1, 0], [5, 5]]) {
    sender.takeReport({ ...report, ssrc: sender.ssrc, cumulativeLost, jitter: 90 });
    sender.takeReport({ ...report, ssrc: sender.ssrc ^ 1, cumulativeLost: 99, jitter: 99 });
    assertEquals(sender.summary()?.properties, { reportedLost: told, reportedJitterMs: 1, droppedFrames: 7 });
  }
});
