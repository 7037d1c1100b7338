import { assertEquals } from "@std/assert";
import { connect } from "node:net";
import { fromFileUrl } from "@std/path";
import { ChildProgram } from "../tests/support/child_program.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { peerTest } from "../tests/support/peers.ts";
import { TcpClient } from "../tests/support/tcp_client.ts";
import { until } from "../tests/support/until.ts";
import { ACCEPT_PAUSE_MS, Acceptor } from "./acceptor.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

/** An acceptor that listens, and what it says. Its clock stands still: whoever waited for it would wait for ever. */
function open(onConnection: (conn: Deno.TcpConn) => void = (conn) => conn.close()) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const clock = new FakeClock();
  const events: string[] = [];
  const acceptor = new Acceptor(listener, {
    clock,
    onConnection(conn) {
      events.push("accepted");
      onConnection(conn);
    },
    makeRoom: () => false,
    onFailure: (error) => events.push(`failed: ${error instanceof Error ? error.message : error}`),
  });
  return { acceptor, clock, events, port: listener.addr.port };
}

/** Connects, and takes it back with a reset. */
async function reset(port: number): Promise<void> {
  const closed = Promise.withResolvers<void>();
  const socket = connect(port, "127.0.0.1", () => socket.resetAndDestroy());
  socket.once("close", () => closed.resolve());
  await closed.promise;
}

Deno.test("Acceptor goes on at once after connections that are reset before they are accepted", async () => {
  // To ask for the address of a connection that is over is an error, as for those who take them.
  const { acceptor, clock, events, port } = open((conn) => {
    if ((conn.remoteAddr as Deno.NetAddr).port === 0) throw new Error("nobody");
    conn.write(new TextEncoder().encode("hello\n")).catch(() => {}).finally(() => conn.close());
  });
  for (let count = 0; count < 50; count++) await reset(port);
  const running = acceptor.run();
  using client = await TcpClient.connect(port);
  assertEquals(await client.receiveAll(), "hello\n");
  acceptor.close();
  await running;
  assertEquals([clock.pendingTimers, events.filter((event) => event !== "accepted")], [0, []]);
});

Deno.test(
  `Acceptor tries again ${ACCEPT_PAUSE_MS} ms after a failure, says it once, and closes what was not taken`,
  STRICT,
  async () => {
    let failures = 3;
    const { acceptor, clock, events, port } = open((conn) => {
      if (failures-- > 0) throw new Error("broken");
      conn.close();
    });
    const running = acceptor.run();
    for (let failed = 1; failed <= 3; failed++) {
      using client = await TcpClient.connect(port);
      assertEquals(await client.receiveAll(), "");
      await until(() => clock.pendingTimers === 1);
      clock.advance(ACCEPT_PAUSE_MS - 1);
      assertEquals(clock.pendingTimers, 1);
      clock.advance(1);
    }
    using client = await TcpClient.connect(port);
    assertEquals(await client.receiveAll(), "");
    assertEquals(events, ["accepted", "failed: broken", "accepted", "accepted", "accepted"]);
    acceptor.close();
    await running;
  },
);

Deno.test("Acceptor.close() ends a pause, and leaves no timer behind", STRICT, async () => {
  const { acceptor, clock, port } = open(() => {
    throw new Error("broken");
  });
  const running = acceptor.run();
  using client = await TcpClient.connect(port);
  await client.receiveAll();
  await until(() => clock.pendingTimers === 1);
  acceptor.close();
  acceptor.close();
  await running;
  assertEquals(clock.pendingTimers, 0);
});

const CHILD = fromFileUrl(new URL("../tests/support/scarce_acceptor.ts", import.meta.url));

peerTest(
  "Acceptor makes room where there are no descriptors, else waits until somebody leaves, and says so",
  ["sh"],
  async () => {
    const command = [Deno.execPath(), "run", "--unstable-net", "--no-prompt", "--allow-all", CHILD];
    await using child = new ChildProgram("sh", { args: ["-c", `ulimit -n 48; exec "$@"`, "sh", ...command] });
    const port = Number((await child.waitForLine(/^listening on (\d+)$/))[1]);
    const came = (line: string) => child.stdout.filter((other) => other === line).length;
    const first = await TcpClient.connect(port);
    await until(() => came("accepted") === 1);
    using _second = await TcpClient.connect(port);
    await until(() => came("failed: EMFILE") === 1);
    using third = await TcpClient.connect(port);
    first[Symbol.dispose]();
    await until(() => came("failed: EMFILE") === 2);
    await third.send("q");
    assertEquals((await child.exit()).stdout.slice(1), [
      ...["made room", "accepted", "made room", "accepted", "failed: EMFILE"],
      ...["accepted", "failed: EMFILE", "ended"],
    ]);
  },
);
