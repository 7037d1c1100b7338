import { assert, assertEquals, assertMatch } from "@std/assert";
import { MAX_LINE_BYTES } from "../../rtsp/limits.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { join } from "@std/path";
import { setImmediate } from "node:timers";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { TcpClient } from "../../tests/support/tcp_client.ts";
import { Connection } from "./connection.ts";
import {
  HALF_CLOSED_MS,
  MAX_MALFORMED_REQUESTS,
  MAX_READ_AHEAD_BYTES,
  MAX_RUBBISH_BYTES,
  MAX_UNANSWERED_REQUESTS,
  READ_SHARE_BYTES,
  READ_SHARE_PER_OUTPUT_BYTES,
  REQUEST_TIMEOUT_MS,
  SETTLE_MS,
  UNREAD_TIMEOUT_MS,
  WRITE_TIMEOUT_MS,
} from "../limits.ts";
import { onePiece } from "./write_queue.ts";
import { until } from "../../tests/support/until.ts";

/** A connection over a real socket, whose requests are answered 200, or as `respond` says. */
async function connect(
  respond: (request: RtspRequest) => Promise<RtspReply> = ({ cseq }) =>
    Promise.resolve({ status: 200, cseq, session: "123456" }),
  onPacket?: (channel: number) => boolean,
) {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, conn] = await Promise.all([TcpClient.connect(listener.addr.port), listener.accept()]);
  const clock = new FakeClock();
  const requests: RtspRequest[] = [];
  const connection = new Connection({
    conn,
    peer: "test",
    localAddress: conn.localAddr as Deno.NetAddr,
    clock,
    respond(request) {
      requests.push(request);
      return respond(request);
    },
    onPacket,
  });
  const ended = connection.run();
  return {
    client,
    connection,
    clock,
    requests,
    ended,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      connection.close();
      await ended;
    },
  };
}

/** Waits until the connection has a timer, which it sets once it has read half a request. */
async function untilPending(clock: FakeClock, count: number): Promise<void> {
  await until(() => clock.pendingTimers >= count);
}

const PLAY = "PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 123456";

Deno.test("Connection answers requests in order, the second while the first is carried out", async () => {
  const first = Promise.withResolvers<void>();
  await using opened = await connect(async ({ cseq }) => {
    if (cseq === 2) await first.promise;
    return { status: 200, cseq, session: "123456" };
  });
  await opened.client.send(PLAY + "\n\n" + PLAY.replace("CSeq: 2", "CSeq: 3"));
  first.resolve();
  assertEquals(
    await opened.client.receive(/CSeq: 3\nSession: 123456/),
    "RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456\n\nRTSP/1.0 200 OK\nCSeq: 3\nSession: 123456",
  );
  assertEquals(opened.requests.map(({ cseq }) => cseq), [2, 3]);
});

for (
  const [title, lineEnd, last, answered] of [
    ["LF and no end", "\n", "", ""],
    ["LF", "\n", "\n", "\n"],
    ["LF and a blank line", "\n", "\n\n", "\n\n"],
    ["CR LF and no end, from a program that reads by lines", "\r\n", "", "\r\n"],
    ["CR LF", "\r\n", "\r\n", "\r\n"],
    ["CR LF and a blank line", "\r\n", "\r\n\r\n", "\r\n\r\n"],
  ] as const
) {
  Deno.test(`Connection answers in the client's line style: ${title}`, async () => {
    await using opened = await connect();
    await opened.client.send(PLAY.replaceAll("\n", lineEnd) + last);
    await opened.client.receive(/Session: 123456/);
    opened.connection.close();
    assertEquals(await opened.client.receiveAll(), answered);
  });
}

for (const method of ["OPTIONS", "SET_PARAMETER"]) {
  Deno.test(`Connection answers 400 to ${method} with a Content-Length below 0, and goes on`, async () => {
    await using opened = await connect();
    const request = (cseq: number, fields: string) => `${method} rtsp://a/b RTSP/1.0\r\nCSeq: ${cseq}\r\n${fields}\r\n`;
    await opened.client.send(request(1, "Content-Length: -3\r\n") + request(2, ""));
    assertEquals(
      await opened.client.receive(/CSeq: 2\r\n/),
      "RTSP/1.0 400 Bad Request\r\nCSeq: 1\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: 2\r\n",
    );
    assertEquals(opened.requests.map(({ cseq }) => cseq), [2]);
  });
}

