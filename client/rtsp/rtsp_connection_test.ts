import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createRtspReader } from "../../rtsp/readers.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { openSilentPort } from "../../tests/support/silent_port.ts";
import { CONNECT_TIMEOUT_MS } from "../limits.ts";
import { RTSP_ADVICE } from "./connection_advice.ts";
import { RtspConnection } from "./rtsp_connection.ts";

function connect(port: number, { clock, signal }: { clock: FakeClock; signal: AbortSignal }) {
  return RtspConnection.connect({
    hostname: "127.0.0.1",
    port,
    reader: createRtspReader(),
    advice: RTSP_ADVICE,
    clock,
    signal,
    onClosed() {},
  });
}

Deno.test({
  name: `RtspConnection.connect() gives up after ${CONNECT_TIMEOUT_MS} ms, or at once when it is told to`,
  // Other systems answer a connection too many.
  ignore: Deno.build.os !== "linux",
  async fn() {
    using silent = await openSilentPort();
    const clock = new FakeClock();
    const late = connect(silent.port, { clock, signal: new AbortController().signal });
    clock.advance(CONNECT_TIMEOUT_MS);
    const { message } = await assertRejects(() => late, Error);
    assertMatch(message, /^Cannot connect to 127\.0\.0\.1:\d+: no answer within 10 s; check the address/);
    assertEquals(clock.pendingTimers, 0);

    const user = new AbortController();
    const interrupted = connect(silent.port, { clock, signal: user.signal });
    user.abort();
    await assertRejects(() => interrupted, Error, "given up");
    await assertRejects(() => connect(silent.port, { clock, signal: user.signal }), Error, "given up");
  },
});

Deno.test("RtspConnection gives a server up that asks without end and reads no answer", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = Promise.withResolvers<string>();
  const answer = new Uint8Array(16_384);
  const connection: RtspConnection = await RtspConnection.connect({
    hostname: "127.0.0.1",
    port: listener.addr.port,
    reader: createRtspReader(),
    advice: RTSP_ADVICE,
    clock: new FakeClock(),
    signal: new AbortController().signal,
    onRequest: () => {
      connection.write(answer).catch(() => {/* the connection's end is what is awaited */});
    },
    onClosed: closed.resolve,
  });
  const server = await listener.accept();
  const questions = new TextEncoder().encode("OPTIONS rtsp://a RTSP/1.0\r\nCSeq: 1\r\n\r\n".repeat(100));
  let isOver = false;
  const asking = (async () => {
    for (let count = 0; !isOver; count %= questions.length) count += await server.write(questions.subarray(count));
  })().catch(() => {/* the client has hung up */});
  assertEquals(await closed.promise, "it does not read what we send");
  isOver = true;
  await asking;
  server.close();
});

Deno.test("RtspConnection passes over provisional responses, and takes the final one for the reply", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connection = await connect(listener.addr.port, {
    clock: new FakeClock(),
    signal: new AbortController().signal,
  });
  using server = await listener.accept();
  const reply = connection.exchange({ text: "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", cseq: 1, label: "OPTIONS" });
  for (const status of ["100 Continue", "199 Working", "200 OK"]) {
    await server.write(new TextEncoder().encode(`RTSP/1.0 ${status}\r\nCSeq: 1\r\n\r\n`));
  }
  assertEquals((await reply).status, 200);
  connection.close();
});
