import { assertEquals, assertRejects } from "@std/assert";
import { connect } from "node:net";
import { TcpClient } from "../../tests/support/tcp_client.ts";
import { until } from "../../tests/support/until.ts";
import { MAX_READ_AHEAD_BYTES } from "../limits.ts";
import { ReadAhead } from "./read_ahead.ts";

/** Both ends of a connection over a real socket. */
async function open() {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, conn] = await Promise.all([TcpClient.connect(listener.addr.port), listener.accept()]);
  const input = new ReadAhead(conn);
  return {
    client,
    input,
    /** Reads to the end. */
    async rest(): Promise<string> {
      const decoder = new TextDecoder();
      let text = "";
      for (let bytes = await input.read(); bytes !== null; bytes = await input.read()) text += decoder.decode(bytes);
      return text;
    },
    [Symbol.dispose]() {
      client[Symbol.dispose]();
      conn.close();
    },
  };
}

const STRICT = { sanitizeOps: true, sanitizeResources: true };
const FOREVER = new Promise<void>(() => {});

Deno.test("ReadAhead gives what was read ahead, and what comes behind it, in order", STRICT, async () => {
  using opened = await open();
  const isOver = Promise.withResolvers<void>();
  const watching = opened.input.watch(isOver.promise);
  await opened.client.send("one ");
  await opened.client.send("two ");
  isOver.resolve();
  assertEquals(await watching, "over");
  // A read that has begun is not lost.
  assertEquals(await opened.input.watch(Promise.resolve()), "over");
  await opened.client.send("three");
  opened.client[Symbol.dispose]();
  assertEquals(await opened.rest(), "one two three");
});

for (const [title, lengthBytes] of [["nothing", 0], ["all that is read ahead", MAX_READ_AHEAD_BYTES - 1]] as const) {
  Deno.test(`ReadAhead sees the end behind ${title}`, STRICT, async () => {
    using opened = await open();
    const text = "x".repeat(lengthBytes);
    const watching = opened.input.watch(FOREVER);
    await opened.client.send(text);
    opened.client[Symbol.dispose]();
    assertEquals(await watching, "ended");
    assertEquals(await opened.input.watch(FOREVER), "ended");
    assertEquals(await opened.rest(), text);
    assertEquals(await opened.input.read(), null);
  });
}

Deno.test(`ReadAhead is full with ${MAX_READ_AHEAD_BYTES} bytes, and goes on once they are taken`, STRICT, async () => {
  using opened = await open();
  const text = "x".repeat(MAX_READ_AHEAD_BYTES) + "y";
  const watching = opened.input.watch(FOREVER);
  await opened.client.send(text);
  opened.client[Symbol.dispose]();
  assertEquals(await watching, "full");
  assertEquals(await opened.rest(), text);
});

Deno.test("ReadAhead rejects with the error of the connection, behind what came before it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const socket = connect(listener.addr.port, "127.0.0.1");
  using conn = await listener.accept();
  const input = new ReadAhead(conn);
  socket.write("last words");
  const isRead = Promise.withResolvers<void>();
  const watching = input.watch(isRead.promise);
  await until(() => socket.bytesWritten === 10);
  isRead.resolve();
  await watching;
  assertEquals(new TextDecoder().decode((await input.read())!), "last words");
  socket.resetAndDestroy();
  assertEquals(await input.watch(FOREVER), "ended");
  await assertRejects(() => input.read(), Deno.errors.ConnectionReset);
});
