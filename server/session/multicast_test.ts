import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { encodeRtcp } from "../../rtp/rtcp.ts";
import { decodeRtpInfo } from "../../rtsp/fields/rtp_info.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { reservePort } from "../../tests/support/ports.ts";
import { serve } from "../../tests/support/rtsp_test_server.ts";
import { SESSION_TIMEOUT_SECONDS } from "../limits.ts";

const GROUP = "239.255.77.1";
const MULTICAST = { Transport: "RTP/AVP;multicast" };

Deno.test("multicast: all seats share one stream, which runs while one of them plays and ends with the last", async () => {
  const port = reservePort();
  await using server = await serve({ group: { hostname: GROUP, port, ttl: 0 } });
  const { datagrams } = await server.receive({ port, group: GROUP });
  const [one, two] = [await server.connect(), await server.connect()];
  const sessions: string[] = [];
  for (const client of [one, two]) {
    const { headers, session } = await client.ask("SETUP", "testsrc", MULTICAST);
    const [spec] = decodeTransports(headers.get("Transport")!);
    assertEquals([spec.isMulticast, spec.destination, spec.port, spec.ttl], [true, GROUP, [port, port + 1], 0]);
    sessions.push(session!);
  }
  const play = await one.ask("PLAY", "testsrc", { Session: sessions[0], Range: "npt=10-20", Scale: "-1" });
  assertEquals([play.status, play.headers.get("Range"), play.headers.get("Scale")], [200, "npt=0-", "1"]);
  await server.advanceUntil(() => datagrams.length >= 20, 50);
  await two.ask("PLAY", "testsrc", { Session: sessions[1] });
  await one.ask("TEARDOWN", "testsrc", { Session: sessions[0] });
  const before = datagrams.length;
  await server.advanceUntil(() => datagrams.length >= before + 20, 50);
  const packets = datagrams.map((datagram) => decodeRtpPacket(datagram));
  packets.slice(1).forEach(({ sequenceNumber }, index) => {
    assertEquals(sequenceNumber, (packets[index].sequenceNumber + 1) & 0xffff);
  });
  await server.during(two.ask("PAUSE", "testsrc", { Session: sessions[1] }));
  await server.advance(100);
  const paused = datagrams.length;
  await server.advance(300);
  assertEquals(datagrams.length, paused);
  const info = /seq=(\d+)/.exec((await two.ask("PLAY", "testsrc", { Session: sessions[1] })).headers.get("RTP-Info")!);
  await server.advanceUntil(() => datagrams.length > paused, 50);
  assertEquals(decodeRtpPacket(datagrams[paused]).sequenceNumber, Number(info![1]));
  await two.ask("TEARDOWN", "testsrc", { Session: sessions[1] });
  // The stream has ended: the next one has another SSRC.
  const { headers } = await two.ask("SETUP", "testsrc", MULTICAST);
  assert(decodeTransports(headers.get("Transport")!)[0].ssrc !== packets[0].ssrc);
});

Deno.test("multicast: who comes when a movie was written anew gets what it is now, whoever watches what it was", async () => {
  const port = reservePort();
  await using server = await serve({ group: { hostname: GROUP, port, ttl: 0 }, loop: true });
  const { datagrams } = await server.receive({ port: port + 2, group: GROUP });
  const [one, two] = [await server.connect(), await server.connect()];
  const ports = [];
  for (const client of [one, two]) {
    const { headers, session } = await client.ask("SETUP", "movie.mjpeg", MULTICAST);
    ports.push(decodeTransports(headers.get("Transport")!)[0].port![0]);
    await client.ask("PLAY", "movie.mjpeg", { Session: session! });
    if (client === one) await Deno.writeFile(join(server.root, "movie.mjpeg"), await makeJpeg({ seed: 7 }));
  }
  assertEquals(ports, [port, port + 2]);
  await server.advanceUntil(() => datagrams.length >= 20, 50);
});

Deno.test("multicast is for endless sources, where it is wanted, and into no other group", async () => {
  const port = reservePort();
  await using server = await serve({ group: { hostname: GROUP, port, ttl: 0 } });
  const client = await server.connect();
  assertEquals((await client.ask("SETUP", "movie.mjpeg", MULTICAST)).status, 461);
  const elsewhere = { Transport: "RTP/AVP;multicast;destination=239.1.1.1;port=5000-5001" };
  assertEquals((await client.ask("SETUP", "testsrc", elsewhere)).status, 461);
  await using without = await serve();
  assertEquals((await (await without.connect()).ask("SETUP", "testsrc", MULTICAST)).status, 461);
  const either = { Transport: "RTP/AVP;multicast,RTP/AVP/TCP;interleaved=0-1" };
  const { headers } = await client.ask("SETUP", "movie.mjpeg", either);
  assertEquals(decodeTransports(headers.get("Transport")!)[0].protocol, "tcp", "the first offer that we can");
});

