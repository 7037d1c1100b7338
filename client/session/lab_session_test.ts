import { assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { createLabResponseReader } from "../../rtsp/readers.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { reservePort } from "../../tests/support/ports.ts";
import { LabSession, type LabSessionOptions, NotALabServerError } from "./lab_session.ts";
import { LAB_SERVER_PATIENCE_MS, REPLY_TIMEOUT_MS, SETTLE_MS, UNANSWERED_REPLY_TIMEOUT_MS } from "../limits.ts";
import { LAB_ADVICE } from "../rtsp/connection_advice.ts";
import { RefusedError } from "../rtsp/refusal.ts";
import { RtspConnection } from "../rtsp/rtsp_connection.ts";
import { soon, until } from "../../tests/support/until.ts";

/** A session at a server that the test plays itself. */
function open(options: Partial<LabSessionOptions> = {}) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const clock = new FakeClock();
  const closed = Promise.withResolvers<string>();
  const rtpPort = reservePort();
  const session = new LabSession({
    hostname: "127.0.0.1",
    port: listener.addr.port,
    rtpPort,
    file: "movie.Mjpeg",
    dialect: "auto",
    flowCount: undefined,
    userAgent: "test",
    clock,
    events: {
      ...{
        onFrame() {},
        onSound() {},
        onWire() {},
        onPacket() {},
        onUnexpectedSource() {},
        onEnd() {},
        onNotice() {},
        onWaiting() {},
        onRenewal() {},
      },
      onClosed: closed.resolve,
    },
    ...options,
  });
  let isOpen = true;
  return {
    session,
    clock,
    rtpPort,
    closed: closed.promise,
    /** The next connection of the client. */
    acceptOther: () => soon(listener.accept()),
    /** What the client sends next. */
    async read(): Promise<string> {
      const bytes = new Uint8Array(1024);
      return new TextDecoder().decode(bytes.subarray(0, await soon((await soon(accepted)).read(bytes)) ?? 0));
    },
    async reply(text: string): Promise<void> {
      await (await accepted).write(new TextEncoder().encode(text));
    },
    async hangUp(): Promise<void> {
      if (isOpen) (await accepted).close();
      isOpen = false;
    },
    async [Symbol.asyncDispose]() {
      session.close();
      await this.hangUp();
      listener.close();
    },
  };
}

Deno.test("LabSession speaks dialect A with a server of it: CSeq from 1, the session of the reply", async () => {
  await using server = open();
  const setup = server.session.setUp();
  assertEquals(
    await server.read(),
    `SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= ${server.rtpPort}\n`,
  );
  await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
  await setup;
  assertEquals(server.session.dialect, "lab");
  const play = server.session.play();
  assertEquals(await server.read(), "PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 123456\n");
  await server.reply("RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456");
  await play;
});

Deno.test("LabSession changes to dialect B when the server echoes a CSeq that is no number", async () => {
  await using server = open();
  const setup = server.session.setUp();
  await server.read();
  await server.reply("RTSP/1.0 200 OK\nCSeq: CSeq:\nSession: 123456");
  await setup;
  assertEquals(server.session.dialect, "lab-b");
  const play = server.session.play();
  assertEquals(await server.read(), "PLAY \n2\n");
  await server.reply("RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456");
  await play;
});

Deno.test("LabSession speaks the dialect that it is told to", async () => {
  await using server = open({ dialect: "lab-b" });
  const setup = server.session.setUp();
  assertEquals(await server.read(), `SETUP movie.Mjpeg\n1\n RTSP/1.0 RTP/UDP ${server.rtpPort}\n`);
  await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
  await setup;
});

Deno.test("LabSession reads a reply in pieces, and ignores a late one", async () => {
  await using server = open();
  const setup = server.session.setUp();
  await server.read();
  for (const piece of ["RTSP/1.0 2", "00 OK\nCSe", "q: 1\nSession: 12", "3456"]) await server.reply(piece);
  await setup;
  const play = server.session.play();
  await server.read();
  await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
  await server.reply("RTSP/1.0 455 Method Not Valid in This State\nCSeq: 2\nSession: 123456");
  await assertRejects(() => play, RefusedError, "The server refused PLAY movie.Mjpeg: 455");
});

Deno.test(`LabSession takes a reply without a Session line for whole after ${SETTLE_MS} ms`, async () => {
  await using server = open();
  const setup = server.session.setUp();
  const refused = assertRejects(() => setup, RefusedError, 'check "movie.Mjpeg"');
  await server.read();
  await server.reply("RTSP/1.0 404 NOT FOUND\nCSeq: 1");
  await until(() => server.clock.pendingTimers === 3);
  server.clock.advance(SETTLE_MS);
  const error = await refused;
  assertInstanceOf(error, RefusedError);
  assertEquals(error.status, 404);
});

