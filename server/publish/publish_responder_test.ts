import { assert, assertEquals, assertMatch } from "@std/assert";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { encodeInterleaved } from "../../net/interleaved.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { decodeFrames } from "../../tests/support/jpeg_packets.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { rtpPacketsOf } from "../../tests/support/rtp_packets.ts";
import { type Client, framesOf, rtcpOf, rtpOf, serve, TCP } from "../../tests/support/rtsp_test_server.ts";
import { until } from "../../tests/support/until.ts";
import { MAX_PUBLISHED_TRACKS, PUBLISHER_PATIENCE_MS, SESSION_TIMEOUT_SECONDS } from "../limits.ts";

const SESSION = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
const VIDEO = "m=video 0 RTP/AVP 26\r\na=control:streamid=0\r\n";
const SOUND = "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/44100/2\r\na=control:streamid=1\r\n";
const RECORD_TCP = { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record" };

async function announce(client: Client, path: string, body: string) {
  return (await sendAnnounce(client, path, body)).status;
}

function sendAnnounce(client: Client, path: string, body: string) {
  const head = `ANNOUNCE ${client.url(path)} RTSP/1.0\r\nCSeq: 900\r\nContent-Type: application/sdp\r\n`;
  return client.exchange(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
}

/** A client that records over TCP. */
async function record(client: Client, path: string, body = SESSION + VIDEO) {
  assertEquals(await announce(client, path, body), 200);
  const { status, session } = await client.ask("SETUP", `${path}/streamid=0`, RECORD_TCP);
  assertEquals(status, 200);
  const Session = session!.split(";")[0];
  assertEquals((await client.ask("RECORD", path, { Session })).status, 200);
  return { Session };
}

const jpegs = await Promise.all(Array.from({ length: 6 }, (_, seed) => makeJpeg({ seed, width: 96 })));
const expected = jpegs.map((jpeg) => rebuildJpeg(conditionJpeg(jpeg)));

Deno.test("ANNOUNCE is refused where nobody may publish, and OPTIONS does not name it", async () => {
  await using server = await serve();
  const client = await server.connect();
  assertEquals(await announce(client, "live", SESSION + VIDEO), 405);
  const { headers } = await client.ask("OPTIONS", "*");
  assert(!/ANNOUNCE|RECORD/.test(headers.get("Public")!));
  assertEquals((await client.ask("RECORD", "live", { Session: "1" })).status, 405);
});

Deno.test("OPTIONS names ANNOUNCE and RECORD where somebody may publish", async () => {
  await using server = await serve({ publish: ["live"] });
  assertMatch((await (await server.connect()).ask("OPTIONS", "*")).headers.get("Public")!, /ANNOUNCE.*RECORD/);
});

const REFUSED: readonly [what: string, path: string, body: string, status: number][] = [
  ["a name that is none of those", "other", SESSION + VIDEO, 403],
  ["a URL without a name", "", SESSION + VIDEO, 403],
  ["a name that a file has", "movie.mjpeg", SESSION + VIDEO, 403],
  ["a name that a file has, in other letters", "MOVIE.mjpeg", SESSION + VIDEO, 403],
  ["the name of the test source", "testsrc", SESSION + VIDEO, 403],
  ["a description without Motion-JPEG", "live", `${SESSION}m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n`, 415],
  ["a description of sound", "live", SESSION + SOUND, 415],
  ["a description of nothing", "live", SESSION, 400],
  ["no description", "live", "", 400],
  ["more tracks than are set up", "live", SESSION + VIDEO + SOUND.repeat(MAX_PUBLISHED_TRACKS), 415],
];

for (const [what, path, body, status] of REFUSED) {
  Deno.test(`ANNOUNCE of ${what} is ${status}, and the client may try again`, async () => {
    await using server = await serve({ publish: ["live", "movie.*", "testsrc"] });
    const client = await server.connect();
    assertEquals(await announce(client, path, body), status);
    assertEquals(await announce(client, "live", SESSION + VIDEO), 200);
  });
}

Deno.test(`ANNOUNCE of ${MAX_PUBLISHED_TRACKS} tracks is taken`, async () => {
  await using server = await serve({ publish: ["live"] });
  const body = SESSION + VIDEO + SOUND.repeat(MAX_PUBLISHED_TRACKS - 1);
  assertEquals(await announce(await server.connect(), "live", body), 200);
});

Deno.test("what a client records over TCP reaches viewers byte for byte, and the publisher gets reports", async () => {
  await using server = await serve({ publish: ["live"] });
  const [publisher, viewer] = [await server.connect(), await server.connect()];
  assertEquals((await viewer.ask("DESCRIBE", "live")).status, 404);
  const { Session } = await record(publisher, "live", SESSION + VIDEO + SOUND);
  const [first, ...rest] = rtpPacketsOf(jpegs);
  const send = async (packets: readonly Uint8Array[]) => {
    for (const packet of packets) await publisher.send(encodeInterleaved(0, packet));
  };
  await send(first);
  // The first frame describes the stream.
  const described = await viewer.ask("DESCRIBE", "live");
  assertEquals([described.status, /framesize|x-dimensions/.test(described.body)], [200, true]);
  const { session } = await viewer.ask("SETUP", "live/track1", TCP);
  await viewer.ask("PLAY", "live", { Session: session! });
  for (const [index, packets] of rest.entries()) {
    await send(packets);
    await until(() => framesOf(rtpOf(viewer)) > index);
    server.clock.advance(40);
  }
  assertEquals(decodeFrames(rtpOf(viewer)), expected.slice(1));
  assertEquals(rtcpOf(publisher).some(({ kind }) => kind === "receiver-report"), true);
  // It pauses, and goes on.
  assertEquals((await publisher.ask("PAUSE", "live", { Session })).status, 200);
  assertEquals((await publisher.ask("RECORD", "live", { Session })).status, 200);
  assertEquals((await publisher.ask("TEARDOWN", "live", { Session })).status, 200);
  assertEquals((await publisher.ask("RECORD", "live", { Session })).status, 454);
  assertEquals((await viewer.ask("GET_PARAMETER", "live", { Session: session! })).status, 200);
});

Deno.test("what a client records over UDP reaches viewers, and nobody else can send into it", async () => {
  await using server = await serve({ publish: ["live"] });
  const [publisher, viewer] = [await server.connect(), await server.connect()];
  assertEquals(await announce(publisher, "live", SESSION + VIDEO), 200);
  using stack = new DisposableStack();
  const open = (hostname: string) =>
    stack.adopt(Deno.listenDatagram({ transport: "udp", hostname, port: 0 }), (socket) => socket.close());
  const [own, stranger] = [open("127.0.0.1"), open("127.0.0.2")];
  const port = (own.addr as Deno.NetAddr).port;
  const { headers, session } = await publisher.ask("SETUP", "live/streamid=0", {
    Transport: `RTP/AVP/UDP;unicast;client_port=${port}-${port + 1};mode=record`,
  });
  const [{ serverPort, mode }] = decodeTransports(headers.get("Transport")!);
  assertEquals(mode, "RECORD");
  await publisher.ask("RECORD", "live", { Session: session!.split(";")[0] });
  const to = { transport: "udp" as const, hostname: "127.0.0.1", port: serverPort![0] };
  const [first, second] = rtpPacketsOf(jpegs.slice(0, 2));
  const strange = rtpPacketsOf([jpegs[5]], { ssrc: 99 }).flat();
  for (const packet of [...strange, ...first]) await (strange.includes(packet) ? stranger : own).send(packet, to);
  assertEquals((await viewer.ask("DESCRIBE", "live")).status, 200);
  const viewing = await viewer.ask("SETUP", "live/track1", TCP);
  await viewer.ask("PLAY", "live", { Session: viewing.session! });
  for (const packet of strange) await stranger.send(packet, to);
  for (const packet of second) await own.send(packet, to);
  await until(() => framesOf(rtpOf(viewer)) === 1);
  assertEquals(decodeFrames(rtpOf(viewer)), [expected[1]]);
});

Deno.test("SETUP and RECORD of a publisher follow its state", async () => {
  await using server = await serve({ publish: ["live"] });
  const client = await server.connect();
  const status = async (method: string, path: string, fields?: Record<string, string>) =>
    (await client.ask(method, path, fields)).status;
  assertEquals(await announce(client, "live", SESSION + SOUND + VIDEO), 200);
  assertEquals(await announce(client, "live", SESSION + VIDEO), 455);
  assertEquals(await status("RECORD", "live"), 455);
  assertEquals(await status("PAUSE", "live"), 455);
  assertEquals(await status("SETUP", "live/streamid=1", { Transport: "RTP/AVP;multicast;port=5000-5001" }), 461);
  assertEquals(await status("SETUP", "live/streamid=1"), 461);
  const sound = await client.ask("SETUP", "live/streamid=1", RECORD_TCP);
  const Session = sound.session!.split(";")[0];
  // Without the video there is nothing to record.
  assertEquals(await status("RECORD", "live", { Session }), 455);
  const video = await client.ask("SETUP", "live/streamid=0", { ...RECORD_TCP, Session });
  // The channels that it asks for are taken.
  assertEquals(decodeTransports(video.headers.get("Transport")!)[0].interleaved, [2, 3]);
  assertEquals(await status("SETUP", "live/streamid=0", { ...RECORD_TCP, Session }), 459);
  assertEquals(await status("PLAY", "live", { Session }), 455);
  assertEquals(await status("RECORD", "live", { Session: "another" }), 454);
  assertEquals(await status("RECORD", "live", { Session }), 200);
  assertEquals(await status("RECORD", "live", { Session }), 200);
  assertEquals(await status("SETUP", "live/streamid=2", { ...RECORD_TCP, Session }), 455);
  assertEquals(await status("OPTIONS", "live", { Session }), 200);
  assertEquals(await status("GET_PARAMETER", "live", { Session }), 200);
});

Deno.test("a second publisher is refused; with the first one's connection the stream waits, and then ends", async () => {
  await using server = await serve({ publish: ["live"], publishWaitMs: 5000 });
  const [first, second, viewer] = [await server.connect(), await server.connect(), await server.connect()];
  await record(first, "live");
  const [frame] = rtpPacketsOf(jpegs);
  for (const packet of frame) await first.send(encodeInterleaved(0, packet));
  assertEquals((await viewer.ask("DESCRIBE", "live")).status, 200);
  assertEquals((await server.during(sendAnnounce(second, "live", SESSION + VIDEO))).status, 403);
  first[Symbol.dispose]();
  await until(async () => (await server.during(sendAnnounce(second, "live", SESSION + VIDEO))).status === 200);
  second[Symbol.dispose]();
  assertEquals((await server.during(viewer.ask("DESCRIBE", "live"))).status, 503);
  await server.advance(5000, 500);
  assertEquals((await viewer.ask("DESCRIBE", "live")).status, 404);
});

Deno.test("a publisher that is silent ends, and its connection is free for another one", async () => {
  await using server = await serve({ publish: ["live"] });
  const client = await server.connect();
  await record(client, "live");
  await server.advance((SESSION_TIMEOUT_SECONDS + 6) * 1000, 1000);
  assertEquals(await announce(client, "live", SESSION + VIDEO), 200);
});

Deno.test("a publisher that does not record ends, and so does one whose client leaves before it is answered", async () => {
  await using server = await serve({ publish: ["live"] });
  const client = await server.connect();
  assertEquals(await announce(client, "live", SESSION + VIDEO), 200);
  await server.advance(PUBLISHER_PATIENCE_MS + 6000, 1000);
  assertEquals((await client.ask("SETUP", "live/streamid=0", RECORD_TCP)).status, 404);
  const leaving = await server.connect();
  const head = `ANNOUNCE ${leaving.url("live")} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: ${(SESSION + VIDEO).length}\r\n`;
  await leaving.send(new TextEncoder().encode(`${head}\r\n${SESSION}${VIDEO}`));
  leaving[Symbol.dispose]();
  await until(async () => (await server.during(sendAnnounce(client, "live", SESSION + VIDEO))).status === 200);
});

Deno.test("tracks that are not passed on share their sockets", async () => {
  await using server = await serve({ publish: ["live"] });
  const client = await server.connect();
  assertEquals(await announce(client, "live", SESSION + VIDEO + SOUND + SOUND.replace("=1", "=2")), 200);
  const ports: (readonly number[])[] = [];
  for (const track of [0, 1, 2]) {
    const { headers } = await client.ask("SETUP", `live/streamid=${track}`, {
      Transport: `RTP/AVP;unicast;client_port=${40_000 + 2 * track}-${40_001 + 2 * track};mode=record`,
    });
    const [{ serverPort, clientPort }] = decodeTransports(headers.get("Transport")!);
    assertEquals(clientPort, [40_000 + 2 * track, 40_001 + 2 * track]);
    ports.push(serverPort!);
  }
  assertEquals(ports[1], ports[2]);
  assert(ports[0][0] !== ports[1][0]);
});