Deno.test("multicast: a receiver's reports to the group keep its session", async () => {
  const port = reservePort();
  await using server = await serve({ group: { hostname: GROUP, port, ttl: 0 } });
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "testsrc", MULTICAST);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  await (await socket.joinMulticastV4(GROUP, "127.0.0.1")).setTTL(0);
  const report = encodeRtcp([{ kind: "receiver-report", ssrc: 1, reports: [] }]);
  for (let second = 0; second < SESSION_TIMEOUT_SECONDS + 10; second += 5) {
    await server.report(() => socket.send(report, { transport: "udp", hostname: GROUP, port: port + 1 }));
    server.clock.advance(5000);
  }
  socket.close();
  assertEquals((await client.ask("PAUSE", "testsrc", { Session: session! })).status, 200);
});

Deno.test("multicast comes from the address and the ports that are announced, beside other servers that have them", async () => {
  const port = reservePort();
  await using server = await serve({ group: { hostname: GROUP, port, ttl: 0 } });
  const other = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port, reuseAddress: true });
  const receivers = await Promise.all([port, port + 1].map((port) => server.receive({ port, group: GROUP })));
  const client = await server.connect();
  const { session, headers } = await client.ask("SETUP", "testsrc", MULTICAST);
  const [{ source, port: ports }] = decodeTransports(headers.get("Transport")!);
  await client.ask("PLAY", "testsrc", { Session: session! });
  await server.advanceUntil(() => receivers.every(({ datagrams }) => datagrams.length > 0));
  for (const [index, { senders }] of receivers.entries()) {
    for (const { hostname, port } of senders) assertEquals([hostname, port], [source, ports![index]]);
  }
  other.close();
});

Deno.test("multicast comes from other ports where another program keeps those for itself", async () => {
  const port = reservePort();
  await using server = await serve({ group: { hostname: GROUP, port, ttl: 0 } });
  const taken = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: port + 1 });
  const client = await server.connect();
  const { status, headers } = await client.ask("SETUP", "testsrc", MULTICAST);
  assertEquals([status, decodeTransports(headers.get("Transport")!)[0].port], [200, [port, port + 1]]);
  taken.close();
});

Deno.test("multicast: sound has ports of its own, is sent once somebody wants it, and in step", async () => {
  const port = reservePort();
  await using server = await serve({ group: { hostname: GROUP, port, ttl: 0 } });
  const frames = await server.receive({ port, group: GROUP });
  const samples = await server.receive({ port: port + 2, group: GROUP });
  const [one, two] = [await server.connect(), await server.connect()];
  const first = await one.ask("SETUP", "testsrc/track1", MULTICAST);
  const play = await one.ask("PLAY", "testsrc", { Session: first.session! });
  assertEquals(play.headers.get("RTP-Info")!.split(",").length, 1);
  const video = await two.ask("SETUP", "testsrc/track1", MULTICAST);
  const fields = { ...MULTICAST, Session: video.session! };
  const sound = await two.ask("SETUP", "testsrc/track2", fields);
  const [spec] = decodeTransports(sound.headers.get("Transport")!);
  assertEquals([spec.isMulticast, spec.destination, spec.port], [true, GROUP, [port + 2, port + 3]]);
  assertEquals(sound.session, video.session);
  assertEquals((await two.ask("SETUP", "testsrc/track2", fields)).status, 459);
  const { headers } = await two.ask("PLAY", "testsrc", { Session: video.session! });
  const [atFrames, atSamples] = decodeRtpInfo(headers.get("RTP-Info")!);
  await server.advanceUntil(() => samples.datagrams.length >= 60 && frames.datagrams.length >= 20, 20);
  const packets = samples.datagrams.map((datagram) => decodeRtpPacket(datagram));
  assertEquals([packets[0].payloadType, packets[0].payload.length, packets[0].ssrc], [0, 160, spec.ssrc]);
  packets.slice(1).forEach(({ sequenceNumber, timestamp }, index) => {
    assertEquals(sequenceNumber, (packets[index].sequenceNumber + 1) & 0xffff);
    assertEquals(timestamp, (packets[index].timestamp + 160) % 2 ** 32);
  });
  // The beep begins with a frame whose number is one above a multiple of 20, in the same second.
  const beep = packets.find(({ payload }, index) =>
    index > 0 && payload[2] !== 0xff && packets[index - 1].payload[2] === 0xff
  )!;
  const seconds = ((beep.timestamp - atSamples.timestamp!) | 0) / 8000;
  const timestamps = new Set(frames.datagrams.map((datagram) => decodeRtpPacket(datagram).timestamp));
  const nearest = Math.min(
    ...[...timestamps].map((one) => Math.abs(((one - atFrames.timestamp!) | 0) / 90_000 - seconds)),
  );
  assert(nearest < 0.001, `the beep is ${nearest} s from the nearest frame`);
  await two.ask("TEARDOWN", "testsrc", { Session: video.session! });
  await one.ask("TEARDOWN", "testsrc", { Session: first.session! });
  // Somebody may want the sound alone.
  const alone = await one.ask("SETUP", "testsrc/track2", MULTICAST);
  assertEquals(decodeTransports(alone.headers.get("Transport")!)[0].port, [port, port + 1]);
  const count = frames.datagrams.length;
  await one.ask("PLAY", "testsrc", { Session: alone.session! });
  await server.advanceUntil(() => frames.datagrams.length >= count + 10, 20);
  assertEquals(
    new Set(frames.datagrams.slice(count).map((datagram) => decodeRtpPacket(datagram).payloadType)),
    new Set([0]),
  );
});