for (const lengths of [["abc"], ["3", "17"]]) {
  Deno.test(`Connection answers 400 to Content-Length ${lengths.join(" and ")}, and ends: what follows may be a body`, async () => {
    await using opened = await connect();
    const fields = lengths.map((length) => `Content-Length: ${length}\r\n`).join("");
    await opened.client.send(
      `OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\nSET_PARAMETER rtsp://a/b RTSP/1.0\r\nCSeq: 2\r\n${fields}\r\n` +
        "TEARDOWN rtsp://a/b RTSP/1.0\r\nCSeq: 3\r\n\r\n",
    );
    assertEquals(
      (await opened.client.receiveAll()).replace("Session: 123456\r\n", ""),
      "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nRTSP/1.0 400 Bad Request\r\nCSeq: 2\r\n\r\n",
    );
    assertMatch(
      await opened.ended,
      /^Cannot tell where the body ends by its Content-Length: .*: closed by the server$/,
    );
    assertEquals(opened.requests.map(({ cseq }) => cseq), [1]);
  });
}

Deno.test("Connection answers a lab request that comes twice in one read once, and one that comes again later again", async () => {
  await using opened = await connect();
  const setup = "SETUP movie.Mjpeg\n 1 \n RTSP/1.0 RTP/UDP 5008 ";
  await opened.client.send(setup + setup);
  await opened.client.receive(/CSeq: 1\nSession: 123456/);
  await opened.client.send(setup);
  await opened.client.receive(/CSeq: 1\nSession: 123456/);
  await opened.client.send("PLAY \n 2 ");
  assertEquals(
    await opened.client.receive(/CSeq: 2\nSession: 123456/),
    "RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456",
  );
  assertEquals(opened.requests.map(({ method, transport }) => [method, transport?.clientPort]), [
    ["SETUP", 5008],
    ["SETUP", 5008],
    ["PLAY", undefined],
  ]);
});

Deno.test("Connection answers equal RTSP/1.0 requests one by one", async () => {
  await using opened = await connect();
  const options = "OPTIONS rtsp://127.0.0.1/a RTSP/1.0\r\nCSeq: 9\r\n\r\n";
  await opened.client.send(options + options + options);
  for (let count = 0; count < 3; count++) await opened.client.receive(/\r\n\r\n/);
  assertEquals(opened.requests.length, 3);
});

Deno.test("Connection answers a URL with the lab's transport at once, and what follows it, without a blank line", async () => {
  for (const end of ["", "\r\n", "\r\n\r\n"]) {
    await using opened = await connect();
    const url = "rtsp://127.0.0.1/movie.Mjpeg RTSP/1.0\r\n";
    await opened.client.send(`SETUP ${url}CSeq: 1\r\nTransport: RTP/UDP; client_port= 5008${end}`);
    await opened.client.receive(/^RTSP\/1\.0 200 OK\r\nCSeq: 1\r\nSession: 123456\r\n/);
    await opened.client.send(`PLAY ${url}CSeq: 2\r\nSession: 123456${end}`);
    await opened.client.receive(/RTSP\/1\.0 200 OK\r\nCSeq: 2\r\nSession: 123456\r\n/);
    assertEquals(opened.requests.map(({ dialect, cseq }) => [dialect, cseq]), [["lab", 1], ["lab", 2]]);
    assertEquals(opened.clock.pendingTimers, 0);
  }
});

