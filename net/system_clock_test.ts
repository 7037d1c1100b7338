import { assertEquals } from "@std/assert";
import { soon } from "../tests/support/until.ts";
import { createClock } from "./system_clock.ts";

/** What happens in which order when a timer is due `lateMs` ago, and a socket has had something to read for as long. */
async function orderOf(lateMs: number, { cancel = false } = {}): Promise<string[]> {
  let now = 0;
  const order: string[] = [];
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using peer = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using conn = await listener.accept();
  const done = Promise.withResolvers<void>();
  const stop = createClock(() => now).after(0, () => {
    order.push("timeout");
    done.resolve();
  });
  now = lateMs;
  const read = conn.read(new Uint8Array(1)).then(() => void order.push("read"));
  // As behind a stop: the timer fires first.
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (cancel) stop();
  await peer.write(Uint8Array.of(1));
  await soon(read);
  if (!cancel) await soon(done.promise);
  return order;
}

Deno.test("a timer of the real clock fires when it is due, or a little later", async () => {
  assertEquals(await orderOf(0), ["timeout", "read"]);
  assertEquals(await orderOf(1999), ["timeout", "read"]);
});

Deno.test("a timer that is late since the process was stopped lets what has come be read first", async () => {
  assertEquals(await orderOf(2000), ["read", "timeout"]);
  assertEquals(await orderOf(65_000), ["read", "timeout"]);
  assertEquals(await orderOf(65_000, { cancel: true }), ["read"]);
});
