import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { systemClock } from "../../net/system_clock.ts";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { decodeFrames } from "../../tests/support/jpeg_packets.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { reservePort } from "../../tests/support/ports.ts";
import { Client, framesOf, rtcpOf, rtpOf, TCP } from "../../tests/support/rtsp_test_server.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { UdpReceiver } from "../../tests/support/udp_receiver.ts";
import { until } from "../../tests/support/until.ts";
import { engineOfSession } from "../rtsp/session_id.ts";
import { LiveFeed } from "../source/live_source.ts";
import { openServed } from "../source/served/open_served.ts";
import { sendLive } from "../source/live_pipe.ts";
import type { Overview } from "../observation/overview.ts";
import { distant } from "./rpc.ts";
import { ThreadedServer, type ThreadedServerOptions } from "./threaded_server.ts";

/** Connections after which both of two threads have one: each is as likely, so that one in 2^40 runs fails. */
const ENOUGH = 40;
const isLinux = Deno.build.os === "linux";
const OPTIONS = { ignore: !isLinux };

/** A server with two threads and a movie. */
async function serve(options: Partial<ThreadedServerOptions> = {}) {
  const stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory());
  const frames = await Promise.all(Array.from({ length: 5 }, (_, seed) => makeJpeg({ seed })));
  await Deno.writeFile(join(directory.path, "movie.mjpeg"), concat(frames));
  await Deno.writeFile(join(directory.path, "optimized.mjpeg"), await makeJpeg({ optimized: true }));
  const server = await ThreadedServer.start({
    ...{ root: await openServed(directory.path), hostname: "127.0.0.1", port: 0, frameRate: 20, loop: true },
    ...{ fragmentBytes: undefined, emulation: undefined, threads: 2, logLevel: "info", onLogDropped() {} },
    ...options,
  });
  stack.defer(() => server.close());
  const { port } = server.address;
  return {
    server,
    port,
    async connect(): Promise<Client> {
      return stack.use(new Client(await Deno.connect({ hostname: "127.0.0.1", port })));
    },
    /** Two clients with a session each, of different threads. */
    async connectToBoth(fields: Record<string, string>, name = "movie.mjpeg") {
      const found: { client: Client; session: string }[] = [];
      for (let count = 0; count < ENOUGH && found.length < 2; count++) {
        const client = await this.connect();
        const session = (await client.ask("SETUP", name, fields)).session!.split(";")[0];
        const isNew = found.every((one) => engineOfSession(one.session) !== engineOfSession(session));
        if (isNew) found.push({ client, session });
        else await client.ask("TEARDOWN", name, { Session: session });
      }
      return found.toSorted((one, other) => engineOfSession(one.session)! - engineOfSession(other.session)!);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("ThreadedServer spreads clients over its threads, and each gets its frames", OPTIONS, async () => {
  await using opened = await serve();
  const both = await opened.connectToBoth(TCP);
  assertEquals(both.map(({ session }) => engineOfSession(session)), [0, 1]);
  for (const { client, session } of both) {
    await client.ask("PLAY", "movie.mjpeg", { Session: session });
    await client.until(() => framesOf(rtpOf(client)) >= 10);
  }
});

Deno.test("ThreadedServer finds a session wherever the connection is that a request comes over", OPTIONS, async () => {
  await using opened = await serve();
  using receiver = await UdpReceiver.open();
  const fields = { Transport: `RTP/AVP;unicast;client_port=${receiver.port}-${receiver.port + 1}` };
  const first = await opened.connect();
  const session = (await first.ask("SETUP", "movie.mjpeg", fields)).session!.split(";")[0];
  first[Symbol.dispose]();
  // Each request has a connection of its own; half of them come to the other thread.
  const ask = async (method: string, name = session) => {
    using client = await opened.connect();
    return await client.ask(method, "movie.mjpeg", { Session: name });
  };
  assertEquals((await ask("PLAY")).status, 200);
  await until(() => receiver.datagrams.length > 3);
  for (let count = 0; count < ENOUGH; count++) {
    const { status, session: named } = await ask("GET_PARAMETER");
    assertEquals([status, named], [200, session]);
  }
  assertEquals((await ask("PLAY", `${session.slice(0, -1)}${session.endsWith("0") ? 1 : 0}`)).status, 454);
  assertEquals((await ask("TEARDOWN")).status, 200);
  for (let count = 0; count < 8; count++) assertEquals((await ask("GET_PARAMETER")).status, 454);
});

Deno.test("ThreadedServer counts the clients of all its threads together", OPTIONS, async () => {
  await using opened = await serve({ maxSessions: 4, addressShare: 1 });
  const clients: Client[] = [];
  const statuses: number[] = [];
  for (let count = 0; count < 12; count++) {
    const client = await opened.connect();
    const { status, session } = await client.ask("SETUP", "movie.mjpeg", TCP);
    statuses.push(status);
    if (status === 200) await client.ask("PLAY", "movie.mjpeg", { Session: session! });
    clients.push(client);
  }
  assertEquals(statuses, [200, 200, 200, 200, ...Array(8).fill(503)]);
  clients[0][Symbol.dispose]();
  await until(async () => (await clients.at(-1)!.ask("SETUP", "movie.mjpeg", TCP)).status === 200);
});

Deno.test("ThreadedServer has an idle client of one thread give way to a newcomer at another", OPTIONS, async () => {
  await using opened = await serve({ maxConnections: 3, addressShare: 1 });
  // They ask for nothing, and give way at once.
  for (let count = 0; count < ENOUGH; count++) await opened.connect();
  const client = await opened.connect();
  assertEquals((await client.ask("OPTIONS", "*")).status, 200);
});

Deno.test(
  "ThreadedServer replaces a thread that fails: its sessions end, the others do not notice",
  OPTIONS,
  async () => {
    await using opened = await serve();
    const [lost, kept] = await opened.connectToBoth(TCP);
    for (const { client, session } of [lost, kept]) await client.ask("PLAY", "movie.mjpeg", { Session: session });
    await kept.client.until(() => framesOf(rtpOf(kept.client)) > 0);
    await opened.server.crash(0);
    await assertRejects(() => lost.client.until(() => false), Error, "The connection has ended");
    const before = rtpOf(kept.client).length;
    await kept.client.until(() => rtpOf(kept.client).length > before + 10);
    rtpOf(kept.client).forEach(({ sequenceNumber }, index, all) => {
      assertEquals(sequenceNumber, (all[0].sequenceNumber + index) & 0xffff);
    });
    assertEquals((await kept.client.ask("GET_PARAMETER", "movie.mjpeg", { Session: lost.session })).status, 454);
    // The thread in its place takes its share again.
    await until(async () => (await opened.connectToBoth(TCP)).length === 2);
  },
);

Deno.test("ThreadedServer: the successor of its only thread listens at the same port", async () => {
  await using opened = await serve({ threads: 1 });
  const first = await opened.connect();
  await opened.server.crash(0);
  await assertRejects(() => first.until(() => false), Error, "The connection has ended");
  await until(() => opened.connect().then(() => true, () => false));
  assertEquals((await (await opened.connect()).ask("OPTIONS", "*")).status, 200);
});

Deno.test(
  "ThreadedServer: who offers multicast first gets the next transport where that is impossible",
  OPTIONS,
  async () => {
    const group = { hostname: "239.255.77.3", port: reservePort(), ttl: 0 };
    await using server = await serve({ group, loop: false, maxSessions: ENOUGH });
    const granted = new Set<string>();
    for (let count = 0; count < ENOUGH; count++) {
      const client = await server.connect();
      const { status, headers } = await client.ask("SETUP", "movie.mjpeg", {
        Transport: "RTP/AVP;multicast,RTP/AVP/TCP;unicast;interleaved=0-1",
      });
      granted.add(`${status} ${decodeTransports(headers.get("Transport") ?? "")[0]?.protocol}`);
      client[Symbol.dispose]();
    }
    assertEquals([...granted], ["200 tcp"]);
  },
);

Deno.test("ThreadedServer sends a multicast stream once, whichever thread a player comes to", OPTIONS, async () => {
  const group = { hostname: "239.255.77.4", port: reservePort(), ttl: 0 };
  await using opened = await serve({ group });
  using receiver = await UdpReceiver.open({ port: group.port, group: group.hostname });
  const ssrcs = new Set<number | undefined>();
  let last: { client: Client; session: string } | undefined;
  for (let count = 0; count < ENOUGH; count++) {
    const client = await opened.connect();
    const { status, headers, session } = await client.ask("SETUP", "movie.mjpeg", { Transport: "RTP/AVP;multicast" });
    const [{ isMulticast, ssrc }] = decodeTransports(headers.get("Transport")!);
    assertEquals([status, isMulticast], [200, true]);
    ssrcs.add(ssrc);
    last = { client, session: session!.split(";")[0] };
  }
  assertEquals(ssrcs.size, 1);
  assertEquals((await last!.client.ask("PLAY", "movie.mjpeg", { Session: last!.session })).status, 200);
  await until(() => receiver.datagrams.length > 10);
  assertEquals(receiver.datagrams.every((datagram) => ssrcs.has(decodeRtpPacket(datagram).ssrc)), true);
});

Deno.test("ThreadedServer brings a live source to viewers at all its threads, byte for byte", OPTIONS, async () => {
  const feed = new LiveFeed({ name: "live", frameRate: 50, clock: systemClock });
  const jpegs = await Promise.all(Array.from({ length: 20 }, (_, seed) => makeJpeg({ seed, width: 200 })));
  feed.push(jpegs[0]);
  const { pipe, stop } = sendLive(feed);
  await using opened = await serve({ live: [pipe] });
  const both = await opened.connectToBoth(TCP, "live");
  for (const { client, session } of both) await client.ask("PLAY", "live", { Session: session });
  // Whoever watches sees each frame, those of a thread that was started anew as the others.
  const watch = async (clients: readonly Client[]) => {
    const before = clients.map((client) => rtpOf(client).length);
    for (const [count, jpeg] of jpegs.entries()) {
      feed.push(jpeg);
      await until(() => clients.every((client, at) => framesOf(rtpOf(client).slice(before[at])) > count));
    }
    for (const [at, client] of clients.entries()) {
      assertEquals(
        decodeFrames(rtpOf(client).slice(before[at])),
        jpegs.map((jpeg) => rebuildJpeg(conditionJpeg(jpeg))),
      );
    }
  };
  await watch(both.map(({ client }) => client));
  await opened.server.crash(0);
  await assertRejects(() => both[0].client.until(() => false), Error, "The connection has ended");
  const anew = (await opened.connectToBoth(TCP, "live"))[0];
  await anew.client.ask("PLAY", "live", { Session: anew.session });
  await watch([anew.client, both[1].client]);
  feed.end();
  const hasBye = ({ client }: { client: Client }) => rtcpOf(client).some(({ kind }) => kind === "bye");
  await until(() => hasBye(anew) && hasBye(both[1]));
  stop();
});

Deno.test("ThreadedServer transcodes for all its threads", OPTIONS, async () => {
  await using opened = await serve();
  const both = await opened.connectToBoth(TCP);
  for (const { client, session } of both) {
    await client.ask("TEARDOWN", "movie.mjpeg", { Session: session });
    const { status, session: other } = await client.ask("SETUP", "optimized.mjpeg", TCP);
    assertEquals(status, 200);
    await client.ask("PLAY", "optimized.mjpeg", { Session: other! });
    await client.until(() => framesOf(rtpOf(client)) > 2);
  }
});

Deno.test("ThreadedServer.start() rejects with the error of the system where the port is taken", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (const threads of isLinux ? [1, 2] : [1]) {
    await assertRejects(() => serve({ port: listener.addr.port, threads }), Deno.errors.AddrInUse);
  }
});

Deno.test("ThreadedServer shares its port with no other server", OPTIONS, async () => {
  await using opened = await serve();
  await assertRejects(() => serve({ port: opened.port }), Deno.errors.AddrInUse);
});

Deno.test("ThreadedServer.close() ends all connections", async () => {
  const opened = await serve({ threads: 1 });
  const client = await opened.connect();
  assertEquals((await client.ask("OPTIONS", "*")).status, 200);
  const ended = assertRejects(() => client.until(() => false), Error, "The connection has ended");
  await opened.server.close();
  await ended;
  await opened.server.run();
  await opened[Symbol.asyncDispose]();
});

Deno.test(
  "ThreadedServer tells what it serves and who watches in all its threads, and ends a session",
  OPTIONS,
  async () => {
    await using opened = await serve();
    const port = opened.server.observe();
    const overview = distant<Overview>(port);
    const streams = await overview.listStreams();
    assertEquals(streams, ["movie.mjpeg", "optimized.mjpeg", "testsrc"].map((name) => ({ name, isLive: false })));
    assertEquals(await overview.describeStream("movie.mjpeg"), {
      ...{ isLive: false, durationSeconds: 0.25, frames: 5, frameRate: 20, loops: true },
      ...{ size: { width: 48, height: 32 }, problem: undefined },
    });
    const { problem } = await overview.describeStream("nothing.avi");
    assertEquals(problem?.startsWith('There is no file "nothing.avi"'), true);

    const both = await opened.connectToBoth(TCP);
    for (const { client, session } of both) {
      await client.ask("PLAY", "movie.mjpeg", { Session: session });
      await client.until(() => framesOf(rtpOf(client)) >= 3);
    }
    const sessions = await overview.listSessions();
    assertEquals(sessions.map(({ name, transport, state }) => [name, transport, state]), [
      ["movie.mjpeg", "tcp", "PLAYING"],
      ["movie.mjpeg", "tcp", "PLAYING"],
    ]);
    assertEquals(await overview.endSession(sessions[0].number), true);
    assertEquals(await overview.endSession(sessions[0].number), false);
    assertEquals((await overview.listSessions()).map(({ number }) => number), [sessions[1].number]);

    const before = await overview.counts();
    assertEquals(before.sent.tcp.frames >= 6 && before.sent.tcp.sessions >= 2, true, JSON.stringify(before));
    const unknown = await opened.connect();
    await unknown.ask("DESCRIBE", "nothing.avi");
    assertEquals((await overview.counts()).errorReplies[404], 1);
    // What a thread has done that fails is not forgotten, as far as anybody knows of it.
    await opened.server.crash(0);
    await until(async () => (await overview.counts()).failedThreads === 1);
    assertEquals((await overview.counts()).sent.tcp.frames >= before.sent.tcp.frames, true);
    port.close();
  },
);