Deno.test("LabSession gives up on a reply after its time, and waits less long for the next", async () => {
  await using server = open();
  const setup = server.session.setUp();
  await server.read();
  await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
  await setup;
  for (
    const [request, timeoutMs] of [
      [() => server.session.play(), REPLY_TIMEOUT_MS],
      [() => server.session.tearDown(), UNANSWERED_REPLY_TIMEOUT_MS],
    ] as const
  ) {
    const failed = assertRejects(request, Error, `movie.Mjpeg within ${timeoutMs / 1000} s`);
    await server.read();
    server.clock.advance(timeoutMs);
    await failed;
  }
  assertEquals(server.clock.pendingTimers, 0);
});

Deno.test("LabSession waits for a slow server, and asks on another connection whether it speaks RTSP/1.0", async () => {
  await using server = open();
  const setUp = server.session.setUp();
  await server.read();
  server.clock.advance(LAB_SERVER_PATIENCE_MS);
  using other = await server.acceptOther();
  const bytes = new Uint8Array(1024);
  const text = new TextDecoder().decode(bytes.subarray(0, await soon(other.read(bytes)) ?? 0));
  assertMatch(
    text,
    /^OPTIONS rtsp:\/\/127\.0\.0\.1:\d+\/movie\.Mjpeg RTSP\/1\.0\r\nCSeq: 1\r\nUser-Agent: test\r\n\r\n$/,
  );
  // A lab server that answers everything has not said that it speaks RTSP/1.0.
  await other.write(new TextEncoder().encode("RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 123456\r\n\r\n"));
  server.clock.advance(5000);
  await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
  await setUp;
  assertEquals([server.session.dialect, await soon(other.read(bytes))], ["lab", null]);
});

Deno.test("LabSession sends nothing but SETUP to a server that answers within its patience", async () => {
  await using server = open();
  const setUp = server.session.setUp();
  await server.read();
  server.clock.advance(LAB_SERVER_PATIENCE_MS - 1);
  await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
  await setUp;
  server.clock.advance(60_000);
  const tearDown = server.session.tearDown();
  assertMatch(await server.read(), /^TEARDOWN movie/);
  await server.hangUp();
  await tearDown;
});

Deno.test("LabSession finds that a server which waits for a blank line speaks RTSP/1.0", async () => {
  await using server = open();
  const failed = assertRejects(() => server.session.setUp(), NotALabServerError);
  await server.read();
  server.clock.advance(LAB_SERVER_PATIENCE_MS);
  using other = await server.acceptOther();
  await other.write(new TextEncoder().encode("RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: SETUP, PLAY\r\n\r\n"));
  await failed;
});

Deno.test("LabSession takes a server that closes the connection behind TEARDOWN for one that has done its work", async () => {
  for (const answer of ["RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456", ""]) {
    await using server = open();
    const setUp = server.session.setUp();
    await server.read();
    await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
    await setUp;
    const tearDown = server.session.tearDown();
    await server.read();
    await server.reply(answer);
    await server.hangUp();
    await tearDown;
    const isTold = await Promise.race([server.closed, new Promise((resolve) => setTimeout(resolve, 0))]);
    assertEquals(isTold, undefined);
  }
});

Deno.test("LabSession says that it met an RTSP/1.0 server", async () => {
  await using server = open();
  const setup = server.session.setUp();
  const failed = assertRejects(() => setup, NotALabServerError);
  await server.read();
  await server.reply("RTSP/1.0 400 Bad Request\r\nCSeq: 1\r\nServer: GStreamer RTSP server\r\n\r\n");
  await failed;
});

Deno.test("LabSession rejects what is no reply", async () => {
  await using server = open();
  const setup = server.session.setUp();
  const failed = assertRejects(() => setup, SyntaxError, "is not a status line");
  await server.read();
  await server.reply("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n");
  await failed;
});

Deno.test("LabSession ends a request, and says so once, when the server hangs up", async () => {
  await using server = open();
  const setup = server.session.setUp();
  const failed = assertRejects(
    () => setup,
    Error,
    "The server is gone: the server closed the connection, and SETUP movie.Mjpeg is not answered",
  );
  await server.read();
  await server.hangUp();
  await failed;
  assertMatch(await server.closed, /^the server closed the connection, and SETUP .* its program may have failed/);
});

Deno.test("RtspConnection.connect() says that nobody listens and how to start a server", async () => {
  const { signal } = new AbortController();
  const options = {
    reader: createLabResponseReader(),
    advice: LAB_ADVICE,
    clock: new FakeClock(),
    signal,
    onClosed() {},
  };
  const port = reservePort();
  await assertRejects(
    () => RtspConnection.connect({ hostname: "127.0.0.1", port, ...options }),
    Error,
    `Cannot connect to 127.0.0.1:${port}: nobody listens there; start the server first, for instance: mjpegrtsp serve`,
  );
});

Deno.test("RtspConnection.connect() says that a host is unknown", async () => {
  const { signal } = new AbortController();
  const options = {
    reader: createLabResponseReader(),
    advice: LAB_ADVICE,
    clock: new FakeClock(),
    signal,
    onClosed() {},
  };
  await assertRejects(
    () => RtspConnection.connect({ hostname: "no-such-host.invalid", port: 1025, ...options }),
    Error,
    'the host name "no-such-host.invalid" is unknown; check its spelling or use an IP address',
  );
});
