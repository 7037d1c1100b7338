import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { decodeJpegPayload } from "../../rtp/jpeg/jpeg_payload.ts";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { decodeRtcp, encodeRtcp } from "../../rtp/rtcp.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { reservePort } from "../../tests/support/ports.ts";
import { framesOf, rtpOf, serve, TCP } from "../../tests/support/rtsp_test_server.ts";
import { TcpClient } from "../../tests/support/tcp_client.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { decodeFrames } from "../../tests/support/jpeg_packets.ts";
import { makeJpeg, withRestartMarkers } from "../../tests/support/jpegs.ts";
import {
  IDLE_MS,
  MAX_SESSIONS,
  MAX_SESSIONS_PER_CONNECTION,
  SESSION_TIMEOUT_SECONDS,
  UNPLAYED_SESSION_SECONDS,
} from "../limits.ts";
import { openServed } from "../source/served/open_served.ts";
import { soon } from "../../tests/support/until.ts";

/** To ports that nobody listens at. */
const UDP = { Transport: "RTP/AVP;unicast;client_port=5000-5001" };

Deno.test("SETUP over UDP sends from one pair of ports, and takes receiver reports there", async () => {
  await using server = await serve();
  const client = await server.connect();
  const rtpPort = reservePort();
  const [rtp, rtcp] = [rtpPort, rtpPort + 1].map((port) =>
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port })
  );
  try {
    const setup = await client.ask("SETUP", "movie.mjpeg", {
      Transport: `RTP/AVP;unicast;client_port=${rtpPort}-${rtpPort + 1}`,
    });
    const [{ serverPort, ssrc }] = decodeTransports(setup.headers.get("Transport")!);
    await client.ask("PLAY", "movie.mjpeg", { Session: setup.session! });
    await server.advance(60);
    const [datagram, from] = await soon(rtp.receive());
    assertEquals([decodeRtpPacket(datagram).ssrc, (from as Deno.NetAddr).port], [ssrc, serverPort![0]]);
    const [report, reportFrom] = await soon(rtcp.receive());
    assertEquals(decodeRtcp(report).map(({ kind }) => kind), ["sender-report", "cname"]);
    assertEquals((reportFrom as Deno.NetAddr).port, serverPort![1]);
  } finally {
    rtp.close();
    rtcp.close();
  }
});

Deno.test("SETUP gives RTP and RTCP a channel each where a client asks for one for both (RFC 2326, 12.39)", async () => {
  await using server = await serve();
  const client = await server.connect();
  const granted = [];
  for (const asked of ["5-5", "0-0", "9", "7-6"]) {
    const { status, headers } = await client.ask("SETUP", "movie.mjpeg", {
      Transport: `RTP/AVP/TCP;interleaved=${asked}`,
    });
    granted.push([status, decodeTransports(headers.get("Transport")!)[0].interleaved]);
  }
  // Channels that differ are the client's own choice.
  assertEquals(granted, [[200, [0, 1]], [200, [2, 3]], [200, [9, 10]], [200, [7, 6]]]);
});

Deno.test("SETUP refuses one port for RTP and RTCP, and takes any two (RFC 3550, 11)", async () => {
  await using server = await serve();
  const client = await server.connect();
  const ask = async (offer: string) => {
    const { status, headers } = await client.ask("SETUP", "movie.mjpeg", { Transport: offer });
    return [status, decodeTransports(headers.get("Transport") ?? "")[0]?.clientPort];
  };
  const port = reservePort();
  assertEquals(await ask(`RTP/AVP;unicast;client_port=${port}-${port}`), [461, undefined]);
  assertEquals(await ask(`RTP/AVP;unicast;client_port=${port + 1}-${port}`), [200, [port + 1, port]]);
  assertEquals(await ask(`RTP/AVP;unicast;client_port=${port}`), [200, [port, port + 1]]);
  const offers = `RTP/AVP;unicast;client_port=${port}-${port},RTP/AVP;unicast;client_port=${port + 2}-${port + 3}`;
  assertEquals(await ask(offers), [200, [port + 2, port + 3]]);
});

