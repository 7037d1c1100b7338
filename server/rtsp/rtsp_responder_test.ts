import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { RtspResponse } from "../../rtsp/message.ts";
import { type Client, framesOf, rtpOf, serve, TCP } from "../../tests/support/rtsp_test_server.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { TcpClient } from "../../tests/support/tcp_client.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { openServed } from "../source/served/open_served.ts";
import { SESSION_TIMEOUT_SECONDS } from "../limits.ts";

Deno.test("RtspResponder lists its methods, and echoes CSeq", async () => {
  await using server = await serve();
  const client = await server.connect();
  for (const path of ["*", "", "movie.mjpeg"]) {
    const { status, headers, cseq } = await client.ask("OPTIONS", path);
    assertEquals([status, headers.get("Public")], [
      200,
      "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER",
    ]);
    assert(cseq !== undefined && headers.get("Server") === "mjpegrtsp" && headers.get("Date")?.endsWith("GMT"));
  }
});

Deno.test("RtspResponder describes a movie under every spelling of its URL", async () => {
  await using server = await serve();
  const client = await server.connect();
  for (const path of ["movie.mjpeg", "movie.mjpeg/", "MOVIE.mjpeg?x=1", "movie%2Emjpeg", "movie.mjpeg/track1"]) {
    const { status, headers, body } = await client.ask("DESCRIBE", path, { Accept: "application/sdp" });
    assertEquals([status, headers.get("Content-Type")], [200, "application/sdp"], path);
    assertMatch(body, /a=range:npt=0-2\r\n[^]*m=video 0 RTP\/AVP 26\r\n[^]*a=framesize:26 96-32\r\n/);
    assertEquals(headers.get("Content-Base"), `${client.url(path).replace(/\?.*/, "").replace(/\/$/, "")}/`);
  }
});

Deno.test("RtspResponder gives a stream the name of its file, whoever asks first and however", async () => {
  await using server = await serve();
  const client = await server.connect();
  for (const path of ["MOVIE.MJPEG", "/./movie.mjpeg/", "movie.mjpeg"]) {
    assertMatch((await client.ask("DESCRIBE", path)).body, /^s=movie\.mjpeg\r$/m);
  }
});

Deno.test("RtspResponder takes URLs as ffmpeg sends what people type, and answers with proper ones", async () => {
  await using server = await serve();
  const names = ["my movie.mjpeg", "100%.mjpeg", "a#1 [ü].mjpeg", "50%25.mjpeg"];
  for (const name of names) await Deno.copyFile(join(server.root, "movie.mjpeg"), join(server.root, name));
  const client = await server.connect();
  const spellings = [
    ["my movie.mjpeg", "my%20movie.mjpeg/"],
    ["my%20movie.mjpeg?x=y z", "my%20movie.mjpeg/"],
    ["100%.mjpeg", "100%25.mjpeg/"],
    ["100%25.mjpeg", "100%25.mjpeg/"],
    ["a#1 [ü].mjpeg", "a%231%20%5B%C3%BC%5D.mjpeg/"],
    ["50%2525.mjpeg", "50%2525.mjpeg/"],
  ];
  for (const [path, base] of spellings) {
    const { status, headers } = await client.ask("DESCRIBE", path);
    assertEquals([status, headers.get("Content-Base")], [200, client.url(base)], path);
    const { session } = await client.ask("SETUP", `${path.split("?")[0]}/track1`, TCP);
    const play = await client.ask("PLAY", path, { Session: session! });
    assertMatch(play.headers.get("RTP-Info") ?? "", new RegExp(`^url=[^ ]*${base.slice(0, 4)}[^ ]*/track1;seq=`), path);
    await server.during(client.ask("TEARDOWN", path, { Session: session! }));
  }
});