for (
  const [title, lineEnd, last] of [["LF", "\n", "\n"], ["LF and no end", "\n", ""], ["CR LF", "\r\n", "\r\n"]] as const
) {
  Deno.test(`Connection answers URLs without a blank line at once, behind a plain SETUP of the lab: ${title}`, async () => {
    await using opened = await connect();
    const end = last === "" ? "" : lineEnd;
    await opened.client.send(`SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n`);
    await opened.client.receive(/CSeq: 1\nSession: 123456\n/);
    for (const [index, method] of ["PLAY", "PAUSE", "PLAY", "TEARDOWN"].entries()) {
      const cseq = index + 2;
      const lines = [`${method} rtsp://127.0.0.1/movie.Mjpeg RTSP/1.0`, `CSeq: ${cseq}`, "Session: 123456"];
      await opened.client.send(lines.join(lineEnd) + last);
      // Nobody moves the clock: what is not answered at once is never answered. Who reads by lines needs the end of the last one.
      const reply = await opened.client.receive(new RegExp(`Session: 123456${end}`));
      assertEquals(reply, ["RTSP/1.0 200 OK", `CSeq: ${cseq}`, `Session: 123456${end}`].join(lineEnd));
    }
    assertEquals(opened.requests.map(({ dialect }) => dialect), ["lab", "lab", "lab", "lab", "lab"]);
    assertEquals(opened.clock.pendingTimers, 0);
  });
}

Deno.test("Connection answers RTSP/1.0 behind a plain SETUP of the lab as such, once its blank line has come", async () => {
  await using opened = await connect();
  await opened.client.send(`SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n`);
  await opened.client.receive(/CSeq: 1\nSession: 123456\n/);
  await opened.client.send("DESCRIBE rtsp://127.0.0.1/movie.Mjpeg RTSP/1.0\r\nCSeq: 2\r\n");
  await untilPending(opened.clock, 1);
  assertEquals(opened.requests.length, 1);
  await opened.client.send("\r\n");
  await opened.client.receive(/CSeq: 2\r\n/);
  await opened.client.send("PLAY rtsp://127.0.0.1/movie.Mjpeg RTSP/1.0\r\nCSeq: 3\r\nSession: 12345678\r\n\r\n");
  await opened.client.receive(/CSeq: 3\r\n/);
  assertEquals(opened.requests.map(({ dialect }) => dialect), ["lab", "rtsp", "rtsp"]);
});

Deno.test("Connection leaves a URL with a transport of RTSP/1.0 to its blank line, however it is cut", async () => {
  await using opened = await connect();
  const setup =
    "SETUP rtsp://127.0.0.1/a RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/UDP;unicast;client_port=5008-5009\r\n";
  await opened.client.send(setup.slice(0, -6));
  await untilPending(opened.clock, 1);
  await opened.client.send(setup.slice(-6));
  opened.clock.advance(REQUEST_TIMEOUT_MS - 1);
  assertEquals(opened.requests, []);
  await opened.client.send("Session: 123456\r\n\r\n");
  await opened.client.receive(/\r\n\r\n/);
  assertEquals(opened.requests.map(({ dialect, session }) => [dialect, session]), [["rtsp", "123456"]]);
});

Deno.test("Connection answers RTSP/1.0 with a blank line at the end", async () => {
  await using opened = await connect(({ cseq }) => Promise.resolve({ status: 501, cseq, session: undefined }));
  await opened.client.send("OPTIONS rtsp://127.0.0.1/a RTSP/1.0\r\nCSeq: 9\r\n\r\n");
  assertMatch(await opened.client.receive(/\r\n\r\n/), /^RTSP\/1\.0 501 Not Implemented\r\nCSeq: 9\r\n/);
});

Deno.test(`Connection takes lines without a clear end as a request after ${SETTLE_MS} ms`, async () => {
  await using opened = await connect();
  await opened.client.send("DESCRIBE movie.Mjpeg RTSP/1.0\nCSeq: 1\n");
  await untilPending(opened.clock, 2);
  opened.clock.advance(SETTLE_MS - 1);
  assertEquals(opened.requests.length, 0);
  opened.clock.advance(1);
  await opened.client.receive(/CSeq: 1\n/);
  assertEquals(opened.clock.pendingTimers, 0);
});

Deno.test(`Connection closes after half a request and ${REQUEST_TIMEOUT_MS} ms, and not before`, async () => {
  await using opened = await connect();
  await opened.client.send("SETUP movie");
  await untilPending(opened.clock, 1);
  opened.clock.advance(REQUEST_TIMEOUT_MS - 1);
  await opened.client.send(".Mjpeg");
  opened.clock.advance(1);
  assertMatch(await opened.client.receiveAll(), /^RTSP\/1\.0 400 Bad Request\nCSeq: 0\nSession: 0/);
  assertEquals(opened.requests, []);
  assertEquals(await opened.ended, "closed by the server");
});