Deno.test("SETUP gives each session of a connection channels of its own", async () => {
  await using server = await serve();
  const client = await server.connect();
  const channels = [];
  for (const asked of ["0-1", "0-1", "4-5", "0-1"]) {
    const { headers } = await client.ask("SETUP", "movie.mjpeg", { Transport: `RTP/AVP/TCP;interleaved=${asked}` });
    channels.push(decodeTransports(headers.get("Transport")!)[0].interleaved);
  }
  assertEquals(channels, [[0, 1], [2, 3], [4, 5], [6, 7]]);
});

Deno.test(`SETUP is answered 503 to the session after ${MAX_SESSIONS_PER_CONNECTION} of a connection, until one ends`, async () => {
  await using server = await serve();
  const client = await server.connect();
  const sessions: string[] = [];
  for (let count = 0; count < MAX_SESSIONS_PER_CONNECTION; count++) {
    const { status, session } = await client.ask("SETUP", "movie.mjpeg", TCP);
    assertEquals(status, 200);
    sessions.push(session!);
  }
  assertEquals((await client.ask("SETUP", "movie.mjpeg", TCP)).status, 503);
  assertEquals(
    (await (await server.connect()).ask("SETUP", "movie.mjpeg", TCP)).status,
    200,
    "others are not affected",
  );
  await client.ask("TEARDOWN", "movie.mjpeg", { Session: sessions[3] });
  assertEquals((await client.ask("SETUP", "movie.mjpeg", TCP)).status, 200);
});

Deno.test("all sessions that need a connection end with it: the lab's and those over TCP", async () => {
  await using server = await serve();
  const rtp = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = rtp.addr as Deno.NetAddr;
  let packets = 0;
  const receiving = (async () => {
    for await (const _ of rtp) packets++;
  })();
  const client = await TcpClient.connect(server.port);
  const lab = await client.ask(`SETUP movie.mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= ${port}\n\n`);
  const id = /Session: (\d{6})/.exec(lab)![1];
  await client.ask(`PLAY movie.mjpeg RTSP/1.0\nCSeq: 2\nSession: ${id}\n\n`);
  await server.advanceUntil(() => packets > 0, 50);
  const sessions: string[] = [];
  for (const cseq of [3, 4]) {
    const url = `rtsp://127.0.0.1:${server.port}/movie.mjpeg`;
    await client.send(`SETUP ${url} RTSP/1.0\r\nCSeq: ${cseq}\r\nTransport: ${TCP.Transport}\r\n\r\n`);
    sessions.push(/Session: ([0-9a-f]{16})/.exec(await client.receive(/Session: .*\r\n[^]*\r\n\r\n/))![1]);
  }
  client[Symbol.dispose]();
  const other = await server.connect();
  for (const session of sessions) {
    await server.advanceUntil(async () =>
      (await other.ask("PAUSE", "movie.mjpeg", { Session: session })).status === 454
    );
  }
  const count = packets;
  await server.advance(300);
  assertEquals(packets, count);
  rtp.close();
  await receiving;
});

for (const file of ["optimized.mjpeg", "grey.mjpeg"]) {
  Deno.test(`frames of ${file} are transcoded or re-encoded by a worker, and come in order`, async () => {
    await using server = await serve({ reencode: true, loop: true });
    const client = await server.connect();
    const { session, status } = await client.ask("SETUP", file, TCP);
    assertEquals(status, 200);
    await client.ask("PLAY", file, { Session: session! });
    await server.advanceUntil(() => framesOf(rtpOf(client)) >= 6, 50);
    for (const frame of decodeFrames(rtpOf(client))) assertEquals(conditionJpeg(frame).width, 48);
  });
}