const REFUSED: readonly [title: string, request: (client: Client) => Promise<RtspResponse>, status: number][] = [
  ["a file that there is not", (client) => client.ask("DESCRIBE", "nothing.mjpeg"), 404],
  ["a file outside", (client) => client.ask("DESCRIBE", "..%2F..%2Fetc%2Fpasswd"), 404],
  ["a URL with a broken escape, which stands for itself", (client) => client.ask("DESCRIBE", "%zz"), 404],
  ["a path that is no URL", (client) => client.exchange("DESCRIBE rtsp: RTSP/1.0\r\nCSeq: 1\r\n\r\n"), 400],
  ["a picture that RTP/JPEG cannot carry", (client) => client.ask("DESCRIBE", "grey.mjpeg"), 415],
  ["SETUP of one that it cannot carry", (client) => client.ask("SETUP", "grey.mjpeg", TCP), 415],
  ["SETUP without Transport", (client) => client.ask("SETUP", "movie.mjpeg"), 461],
  [
    "SETUP to another destination",
    (client) =>
      client.ask("SETUP", "movie.mjpeg", { Transport: "RTP/AVP;unicast;client_port=5000-5001;destination=10.0.0.9" }),
    461,
  ],
  ["multicast", (client) => client.ask("SETUP", "movie.mjpeg", { Transport: "RTP/AVP;multicast;port=5000-5001" }), 461],
  [
    "recording",
    (client) => client.ask("SETUP", "movie.mjpeg", { Transport: "RTP/AVP/TCP;interleaved=0-1;mode=record" }),
    461,
  ],
  ["SETUP of an unknown session", (client) => client.ask("SETUP", "movie.mjpeg", { ...TCP, Session: "x" }), 454],
  ["PLAY without a session", (client) => client.ask("PLAY", "movie.mjpeg"), 454],
  ["PLAY of an unknown session", (client) => client.ask("PLAY", "movie.mjpeg", { Session: "x" }), 454],
  ["a method of RFC 2326 that it lacks", (client) => client.ask("RECORD", "movie.mjpeg"), 405],
  ["a method that nobody has", (client) => client.ask("DANCE", "movie.mjpeg"), 501],
  ["a required option", (client) => client.ask("OPTIONS", "*", { Require: "funky-feature" }), 551],
  ["another version", (client) => client.exchange("OPTIONS rtsp://a/ RTSP/2.0\r\nCSeq: 1\r\n\r\n"), 505],
  ["no CSeq", (client) => client.exchange("OPTIONS rtsp://a/ RTSP/1.0\r\n\r\n"), 400],
];

for (const [title, request, status] of REFUSED) {
  Deno.test(`RtspResponder answers ${status} to ${title}, and goes on`, async () => {
    await using server = await serve();
    const client = await server.connect();
    assertEquals((await request(client)).status, status);
    assertEquals((await client.ask("OPTIONS", "*")).status, 200);
  });
}

Deno.test("RtspResponder follows the state table of RFC 2326, and says what is allowed", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg/track1", TCP);
  assertMatch(session ?? "", /^[0-9a-f]{16}$/);
  const fields = { Session: session! };
  for (
    const [method, status] of [
      ...[["PAUSE", 200], ["PLAY", 200], ["PLAY", 200], ["PAUSE", 200], ["GET_PARAMETER", 200]],
      ...[["SETUP", 459], ["TEARDOWN", 200], ["PLAY", 454]],
    ] as [string, number][]
  ) {
    assertEquals((await client.ask(method, "movie.mjpeg", { ...fields, ...TCP })).status, status, method);
  }
});

for (
  const name of [
    "movie.mjpeg",
    "movie.mjpeg/",
    "movie.mjpeg/track1",
    "movie.mjpeg/track1/",
    "MOVIE.mjpeg",
    "",
    "//movie.mjpeg",
    "movie.mjpeg?x=1",
  ]
) {
  Deno.test(`PLAY with the URL of ${JSON.stringify(name)} plays a session of movie.mjpeg`, async () => {
    await using server = await serve();
    const client = await server.connect();
    const { session } = await client.ask("SETUP", "movie.mjpeg/track1", TCP);
    assertEquals((await client.ask("PLAY", name, { Session: session! })).status, 200);
  });
}

Deno.test("PLAY with the URL of another movie is answered 404, and the session stays (RFC 2326, 10.5)", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  for (const name of ["testsrc", "grey.mjpeg", "nothing.mjpeg", "movie.mjpeg/more"]) {
    assertEquals((await client.ask("PLAY", name, { Session: session! })).status, 404, name);
  }
  assertEquals((await client.ask("PLAY", "movie.mjpeg", { Session: session! })).status, 200);
});

Deno.test("PLAY takes the name of a link that SETUP had, and that of its file", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeFile(join(directory.path, "movie.mjpeg"), await makeJpeg({}));
  await Deno.symlink("movie.mjpeg", join(directory.path, "link.mjpeg"));
  await using server = await serve({ root: await openServed(directory.path) });
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "link.mjpeg", TCP);
  for (
    const [name, status] of [["link.mjpeg", 200], ["LINK.mjpeg/track1", 200], ["movie.mjpeg", 200], ["testsrc", 404]]
  ) {
    assertEquals((await client.ask("PLAY", String(name), { Session: session! })).status, status);
  }
});

