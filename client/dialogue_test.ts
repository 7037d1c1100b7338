import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { freeTcpPort } from "../tests/support/ports.ts";
import { Dialogue, type DialogueOptions, RefusedError } from "./dialogue.ts";
import { REPLY_TIMEOUT_MS, SETTLE_MS, UNANSWERED_REPLY_TIMEOUT_MS } from "./limits.ts";

/** A dialogue with a server that the test plays itself. */
async function open(options: Partial<DialogueOptions> = {}) {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const clock = new FakeClock();
  const closed = Promise.withResolvers<string>();
  const [dialogue, conn] = await Promise.all([
    Dialogue.connect({
      hostname: "127.0.0.1",
      port: listener.addr.port,
      file: "movie.Mjpeg",
      dialect: "auto",
      clock,
      onClosed: closed.resolve,
      ...options,
    }),
    listener.accept(),
  ]);
  let isOpen = true;
  return {
    dialogue,
    clock,
    closed: closed.promise,
    /** What the client sends next. */
    async read(): Promise<string> {
      const bytes = new Uint8Array(1024);
      return new TextDecoder().decode(bytes.subarray(0, await conn.read(bytes) ?? 0));
    },
    async reply(text: string): Promise<void> {
      await conn.write(new TextEncoder().encode(text));
    },
    hangUp(): void {
      if (isOpen) conn.close();
      isOpen = false;
    },
    async [Symbol.asyncDispose]() {
      dialogue.close();
      this.hangUp();
      await closed.promise;
    },
  };
}

const TRANSPORT = { clientPort: 5008, flowCount: undefined };

Deno.test("Dialogue speaks dialect A with a server of it: CSeq from 1, the session of the reply", async () => {
  await using server = await open();
  const setup = server.dialogue.request("SETUP", TRANSPORT);
  assertEquals(await server.read(), "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n");
  await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
  await setup;
  assertEquals([server.dialogue.dialect, server.dialogue.serverAddress], ["lab", "127.0.0.1"]);
  const play = server.dialogue.request("PLAY");
  assertEquals(await server.read(), "PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 123456\n");
  await server.reply("RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456");
  await play;
});

Deno.test("Dialogue goes over to dialect B when the server echoes a CSeq that is no number", async () => {
  await using server = await open();
  const setup = server.dialogue.request("SETUP", TRANSPORT);
  await server.read();
  await server.reply("RTSP/1.0 200 OK\nCSeq: CSeq:\nSession: 123456");
  await setup;
  assertEquals(server.dialogue.dialect, "lab-b");
  const play = server.dialogue.request("PLAY");
  assertEquals(await server.read(), "PLAY \n2\n");
  await server.reply("RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456");
  await play;
});

Deno.test("Dialogue speaks the dialect that it is told to", async () => {
  await using server = await open({ dialect: "lab-b" });
  const setup = server.dialogue.request("SETUP", TRANSPORT);
  assertEquals(await server.read(), "SETUP movie.Mjpeg\n1\n RTSP/1.0 RTP/UDP 5008\n");
  await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
  await setup;
});

Deno.test("Dialogue reads a reply in pieces, and passes over a late one", async () => {
  await using server = await open();
  const setup = server.dialogue.request("SETUP", TRANSPORT);
  await server.read();
  for (const piece of ["RTSP/1.0 2", "00 OK\nCSe", "q: 1\nSession: 12", "3456"]) await server.reply(piece);
  await setup;
  const play = server.dialogue.request("PLAY");
  await server.read();
  await server.reply("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");
  await server.reply("RTSP/1.0 455 Method Not Valid in This State\nCSeq: 2\nSession: 123456");
  await assertRejects(() => play, RefusedError, "The server refused PLAY movie.Mjpeg: 455");
});

Deno.test(`Dialogue takes a reply without a Session line for whole after ${SETTLE_MS} ms`, async () => {
  await using server = await open();
  const setup = server.dialogue.request("SETUP", TRANSPORT);
  const refused = assertRejects(() => setup, RefusedError, 'check "movie.Mjpeg"');
  await server.read();
  await server.reply("RTSP/1.0 404 NOT FOUND\nCSeq: 1");
  while (server.clock.pendingTimers < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  server.clock.advance(SETTLE_MS);
  assertInstanceOf(await refused, RefusedError);
  assertEquals((await refused).status, 404);
});

Deno.test("Dialogue gives up on a reply after its time, and waits less long for the next", async () => {
  await using server = await open();
  for (const timeoutMs of [REPLY_TIMEOUT_MS, UNANSWERED_REPLY_TIMEOUT_MS]) {
    const request = server.dialogue.request("SETUP", TRANSPORT);
    const failed = assertRejects(() => request, Error, `did not answer SETUP movie.Mjpeg within ${timeoutMs / 1000} s`);
    await server.read();
    server.clock.advance(timeoutMs);
    await failed;
  }
  assertEquals(server.clock.pendingTimers, 0);
});

Deno.test("Dialogue rejects what is no reply", async () => {
  await using server = await open();
  const setup = server.dialogue.request("SETUP", TRANSPORT);
  const failed = assertRejects(() => setup, SyntaxError, "is no status line");
  await server.read();
  await server.reply("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n");
  await failed;
});

Deno.test("Dialogue ends a request, and says so once, when the server hangs up", async () => {
  await using server = await open();
  const setup = server.dialogue.request("SETUP", TRANSPORT);
  const failed = assertRejects(() => setup, Error, "The dialogue with the server has ended: the server closed");
  await server.read();
  server.hangUp();
  await failed;
  assertEquals(await server.closed, "the server closed the connection");
});

Deno.test("Dialogue.connect() says that nobody listens and how to start a server", async () => {
  const options = { file: "m", dialect: "auto", clock: new FakeClock(), onClosed() {} } as const;
  const port = freeTcpPort();
  await assertRejects(
    () => Dialogue.connect({ hostname: "127.0.0.1", port, ...options }),
    Error,
    `Cannot connect to 127.0.0.1:${port}: nobody listens there; start the server first, for instance: mjpegrtsp serve`,
  );
});

Deno.test("Dialogue.connect() says that a host is unknown", async () => {
  const options = { file: "m", dialect: "auto", clock: new FakeClock(), onClosed() {} } as const;
  await assertRejects(
    () => Dialogue.connect({ hostname: "no-such-host.invalid", port: 1025, ...options }),
    Error,
    'the host name "no-such-host.invalid" is unknown; check its spelling or use an IP address',
  );
});
