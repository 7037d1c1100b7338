import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { encodeLabHeader } from "../mjpeg/containers/streams/lab_header.ts";
import { decodeRtpPacket } from "../rtp/packet.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { makeJpeg } from "../tests/support/jpegs.ts";
import { reservePort } from "../tests/support/ports.ts";
import { TcpClient } from "../tests/support/tcp_client.ts";
import { temporaryDirectory } from "../tests/support/temporary_directory.ts";
import { seededRandom } from "./emulation/random.ts";
import { IDLE_MS, IDLE_WITHOUT_SESSION_MS, MAX_FLOWS, MAX_REFUSALS, REFUSAL_TIMEOUT_MS } from "./limits.ts";
import { RtspServer, type ServerOptions } from "./server.ts";
import { openServed } from "./source/served/open_served.ts";
import { ServedRoot } from "./source/served/served_root.ts";
import type { LiveSource } from "./source/source.ts";
import { soon, until } from "../tests/support/until.ts";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]);

function optionsOf(options: Pick<ServerOptions, "root"> & Partial<ServerOptions>): ServerOptions {
  return {
    hostname: "127.0.0.1",
    port: 0,
    frameRate: 20,
    loop: false,
    fragmentBytes: undefined,
    emulation: undefined,
    clock: new FakeClock(),
    random: seededRandom(1),
    ...options,
  };
}

/** A running server with `movie.Mjpeg` of ten frames. */
async function serve(options: Partial<ServerOptions> = {}) {
  const directory = await temporaryDirectory();
  const movie = concat(Array.from({ length: 10 }, () => [encodeLabHeader(JPEG.length), JPEG]).flat());
  await Deno.writeFile(join(directory.path, "movie.Mjpeg"), movie);
  await Deno.writeTextFile(join(directory.path, "text.txt"), "no movie");
  await using cleanup = new AsyncDisposableStack();
  cleanup.use(directory);
  const server = new RtspServer({ ...optionsOf({ root: await openServed(directory.path) }), ...options });
  const running = server.run();
  const resources = cleanup.move();
  return {
    server,
    connect: () => TcpClient.connect(server.address.port),
    async [Symbol.asyncDispose]() {
      await server.close();
      await running;
      await resources.disposeAsync();
    },
  };
}

function setup(file = "movie.Mjpeg", transport = `client_port= ${reservePort()}`): string {
  return `SETUP ${file} RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; ${transport}\n\n`;
}

function request(method: string, session: string | number, cseq = 2): string {
  return `${method} movie.Mjpeg RTSP/1.0\nCSeq: ${cseq}\nSession: ${session}\n\n`;
}

function statusOf(reply: string): number {
  return Number(reply.split(" ")[1]);
}

function sessionOf(reply: string): string {
  return reply.trim().split("\n")[2].split(" ")[1];
}

Deno.test("RtspServer answers a whole session, CSeq by CSeq, with one six-digit session", async () => {
  await using running = await serve();
  using client = await running.connect();
  const session = sessionOf(await client.ask(setup()));
  assertMatch(session, /^[1-9]\d{5}$/);
  for (const [index, method] of ["PLAY", "PAUSE", "PLAY", "TEARDOWN"].entries()) {
    assertEquals(
      (await client.ask(request(method, session, index + 2))).trim(),
      `RTSP/1.0 200 OK\nCSeq: ${index + 2}\nSession: ${session}`,
    );
  }
});

Deno.test("RtspServer takes a new SETUP after TEARDOWN on the same connection", async () => {
  await using running = await serve();
  using client = await running.connect();
  const first = sessionOf(await client.ask(setup()));
  await client.ask(request("TEARDOWN", first));
  const second = await client.ask(setup());
  assertEquals(statusOf(second), 200);
  assertEquals(sessionOf(second) === first, false);
});

Deno.test("RtspServer answers 455 to a method that the state does not allow, and goes on", async () => {
  await using running = await serve();
  using client = await running.connect();
  assertEquals(statusOf(await client.ask("PLAY movie.Mjpeg RTSP/1.0\nCSeq: 1\n\n")), 455);
  const session = sessionOf(await client.ask(setup()));
  assertEquals(statusOf(await client.ask(request("PAUSE", session))), 455);
  assertEquals(statusOf(await client.ask(setup())), 455);
  assertEquals(statusOf(await client.ask(request("PLAY", session))), 200);
  assertEquals(statusOf(await client.ask(request("PLAY", session))), 455);
  assertEquals(statusOf(await client.ask(request("TEARDOWN", session))), 200);
  assertEquals(statusOf(await client.ask("PLAY \n7\n")), 455);
});

Deno.test("RtspServer answers 454 to a session that the client does not have, another's included", async () => {
  await using running = await serve();
  using one = await running.connect();
  using two = await running.connect();
  const others = sessionOf(await one.ask(setup()));
  assertEquals(statusOf(await two.ask(request("PLAY", others))), 454);
  await two.ask(setup());
  for (const method of ["PLAY", "PAUSE", "TEARDOWN"]) {
    assertEquals(statusOf(await two.ask(request(method, others))), 454);
  }
  assertEquals(statusOf(await one.ask(request("PLAY", others))), 200);
});