/** A session over UDP, to ports that nobody listens at. */
const UDP = { Transport: "RTP/AVP;unicast;client_port=5000-5001" };

Deno.test(`RtspResponder ends a session over UDP of which nothing is heard for ${SESSION_TIMEOUT_SECONDS} s, and announces that`, async () => {
  await using server = await serve({ loop: true });
  const [silent, asking] = [await server.connect(), await server.connect()];
  const sessions: string[] = [];
  for (const client of [silent, asking]) {
    const setup = await client.ask("SETUP", "movie.mjpeg", UDP);
    assertEquals(setup.headers.get("Session"), `${setup.session};timeout=${SESSION_TIMEOUT_SECONDS}`);
    await client.ask("PLAY", "movie.mjpeg", { Session: setup.session! });
    sessions.push(setup.session!);
  }
  for (let second = 0; second < SESSION_TIMEOUT_SECONDS + 10; second += 5) {
    server.clock.advance(5000);
    await asking.ask("GET_PARAMETER", "movie.mjpeg", { Session: sessions[1] });
    await silent.ask("OPTIONS", "*");
  }
  const statuses: number[] = [];
  for (const [index, client] of [silent, asking].entries()) {
    statuses.push((await client.ask("PAUSE", "movie.mjpeg", { Session: sessions[index] })).status);
  }
  assertEquals(statuses, [454, 200]);
});

Deno.test("RtspResponder keeps a session over TCP as long as its connection, without a word: playing, paused, not yet played", async () => {
  await using server = await serve({ loop: true });
  const [unplayed, paused, playing] = await Promise.all([0, 1, 2].map(() => server.connect()));
  const sessions: string[] = [];
  for (const client of [unplayed, paused, playing]) {
    const setup = await client.ask("SETUP", "movie.mjpeg", TCP);
    assertEquals(setup.headers.get("Session"), setup.session, "no timeout");
    sessions.push(setup.session!);
    if (client !== unplayed) await client.ask("PLAY", "movie.mjpeg", { Session: setup.session! });
  }
  await server.during(paused.ask("PAUSE", "movie.mjpeg", { Session: sessions[1] }));
  for (let second = 0; second < 3 * SESSION_TIMEOUT_SECONDS; second += 20) await server.advance(20_000, 1000);
  const before = framesOf(rtpOf(playing));
  await server.advanceUntil(() => framesOf(rtpOf(playing)) > before);
  for (const [index, client] of [unplayed, paused].entries()) {
    assertEquals((await client.ask("PLAY", "movie.mjpeg", { Session: sessions[index] })).status, 200);
  }
});

Deno.test("RtspResponder does not hear of a session from another address than its client's", async () => {
  await using server = await serve({ hostname: "::" });
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  using stranger = await TcpClient.connect(server.port, "::1");
  const ask = async (method: string, fields: string) => {
    await stranger.send(
      `${method} ${client.url("movie.mjpeg")} RTSP/1.0\r\nCSeq: 1\r\nSession: ${session}\r\n${fields}\r\n`,
    );
    return (await stranger.receive(/\r\n\r\n/)).split(" ")[1];
  };
  for (const method of ["PLAY", "PAUSE", "GET_PARAMETER", "TEARDOWN"]) assertEquals(await ask(method, ""), "454");
  assertEquals(await ask("SETUP", `Transport: ${TCP.Transport}\r\n`), "454");
  const neighbour = await server.connect();
  assertEquals((await neighbour.ask("PLAY", "movie.mjpeg", { Session: session! })).status, 200, "any connection of it");
});

Deno.test("RtspResponder answers requests that come at once, in order", async () => {
  await using server = await serve();
  const client = await server.connect();
  const requests = [1, 2, 3].map((cseq) => `OPTIONS * RTSP/1.0\r\nCSeq: ${cseq}\r\n\r\n`).join("");
  const first = await client.exchange(requests);
  const others = [await client.exchange(""), await client.exchange("")];
  assertEquals([first, ...others].map(({ cseq }) => cseq), [1, 2, 3]);
});

Deno.test("a lab client gets the same description in three lines and what follows", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { status, cseq, session, body } = await client.exchange("DESCRIBE movie.mjpeg RTSP/1.0\nCSeq: 1\n\n");
  assertEquals([status, cseq, session], [200, 1, "0"]);
  assertMatch(body, /^v=0\r\n[^]*m=video 0 RTP\/AVP 26/);
});