for (const keepRestartMarkers of [false, true]) {
  Deno.test(`frames with restart markers are sent ${keepRestartMarkers ? "as they are" : "without them"}`, async () => {
    await using directory = await temporaryDirectory();
    await Deno.writeFile(join(directory.path, "restarts.mjpeg"), withRestartMarkers(await makeJpeg({ height: 64 })));
    await using server = await serve({ root: await openServed(directory.path), keepRestartMarkers, loop: true });
    const client = await server.connect();
    const { session } = await client.ask("SETUP", "restarts.mjpeg", TCP);
    await client.ask("PLAY", "restarts.mjpeg", { Session: session! });
    await server.advanceUntil(() => framesOf(rtpOf(client)) > 0);
    // Types 64 to 127 have restart markers (RFC 2435, 3.1.3).
    assertEquals(decodeJpegPayload(rtpOf(client)[0].payload).type, keepRestartMarkers ? 65 : 1);
  });
}

/** The same picture with a third quantization table, which its second chroma component uses. */
function withThirdTable(jpeg: Uint8Array): Uint8Array {
  const table = Uint8Array.of(0xff, 0xdb, 0, 67, 2, ...Array(64).fill(9));
  const changed = concat([jpeg.subarray(0, 2), table, jpeg.subarray(2)]);
  const frameHeader = changed.findIndex((byte, at) => byte === 0xff && changed[at + 1] === 0xc0);
  changed[frameHeader + 4 + 6 + 3 * 2 + 2] = 2;
  return changed;
}

for (const reencode of [false, true]) {
  Deno.test(`a JPEG that turns out to be unsupported only while it is transcoded is ${reencode ? "re-encoded" : "refused"}`, async () => {
    await using directory = await temporaryDirectory();
    const jpeg = withThirdTable(await makeJpeg({ optimized: true }));
    await Deno.writeFile(join(directory.path, "three.mjpeg"), jpeg);
    await using server = await serve({ root: await openServed(directory.path), reencode });
    const client = await server.connect();
    assertEquals((await client.ask("DESCRIBE", "three.mjpeg")).status, reencode ? 200 : 415);
  });
}

Deno.test("SETUP takes the next offer where a group cannot be joined, and leaves nothing open", async () => {
  await using server = await serve({ group: { hostname: "10.0.0.1", port: reservePort(), ttl: 0 } });
  const client = await server.connect();
  assertEquals((await client.ask("SETUP", "testsrc", { Transport: "RTP/AVP;multicast" })).status, 461);
  const either = { Transport: "RTP/AVP;multicast,RTP/AVP/TCP;interleaved=0-1" };
  const { headers } = await client.ask("SETUP", "testsrc", either);
  assertEquals(decodeTransports(headers.get("Transport")!)[0].protocol, "tcp");
});

