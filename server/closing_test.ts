/** Requests that are under way when the server closes, or when their client goes, leave nothing behind. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Conditioner } from "./packetize/conditioner.ts";
import { HALF_CLOSED_MS } from "./limits.ts";
import { openServed } from "./source/served/open_served.ts";
import { makeJpeg } from "../tests/support/jpegs.ts";
import { serve, TCP } from "../tests/support/rtsp_test_server.ts";
import { TcpClient } from "../tests/support/tcp_client.ts";
import { temporaryDirectory } from "../tests/support/temporary_directory.ts";
import { until } from "../tests/support/until.ts";

const UDP = { Transport: "RTP/AVP;unicast;client_port=5000-5001" };

/** Holds up all conditioning, as a slow worker would, until it is let go. */
function holdConditioning() {
  const { condition } = Conditioner.prototype;
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  Conditioner.prototype.condition = async function (jpeg) {
    started.resolve();
    await gate.promise;
    return await condition.call(this, jpeg);
  };
  return {
    started: started.promise,
    letGo: gate.resolve,
    [Symbol.dispose]: () => void (Conditioner.prototype.condition = condition),
  };
}

for (const [title, transport] of [["over TCP", TCP], ["over UDP", UDP]] as const) {
  Deno.test(`a SETUP ${title} under way when the server closes leaves no timer, file or socket`, async () => {
    // The test runner fails a test that leaves any of them.
    using conditioning = holdConditioning();
    const server = await serve();
    const client = await server.connect();
    const answer = client.ask("SETUP", "movie.mjpeg", transport);
    const refused = answer.catch(() => "refused");
    await conditioning.started;
    const closing = server[Symbol.asyncDispose]();
    conditioning.letGo();
    await closing;
    assertEquals(await refused, "refused");
    assertEquals(server.clock.pendingTimers, 0);
  });
}

Deno.test("indexing stops with the last client that waits for it, and when the server closes", async () => {
  await using directory = await temporaryDirectory();
  // Hours of frames: nobody waits for them here.
  const jpeg = await makeJpeg({ width: 16, height: 16 });
  const path = join(directory.path, "long.mjpeg");
  await Deno.writeFile(path, jpeg);
  await Deno.truncate(path, 40 * 2 ** 30);
  await using server = await serve({ root: await openServed(directory.path) });
  using first = await TcpClient.connect(server.port);
  using second = await TcpClient.connect(server.port);
  for (const client of [first, second]) {
    await client.send(`DESCRIBE rtsp://127.0.0.1:${server.port}/long.mjpeg RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
  }
  const other = await server.connect();
  const isOpen = () => openFiles().includes(path);
  await until(isOpen);
  first[Symbol.dispose]();
  for (let turn = 0; turn < 20; turn++) await other.ask("OPTIONS", "*");
  await server.advance(HALF_CLOSED_MS);
  assert(isOpen(), "the second client still waits");
  second[Symbol.dispose]();
  await until(() => !isOpen(), { step: () => server.advance(HALF_CLOSED_MS / 10) });
});

/** The files that this process has open. */
function openFiles(): string[] {
  return [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name }) => {
    try {
      return [Deno.readLinkSync(`/proc/self/fd/${name}`)];
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  });
}
