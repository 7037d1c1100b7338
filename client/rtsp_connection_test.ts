import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createStandardResponseReader } from "../rtsp/message_reader.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { openSilentPort } from "../tests/support/silent_port.ts";
import { CONNECT_TIMEOUT_MS } from "./limits.ts";
import { RtspConnection } from "./rtsp_connection.ts";

function connect(port: number, { clock, signal }: { clock: FakeClock; signal: AbortSignal }) {
  return RtspConnection.connect({
    hostname: "127.0.0.1",
    port,
    reader: createStandardResponseReader(),
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