Deno.test("RtspServer answers 501 to a method that it does not have, in three lines", async () => {
  await using running = await serve();
  using client = await running.connect();
  assertEquals(
    await client.ask("ANNOUNCE movie.Mjpeg RTSP/1.0\nCSeq: 5\n\n"),
    "RTSP/1.0 501 Not Implemented\nCSeq: 5\nSession: 0",
  );
});

const REFUSED_SETUPS: readonly [title: string, file: string, transport: string | undefined, status: number][] = [
  ["an unknown file", "nothing.Mjpeg", undefined, 404],
  ["a file outside", "../movie.Mjpeg", undefined, 404],
  ["a file that is no movie", "text.txt", undefined, 415],
  ["no port", "movie.Mjpeg", "unicast", 461],
  ["port 0", "movie.Mjpeg", "client_port= 0", 461],
  ["port 65536", "movie.Mjpeg", "client_port= 65536", 461],
  ["no flows", "movie.Mjpeg", "client_port= 5008 flow_num= 0", 461],
  [`${MAX_FLOWS + 1} flows`, "movie.Mjpeg", `client_port= 5008 flow_num= ${MAX_FLOWS + 1}`, 461],
];

for (const [title, file, transport, status] of REFUSED_SETUPS) {
  Deno.test(`RtspServer answers ${status} to a SETUP with ${title}, and takes the next one`, async () => {
    await using running = await serve();
    using client = await running.connect();
    const refused = await client.ask(setup(file, transport));
    assertEquals([statusOf(refused), sessionOf(refused)], [status, "0"]);
    assertEquals(statusOf(await client.ask(setup())), 200);
  });
}

Deno.test("RtspServer: a SETUP that fails leaves its place to others, in every dialect", async () => {
  const broken: LiveSource = {
    ...{ isLive: true, name: "broken", frameRate: undefined, hasEnded: false },
    firstFrame: () => makeJpeg(),
    openCursor() {
      throw new Error("There is no cursor");
    },
  };
  await using server = await serve({ live: [broken], maxSessions: 1, addressShare: 1 });
  using client = await server.connect();
  const rtsp = (transport: string) =>
    `SETUP rtsp://127.0.0.1/broken RTSP/1.0\r\nCSeq: 1\r\nTransport: ${transport}\r\n\r\n`;
  for (const transport of ["RTP/AVP/TCP;interleaved=0-1", "RTP/AVP;unicast;client_port=5000-5001"]) {
    await client.send(rtsp(transport));
    assertMatch(await client.receive(/\r\n\r\n/), /^RTSP\/1\.0 500 /);
  }
  assertEquals(statusOf(await client.ask(setup("broken"))), 500);
  assertEquals(statusOf(await client.ask(setup())), 200);
});

Deno.test(`RtspServer gives up to ${MAX_FLOWS} flows`, async () => {
  await using running = await serve();
  using client = await running.connect();
  assertEquals(statusOf(await client.ask(setup("movie.Mjpeg", `client_port= 5008 flow_num= ${MAX_FLOWS}`))), 200);
});

Deno.test("RtspServer turns away one client too many with 503, and takes another once one has left", async () => {
  await using running = await serve({ maxConnections: 2, addressShare: 1 });
  using one = await running.connect();
  using two = await running.connect();
  for (const client of [one, two]) assertEquals(statusOf(await client.ask(setup())), 200);
  using three = await running.connect();
  assertEquals(statusOf(await three.ask(setup())), 503);
  assertEquals((await three.receiveAll()).trim(), "");
  one[Symbol.dispose]();
  // The server may not have seen yet that the first has gone.
  for (let status = 503; status !== 200;) {
    using next = await running.connect();
    await next.send(setup());
    status = statusOf(await next.receive(/RTSP\/1\.0 \d{3} /));
  }
  assertEquals(statusOf(await two.ask(setup())), 455, "the second is undisturbed");
});

Deno.test("RtspServer turns clients away in the grammar that they ask in, once they ask", async () => {
  await using running = await serve({ maxConnections: 1, addressShare: 1 });
  using viewer = await running.connect();
  await viewer.ask(request("PLAY", sessionOf(await viewer.ask(setup()))));
  using player = await running.connect();
  await player.send("OPTIONS rtsp://127.0.0.1/movie.Mjpeg RTSP/1.0\r\nCSeq: 7\r\n\r\n");
  assertEquals(await player.receiveAll(), "RTSP/1.0 503 Service Unavailable\r\nCSeq: 7\r\n\r\n");
  using lab = await running.connect();
  await lab.send("SETUP movie.Mjpeg\n1\n RTSP/1.0 RTP/UDP 5008");
  assertEquals(await lab.receiveAll(), "RTSP/1.0 503 Service Unavailable\nCSeq: 1\nSession: 0");
});