Deno.test(`Connection takes a line of ${MAX_LINE_BYTES} bytes, and ends at one more`, async () => {
  await using opened = await connect();
  await opened.client.send(`SETUP ${"x".repeat(MAX_LINE_BYTES - "SETUP  RTSP/1.0".length)} RTSP/1.0\nCSeq: 1\n\n`);
  await opened.client.receive(/RTSP\/1\.0 200 OK\nCSeq: 1\n/);
  await opened.client.send("x".repeat(MAX_LINE_BYTES + 1));
  assertMatch(await opened.client.receiveAll(), /RTSP\/1\.0 400 Bad Request/);
  assertEquals(await opened.ended, `A line exceeds ${MAX_LINE_BYTES} bytes: closed by the server`);
});

Deno.test(`Connection tolerates malformed requests, but not ${MAX_MALFORMED_REQUESTS} in a row`, async () => {
  await using opened = await connect();
  for (let count = 1; count < MAX_MALFORMED_REQUESTS; count++) {
    await opened.client.send("<html>\n\n");
    await opened.client.receive(/400 Bad Request\nCSeq: 0\nSession: 0/);
  }
  assertMatch(await opened.client.ask(PLAY + "\n\n"), /200 OK/);
  for (let count = 1; count <= MAX_MALFORMED_REQUESTS; count++) {
    await opened.client.send("<html>\n\n");
    await opened.client.receive(/400 Bad Request/);
  }
  await opened.client.receiveAll();
  assertEquals(await opened.ended, "closed by the server");
});

Deno.test("Connection.refuse() answers the first request, and nothing else", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, conn] = await Promise.all([TcpClient.connect(listener.addr.port), listener.accept()]);
  const respond = () => Promise.reject(new Error("nothing is to be carried out"));
  const localAddress = conn.localAddr as Deno.NetAddr;
  const refused = new Connection({ conn, peer: "test", localAddress, clock: new FakeClock(), respond }).refuse(503);
  await client.send(`${PLAY}\n\n${PLAY}\n\n`);
  assertEquals((await client.receiveAll()).trim(), "RTSP/1.0 503 Service Unavailable\nCSeq: 2\nSession: 0");
  client[Symbol.dispose]();
  await refused;
});

Deno.test(`Connection reads no more once more than ${MAX_UNANSWERED_REQUESTS} requests wait for their replies`, async () => {
  const gate = Promise.withResolvers<void>();
  // A packet behind each request tells that the request has been read.
  let read = 0;
  await using opened = await connect(async ({ cseq }) => {
    await gate.promise;
    return { status: 200, cseq, session: "123456" };
  }, () => ++read > 0);
  const texts = Array.from({ length: 1000 }, (_, cseq) => `${PLAY.replace("CSeq: 2", `CSeq: ${cseq}`)}\n\n$\0\0\x01x`);
  await opened.client.send(texts.join(""));
  await until(() => read > MAX_UNANSWERED_REQUESTS);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  // What came in the same read is there; nothing behind it.
  assert(read < MAX_UNANSWERED_REQUESTS + 100, `${read} requests were read`);
  // Half of a request may have been read. What we do not read is not the client's fault.
  assert(2 * REQUEST_TIMEOUT_MS < UNREAD_TIMEOUT_MS);
  opened.clock.advance(2 * REQUEST_TIMEOUT_MS);
  gate.resolve();
  await opened.client.receive(/CSeq: 999\n/);
  assertEquals([opened.requests.length, read], [1000, 1000]);
});

Deno.test("Connection answers a client that has closed its own side behind the request", async () => {
  const gate = Promise.withResolvers<void>();
  await using opened = await connect(async ({ cseq }) => {
    await gate.promise;
    return { status: opened.connection.signal.aborted ? 503 : 200, cseq, session: undefined };
  });
  await opened.client.send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  await opened.client.closeWrite();
  await untilPending(opened.clock, 1);
  gate.resolve();
  assertMatch(await opened.client.receiveAll(), /^RTSP\/1\.0 200 OK/);
  assertEquals([await opened.ended, opened.clock.pendingTimers], ["the client closed the connection", 0]);
});

