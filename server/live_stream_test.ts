/** A live source that is fed by hand, watched at once in every dialect and over every transport. */
import { assert, assertEquals } from "@std/assert";
import { conditionJpeg } from "../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../mjpeg/conditioning/rebuild.ts";
import { bindUdpPortPair, udpPortOf } from "../net/udp_ports.ts";
import { decodeRtpPacket, type RtpPacket } from "../rtp/packet.ts";
import { decodeRtcp } from "../rtp/rtcp.ts";
import { decodeTransports } from "../rtsp/fields/transport.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { decodeFrames } from "../tests/support/jpeg_packets.ts";
import { makeJpeg } from "../tests/support/jpegs.ts";
import { rtcpOf, rtpOf, serve, TCP } from "../tests/support/rtsp_test_server.ts";
import { TcpClient } from "../tests/support/tcp_client.ts";
import { Conditioner } from "./packetize/conditioner.ts";
import { LiveFeed } from "./source/live_source.ts";
import { until } from "../tests/support/until.ts";

const GROUP = "239.255.77.9";
const FRAMES = 8;
const INTERVAL_MS = 40;

/** The RTP packets that come to a socket, for as long as it is open. */
function collect(socket: Deno.DatagramConn): RtpPacket[] {
  const packets: RtpPacket[] = [];
  (async () => {
    for await (const [datagram] of socket) packets.push(decodeRtpPacket(datagram));
  })();
  return packets;
}

/** Counts the frames that all servers condition, which comes before packetizing, until it is disposed of. */
function countConditioning() {
  const { condition } = Conditioner.prototype;
  const counter = {
    count: 0,
    [Symbol.dispose]: () => void (Conditioner.prototype.condition = condition),
  };
  Conditioner.prototype.condition = function (jpeg) {
    counter.count++;
    return condition.call(this, jpeg);
  };
  return counter;
}

Deno.test("a live source reaches lab, UDP, TCP and multicast viewers byte for byte, packetized once a frame", async () => {
  const clock = new FakeClock();
  const feed = new LiveFeed({ name: "live", frameRate: 1000 / INTERVAL_MS, clock });
  const jpegs = await Promise.all(Array.from({ length: FRAMES + 1 }, (_, seed) => makeJpeg({ seed, width: 200 })));
  using stack = new DisposableStack();
  const keep = (socket: Deno.DatagramConn) => stack.adopt(socket, (open) => open.close());
  const [groupRtp, groupRtcp] = bindUdpPortPair("0.0.0.0");
  const groupPort = udpPortOf(groupRtp);
  for (const socket of [groupRtp, groupRtcp]) socket.close();
  await using server = await serve({ clock, live: [feed], group: { hostname: GROUP, port: groupPort, ttl: 0 } });

  // The first frame is there for descriptions; viewers start at the next one.
  feed.push(jpegs[0]);
  using counter = countConditioning();

  const group = keep(
    Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: groupPort, reuseAddress: true }),
  );
  await group.joinMulticastV4(GROUP, "127.0.0.1");
  const overMulticast = collect(group);
  const labSocket = keep(Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }));
  const overLab = collect(labSocket);
  const [udpRtp, udpRtcp] = bindUdpPortPair("127.0.0.1").map(keep);
  const overUdp = collect(udpRtp);

  const client = await server.connect();
  const description = await client.ask("DESCRIBE", "live");
  assert(/^a=range:npt=0-\r$/m.test(description.body) && /^a=framerate:25\r$/m.test(description.body));
  const transports = [
    TCP.Transport,
    `RTP/AVP;unicast;client_port=${udpPortOf(udpRtp)}-${udpPortOf(udpRtcp)}`,
    "RTP/AVP;multicast",
  ];
  const ssrcs: number[] = [];
  const sessions: string[] = [];
  for (const Transport of transports) {
    const { session, headers } = await client.ask("SETUP", "live", { Transport });
    ssrcs.push(decodeTransports(headers.get("Transport")!)[0].ssrc!);
    sessions.push(session!);
    // Seeking is not for live sources: the session goes on with what comes.
    const play = await client.ask("PLAY", "live", { Session: session!, Range: "npt=10-20", Scale: "-2" });
    assertEquals([play.status, play.headers.get("Range"), play.headers.get("Scale")], [200, "npt=now-", "1"]);
  }
  using lab = await TcpClient.connect(server.port);
  const setup = await lab.ask(
    `SETUP live RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= ${udpPortOf(labSocket)}\n\n`,
  );
  await lab.ask(`PLAY live RTSP/1.0\nCSeq: 2\nSession: ${/Session: (\d+)/.exec(setup)![1]}\n\n`);

  const markers = (packets: readonly RtpPacket[]) => packets.filter(({ marker }) => marker).length;
  for (let number = 1; number <= FRAMES; number++) {
    clock.advance(INTERVAL_MS);
    feed.push(jpegs[number]);
    const counts = () => [overLab.length, markers(overUdp), markers(rtpOf(client)), markers(overMulticast)];
    await until(() => counts().every((count) => count >= number));
    assertEquals(counts(), Array(4).fill(number));
  }

  assertEquals(overLab.map(({ payload }) => payload), jpegs.slice(1));
  const expected = jpegs.slice(1).map((jpeg) => rebuildJpeg(conditionJpeg(jpeg)));
  for (const [index, packets] of [rtpOf(client), overUdp, overMulticast].entries()) {
    assertEquals(decodeFrames(packets), expected);
    assertEquals([...new Set(packets.map(({ ssrc }) => ssrc))], [ssrcs[index]]);
    // Timestamps are those of the frames' arrival.
    const timestamps = [...new Set(packets.map(({ timestamp }) => timestamp))];
    assertEquals(
      timestamps.slice(1).map((timestamp, at) => (timestamp - timestamps[at]) >>> 0),
      Array(FRAMES - 1).fill(INTERVAL_MS * 90),
    );
  }
  assertEquals(counter.count, FRAMES + 1, "each frame is conditioned and packetized once for all viewers");

  feed.end();
  await server.advance(1000);
  await client.until(() => rtcpOf(client).some(({ kind }) => kind === "bye"));
  for (const session of sessions) await client.ask("TEARDOWN", "live", { Session: session });
});

Deno.test("a viewer of a live source that pauses goes on with the next frame, not with the one that it missed", async () => {
  const clock = new FakeClock();
  const feed = new LiveFeed({ name: "live", clock });
  const jpegs = await Promise.all([0, 1, 2, 3].map((seed) => makeJpeg({ seed })));
  feed.push(jpegs[0]);
  await using server = await serve({ clock, live: [feed] });
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "live", TCP);
  const fields = { Session: session! };
  await client.ask("PLAY", "live", fields);
  feed.push(jpegs[1]);
  await client.until(() => rtpOf(client).length > 0);
  await client.ask("PAUSE", "live", fields);
  feed.push(jpegs[2]);
  await client.ask("PLAY", "live", fields);
  feed.push(jpegs[3]);
  await client.until(() => decodeFrames(rtpOf(client)).length === 2);
  assertEquals(decodeFrames(rtpOf(client)), [jpegs[1], jpegs[3]].map((jpeg) => rebuildJpeg(conditionJpeg(jpeg))));
  assert(client.packets.filter(({ channel }) => channel === 1).every(({ data }) => decodeRtcp(data).length > 0));
});