Deno.test("sessions of one client port hear the reports that are about them", async () => {
  await using server = await serve({ loop: true });
  const client = await server.connect();
  const port = reservePort();
  const rtcp = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: port + 1 });
  const sessions = [];
  let serverPort = 0;
  for (let count = 0; count < 2; count++) {
    const { session, headers } = await client.ask("SETUP", "movie.mjpeg", {
      Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}`,
    });
    const [spec] = decodeTransports(headers.get("Transport")!);
    serverPort = spec.serverPort![1];
    sessions.push({ session: session!, ssrc: spec.ssrc! });
  }
  const block = { ssrc: sessions[0].ssrc, fractionLost: 0, cumulativeLost: 0, highestSequenceNumber: 0, jitter: 0 };
  const report = encodeRtcp([{
    kind: "receiver-report",
    ssrc: 1,
    reports: [{ ...block, lastSenderReport: 0, delaySinceLastSenderReport: 0 }],
  }]);
  for (let second = 0; second < SESSION_TIMEOUT_SECONDS + 10; second += 5) {
    await server.report(() => rtcp.send(report, { transport: "udp", hostname: "127.0.0.1", port: serverPort }));
    server.clock.advance(5000);
  }
  rtcp.close();
  const statuses = [];
  for (const { session } of sessions) {
    statuses.push((await client.ask("PAUSE", "movie.mjpeg", { Session: session })).status);
  }
  assertEquals(statuses, [200, 454]);
});

Deno.test("frames that are too large for the header of RTP/JPEG have the described size, or are dropped", async () => {
  await using directory = await temporaryDirectory();
  const frames = await Promise.all([2048, 2064, 2048].map((width) => makeJpeg({ width, height: 16 })));
  await Deno.writeFile(join(directory.path, "mixed.mjpeg"), concat(frames));
  await using server = await serve({ root: await openServed(directory.path) });
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "mixed.mjpeg", TCP);
  await client.ask("PLAY", "mixed.mjpeg", { Session: session! });
  await server.advance(1000);
  assertEquals(framesOf(rtpOf(client)), 2);
});

Deno.test(`SETUP is answered 503 to the session after ${MAX_SESSIONS} of a server, until one ends`, async () => {
  await using server = await serve({ addressShare: 1 });
  const clients = await Promise.all(
    Array.from({ length: MAX_SESSIONS / MAX_SESSIONS_PER_CONNECTION }, () => server.connect()),
  );
  const sessions = await Promise.all(clients.map(async (client) => {
    let session = "";
    for (let count = 0; count < MAX_SESSIONS_PER_CONNECTION; count++) {
      const reply = await client.ask("SETUP", "movie.mjpeg", TCP);
      assertEquals(reply.status, 200);
      session = reply.session!;
    }
    return { client, session };
  }));
  const newcomer = await server.connect();
  assertEquals((await newcomer.ask("SETUP", "movie.mjpeg", TCP)).status, 503);
  const [{ client, session }] = sessions;
  await client.ask("TEARDOWN", "movie.mjpeg", { Session: session });
  assertEquals((await newcomer.ask("SETUP", "movie.mjpeg", TCP)).status, 200);
});

Deno.test("SETUP keeps sessions for other addresses, and lets one of the same address take the place of an idle one", async () => {
  await using server = await serve({ hostname: "::", maxSessions: 4, loop: true });
  const [one, two, three] = await Promise.all([0, 1, 2].map(() => server.connect()));
  const first = await one.ask("SETUP", "movie.mjpeg", UDP);
  await one.ask("PLAY", "movie.mjpeg", { Session: first.session! });
  const second = await two.ask("SETUP", "movie.mjpeg", UDP);
  assertEquals((await three.ask("SETUP", "movie.mjpeg", UDP)).status, 503);
  using other = await TcpClient.connect(server.port, "::1");
  await other.send(`SETUP ${one.url("movie.mjpeg")} RTSP/1.0\r\nCSeq: 1\r\nTransport: ${TCP.Transport}\r\n\r\n`);
  assertEquals((await other.receive(/\r\n\r\n/)).split(" ")[1], "200");
  server.clock.advance(IDLE_MS);
  assertEquals((await three.ask("SETUP", "nothing.mjpeg", UDP)).status, 404, "nobody gives way to that");
  assertEquals((await three.ask("SETUP", "movie.mjpeg", { ...UDP, Session: second.session! })).status, 459);
  server.clock.advance(IDLE_MS);
  assertEquals((await three.ask("SETUP", "movie.mjpeg", UDP)).status, 200);
  assertEquals((await two.ask("PLAY", "movie.mjpeg", { Session: second.session! })).status, 454, "it had not played");
  assertEquals((await one.ask("PAUSE", "movie.mjpeg", { Session: first.session! })).status, 200);
});

Deno.test(`a session over UDP that was not played ends ${UNPLAYED_SESSION_SECONDS} s after its connection, any other goes on`, async () => {
  await using server = await serve({ loop: true });
  const [watching, leaving] = [await server.connect(), await server.connect()];
  const sessions: string[] = [];
  for (let count = 0; count < 2; count++) sessions.push((await leaving.ask("SETUP", "movie.mjpeg", UDP)).session!);
  await leaving.ask("PLAY", "movie.mjpeg", { Session: sessions[0] });
  leaving[Symbol.dispose]();
  const statusOf = async (session: string) =>
    (await watching.ask("SETUP", "movie.mjpeg", { ...UDP, Session: session })).status;
  await server.advance(UNPLAYED_SESSION_SECONDS * 1000, 1000);
  assertEquals([await statusOf(sessions[0]), await statusOf(sessions[1])], [459, 459]);
  await server.advanceUntil(async () => await statusOf(sessions[1]) === 454, 1000);
  assertEquals(await statusOf(sessions[0]), 459);
});