Deno.test("Connection notices that a client has left whose many requests wait, and carries out what is behind them", async () => {
  const gate = Promise.withResolvers<void>();
  await using opened = await connect(async ({ cseq }) => {
    await gate.promise;
    return { status: 200, cseq, session: "123456" };
  });
  const { client, connection } = opened;
  const requests = Array.from(
    { length: 3 * MAX_UNANSWERED_REQUESTS },
    (_, cseq) => `OPTIONS * RTSP/1.0\r\nCSeq: ${cseq}\r\n\r\n`,
  );
  await client.send(requests.slice(0, 2 * MAX_UNANSWERED_REQUESTS).join(""));
  await until(() => opened.requests.length === 1);
  await client.send(requests.slice(2 * MAX_UNANSWERED_REQUESTS).join(""));
  assertEquals(connection.signal.aborted, false);
  client[Symbol.dispose]();
  await untilPending(opened.clock, 1);
  opened.clock.advance(HALF_CLOSED_MS - 1);
  assertEquals(connection.signal.aborted, false);
  opened.clock.advance(1);
  assertEquals([connection.signal.aborted, opened.requests.length, opened.clock.pendingTimers], [true, 1, 0]);
  gate.resolve();
  assertMatch(await opened.ended, /^the client closed the connection$/);
});

Deno.test(`Connection ends where nothing of much that was sent is read for ${UNREAD_TIMEOUT_MS} ms, and not before`, async () => {
  const gate = Promise.withResolvers<RtspReply>();
  await using opened = await connect(() => gate.promise);
  const { client, connection, clock } = opened;
  const request = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";
  client.send(request.repeat(MAX_READ_AHEAD_BYTES)).catch(() => {/* it is closed at the other end */});
  await untilPending(clock, 1);
  clock.advance(UNREAD_TIMEOUT_MS - 1);
  assertEquals(connection.signal.aborted, false);
  clock.advance(1);
  assertEquals(connection.signal.aborted, true);
  gate.resolve({ status: 200, cseq: 1, session: undefined });
  assertEquals([await opened.ended, clock.pendingTimers], ["closed by the server", 0]);
});

Deno.test(`Connection ends when the client reads nothing for ${WRITE_TIMEOUT_MS / 1000} s, and not before`, async () => {
  await using opened = await connect();
  // As much as fills the buffers of both ends, and more.
  for (let count = 0; count < 400; count++) opened.connection.packets.writePackets(onePiece(new Uint8Array(65_536)));
  await untilPending(opened.clock, 1);
  opened.clock.advance(WRITE_TIMEOUT_MS - 1);
  assertEquals(opened.connection.packets.isReady, false);
  opened.clock.advance(1);
  assertEquals(await opened.ended, "closed by the server");
});

Deno.test("Connection answers 500 where the server fails, and goes on", async () => {
  let count = 0;
  await using opened = await connect(({ cseq }) =>
    count++ === 0
      ? Promise.reject(new Error("disk on fire"))
      : Promise.resolve({ status: 200, cseq, session: "123456" })
  );
  assertMatch(await opened.client.ask(PLAY + "\n\n"), /^RTSP\/1\.0 500 Internal Server Error\nCSeq: 2\n/);
  assertMatch(await opened.client.ask(PLAY + "\n\n"), /200 OK/);
});

Deno.test("Connection ends when the client closes, in the middle of a request or before any", async () => {
  for (const text of ["", "SETUP movie", PLAY]) {
    await using opened = await connect();
    await opened.client.send(text);
    opened.client[Symbol.dispose]();
    assert(await opened.ended);
    assertEquals(opened.clock.pendingTimers, 0);
  }
});