Deno.test(`RtspServer waits ${REFUSAL_TIMEOUT_MS} ms for the request of a client that it turns away, and for ${MAX_REFUSALS} at once`, async () => {
  const clock = new FakeClock();
  await using running = await serve({ maxConnections: 1, addressShare: 1, clock });
  using viewer = await running.connect();
  await viewer.ask(setup());
  using silent = await running.connect();
  const others = await Promise.all(Array.from({ length: MAX_REFUSALS - 1 }, () => running.connect()));
  await until(() => clock.pendingTimers === MAX_REFUSALS);
  using another = await running.connect();
  assertEquals(await another.receiveAll(), "");
  clock.advance(REFUSAL_TIMEOUT_MS - 1);
  assertEquals(clock.pendingTimers, MAX_REFUSALS);
  clock.advance(1);
  assertEquals(await silent.receiveAll(), "");
  for (const client of others) client[Symbol.dispose]();
});

Deno.test("RtspServer lets a newcomer take the place of who was idle for long, and of nobody who plays", async () => {
  const clock = new FakeClock();
  await using running = await serve({ maxConnections: 4, addressShare: 1, clock });
  using viewer = await running.connect();
  const session = sessionOf(await viewer.ask(setup()));
  assertEquals(statusOf(await viewer.ask(request("PLAY", session))), 200);
  using waiting = await running.connect();
  assertEquals(statusOf(await waiting.ask(setup())), 200);
  using asking = await running.connect();
  assertEquals(statusOf(await asking.ask(request("PLAY", "123456"))), 454);
  using silent = await running.connect();
  const isIn = async () => {
    const newcomer = await running.connect();
    return statusOf(await newcomer.ask(setup())) === 200 ? newcomer : undefined;
  };
  using first = await isIn();
  assertEquals(await silent.receiveAll(), "", "who has asked for nothing gives way at once");
  clock.advance(IDLE_WITHOUT_SESSION_MS - 1);
  assertEquals(await isIn(), undefined);
  clock.advance(1);
  using second = await isIn();
  assertEquals((await asking.receiveAll()).trim(), "", "then who has no session");
  clock.advance(IDLE_MS - IDLE_WITHOUT_SESSION_MS - 1);
  assertEquals(await isIn(), undefined);
  clock.advance(1);
  using third = await isIn();
  assertEquals((await waiting.receiveAll()).trim(), "", "then who has not played yet");
  for (const client of [first, second, third]) {
    assertEquals(statusOf(await client!.ask("PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\n\n")), 200);
  }
  clock.advance(IDLE_MS);
  assertEquals(await isIn(), undefined, "all play");
});

Deno.test("RtspServer does not take a client that waits for its reply for an idle one", async () => {
  const clock = new FakeClock();
  const { resolve } = ServedRoot.prototype;
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  ServedRoot.prototype.resolve = async function (...args) {
    asked.resolve();
    await gate.promise;
    return await resolve.apply(this, args);
  };
  try {
    await using running = await serve({ maxConnections: 1, addressShare: 1, clock });
    using waiting = await running.connect();
    await waiting.send(setup());
    await asked.promise;
    clock.advance(IDLE_WITHOUT_SESSION_MS);
    using newcomer = await running.connect();
    assertEquals(statusOf(await newcomer.ask(setup())), 503);
    gate.resolve();
    assertEquals(statusOf(await waiting.receive(/RTSP\/1\.0 \d{3} /)), 200);
  } finally {
    ServedRoot.prototype.resolve = resolve;
  }
});

Deno.test("RtspServer keeps places for other addresses, however many clients one address has", async () => {
  await using running = await serve({ hostname: "::", maxConnections: 4, addressShare: 0.5 });
  using one = await running.connect();
  using two = await running.connect();
  for (const client of [one, two]) assertEquals(statusOf(await client.ask(setup())), 200);
  using three = await running.connect();
  assertEquals(statusOf(await three.ask(setup())), 503);
  using other = await TcpClient.connect(running.server.address.port, "::1");
  assertEquals(statusOf(await other.ask(setup())), 200);
});

Deno.test("RtspServer sends frames to the client's address and port, each client from its own first frame", async () => {
  const clock = new FakeClock();
  await using running = await serve({ clock });
  const receivers = [0, 1].map(() => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }));
  try {
    for (const receiver of receivers) {
      const client = await running.connect();
      using _ = client;
      const { port } = receiver.addr as Deno.NetAddr;
      const session = sessionOf(await client.ask(setup("movie.Mjpeg", `client_port= ${port}`)));
      await client.ask(request("PLAY", session));
      clock.advance(4);
      const { sequenceNumber, payload } = decodeRtpPacket((await soon(receiver.receive()))[0]);
      assertEquals([sequenceNumber, payload], [1, JPEG]);
    }
  } finally {
    for (const receiver of receivers) receiver.close();
  }
});

Deno.test("RtspServer.close() ends sessions and connections", async () => {
  await using running = await serve();
  using client = await running.connect();
  const session = sessionOf(await client.ask(setup()));
  await client.ask(request("PLAY", session));
  await running.server.close();
  assertEquals((await client.receiveAll()).trim(), "");
});

Deno.test("RtspServer tells that a port is taken", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await assertRejects(() => serve({ port }), Deno.errors.AddrInUse);
});