Deno.test("Connection closes when the client asks and never reads the replies", async () => {
  await using opened = await connect(({ cseq }) =>
    Promise.resolve({ status: 200, cseq, session: "123456", body: "x".repeat(60_000) })
  );
  const asking = opened.client.send(
    Array.from({ length: 2000 }, (_, cseq) => `DESCRIBE rtsp://a/b RTSP/1.0\r\nCSeq: ${cseq}\r\n\r\n`).join(""),
  ).catch((error) => error);
  let answered = -1;
  // Until the buffers of both ends are full, and nothing is answered any more.
  for (let quiet = 0; quiet < 50; quiet++) {
    if (opened.requests.length > answered) quiet = 0;
    answered = opened.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert(answered < 2000);
  opened.clock.advance(WRITE_TIMEOUT_MS);
  assertEquals(await opened.ended, "closed by the server");
  await asking;
});

Deno.test("Connection answers a malformed RTSP/1.0 request as such, with its CSeq", async () => {
  await using opened = await connect();
  await opened.client.send("PLAY rtsp://127.0.0.1/a RTSP/x\r\nCSeq: 77\r\n\r\n");
  assertMatch(await opened.client.receive(/\r\n\r\n/), /^RTSP\/1\.0 400 Bad Request\r\nCSeq: 77\r\n/);
});

const LONG_LINE = `X: ${"x".repeat(MAX_LINE_BYTES)}`;

const OVERSIZED: readonly [title: string, start: string, answer: RegExp][] = [
  ["RTSP/1.0", "OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n", /^RTSP\/1\.0 400 Bad Request\r\nCSeq: 9\r\n\r\n$/],
  ["RTSP/1.0 from its first line on", "DESCRIBE rtsp://a/", /^RTSP\/1\.0 400 Bad Request\r\n\r\n$/],
  ["the lab", "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\n", /^RTSP\/1\.0 400 Bad Request\nCSeq: 0\nSession: 0$/],
  ["HTTP", "GET / HTTP/1.1\r\n", /^HTTP\/1\.1 501 Not Implemented\r\n/],
];

for (const [title, start, answer] of OVERSIZED) {
  Deno.test(`Connection refuses a first request that is too long as it was asked: ${title}`, async () => {
    await using opened = await connect();
    await opened.client.send(start + LONG_LINE);
    assertMatch(await opened.client.receiveAll(), answer);
  });
}

Deno.test("Connection refuses half a first request as it was asked", async () => {
  await using opened = await connect();
  await opened.client.send("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\nUser-Agent: half");
  await untilPending(opened.clock, 1);
  opened.clock.advance(REQUEST_TIMEOUT_MS);
  assertEquals(await opened.client.receiveAll(), "RTSP/1.0 400 Bad Request\r\nCSeq: 9\r\n\r\n");
});

Deno.test(`Connection reads ${MAX_RUBBISH_BYTES} bytes of no use, and closes at more`, async () => {
  await using opened = await connect(undefined, () => false);
  const rubbish = new Uint8Array(MAX_RUBBISH_BYTES / 2).fill(0x20);
  await opened.client.send(rubbish);
  for (let at = 0; at < rubbish.length; at += 8) rubbish.set([0x24, 1, 0, 4, 0, 0, 0, 0], at);
  await opened.client.send(rubbish);
  assertMatch(await opened.client.ask(PLAY), /200 OK/);
  // The request has made up for a little.
  await opened.client.send("\n".repeat(3 * PLAY.length));
  await opened.client.receiveAll();
  assertEquals(await opened.ended, "closed by the server");
});

Deno.test("Connection reads its share, and goes on when all others had their turns", async () => {
  let packets = 0;
  await using opened = await connect(undefined, () => ++packets > 0);
  const total = 100_000;
  const seen: number[] = [];
  const countTurns = () => {
    seen.push(packets);
    if (packets < total) setImmediate(countTurns);
  };
  setImmediate(countTurns);
  await opened.client.send(new Uint8Array(4 * total).fill(0).map((_, at) => at % 4 === 0 ? 0x24 : 0));
  await until(() => packets === total);
  const most = Math.max(...seen.slice(1).map((count, index) => count - seen[index]));
  // The last of the reads of a turn may go beyond its share.
  assert(most <= READ_SHARE_BYTES / READ_SHARE_PER_OUTPUT_BYTES + 1024, `${most} packets in a turn`);
});

Deno.test("Connection times half a request from its own start", async () => {
  await using opened = await connect();
  await opened.client.send(PLAY + "\n\nPLAY movie");
  await opened.client.receive(/Session: 123456/);
  opened.clock.advance(REQUEST_TIMEOUT_MS - 1);
  await opened.client.send(".Mjpeg RTSP/1.0\nCSeq: 3\nSession: 123456\n\nPLAY movie");
  await opened.client.receive(/CSeq: 3\n/);
  opened.clock.advance(REQUEST_TIMEOUT_MS - 1);
  await opened.client.send(".Mjpeg RTSP/1.0\nCSeq: 4\nSession: 123456\n\n");
  await opened.client.receive(/CSeq: 4\n/);
});

for (const request of ["GET / HTTP/1.1\r\nHost: camera\r\n\r\n", "POST /movie HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\n"]) {
  Deno.test(`Connection answers an HTTP request, and closes: ${JSON.stringify(request)}`, async () => {
    await using opened = await connect();
    await opened.client.send(request);
    // What has no blank line may go on.
    if (!request.includes("\r\n\r\n")) {
      await untilPending(opened.clock, 2);
      opened.clock.advance(SETTLE_MS);
    }
    const text = await opened.client.receiveAll();
    const [head, body] = text.split("\r\n\r\n");
    assertMatch(head, /^HTTP\/1\.1 501 Not Implemented\r\n[^]*\r\nConnection: close$/);
    assertEquals(/Content-Length: (\d+)/.exec(head)?.[1], String(body.length));
    assertMatch(body, /^This is an RTSP server\. .* rtsp:\/\/127\.0\.0\.1:\d+\/FILE\n$/);
    assertEquals(opened.requests, []);
  });
}

Deno.test("Connection says that the client has closed it, whether a read or a write finds out", async () => {
  const answer = Promise.withResolvers<void>();
  await using opened = await connect(async ({ cseq }) => {
    await answer.promise;
    return { status: 200, cseq, session: "123456" };
  });
  await opened.client.send(PLAY + "\n\n");
  await until(() => opened.requests.length > 0);
  opened.client[Symbol.dispose]();
  answer.resolve();
  assertEquals(await opened.ended, "the client closed the connection");
});

for (const outcome of ["succeeds", "fails"]) {
  Deno.test(`Connection.close() leaves no timer and no error behind if the request under way ${outcome} later`, async () => {
    const started = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const opened = await connect(async ({ cseq }) => {
      started.resolve();
      await release.promise;
      if (outcome === "fails") throw new Error("disk on fire");
      return { status: 200, cseq, session: undefined };
    });
    await opened.client.send(PLAY + "\n\n" + PLAY + "\n\nPLAY half");
    await started.promise;
    assertEquals(opened.connection.signal.aborted, false);
    opened.connection.close();
    assertEquals([opened.connection.signal.aborted, opened.clock.pendingTimers], [true, 0]);
    release.resolve();
    assertEquals(await opened.ended, "closed by the server");
    assertEquals([opened.clock.pendingTimers, opened.requests.length], [0, 1]);
    opened.client[Symbol.dispose]();
  });
}

Deno.test("Connection.close() leaves no timer and no error behind if the client reads nothing", async () => {
  const opened = await connect();
  let closed = 0;
  for (let count = 0; count < 400; count++) {
    opened.connection.packets.writePackets({ ...onePiece(new Uint8Array(65_536)), close: () => closed++ });
  }
  await opened.client.send(PLAY + "\n\n");
  await until(() => opened.requests.length === 1);
  assertEquals(opened.clock.pendingTimers, 1);
  opened.connection.close();
  assertEquals([await opened.ended, opened.clock.pendingTimers], ["closed by the server", 0]);
  await until(() => closed === 400);
  opened.client[Symbol.dispose]();
});

Deno.test("Connection takes any connection, such as one over a Unix socket", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "socket");
  using listener = Deno.listen({ transport: "unix", path });
  using client = await Deno.connect({ transport: "unix", path });
  const connection = new Connection({
    conn: await listener.accept(),
    peer: "test",
    localAddress: { hostname: "127.0.0.1", port: 1025 },
    clock: new FakeClock(),
    respond: ({ cseq }) => Promise.resolve({ status: 200, cseq, session: undefined }),
  });
  const ended = connection.run();
  await client.write(new TextEncoder().encode("OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n"));
  const bytes = new Uint8Array(100);
  const count = await client.read(bytes) ?? 0;
  assertEquals(new TextDecoder().decode(bytes.subarray(0, count)), "RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\n");
  connection.close();
  await ended;
});
