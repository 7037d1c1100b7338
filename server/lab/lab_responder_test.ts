import { assertEquals, assertMatch } from "@std/assert";
import { equals } from "@std/bytes";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { FRAME_RATE, FRAMES, serve } from "../../tests/support/rtsp_test_server.ts";
import { TcpClient } from "../../tests/support/tcp_client.ts";
import { LAB_SKIP_US, LIVE_FIRST_FRAME_TIMEOUT_MS } from "../limits.ts";
import type { ServerOptions } from "../server.ts";
import { LiveFeed } from "../source/live_source.ts";
import { until } from "../../tests/support/until.ts";

const FRAME_MS = 1000 / FRAME_RATE;
const SKIP = LAB_SKIP_US / 1e6 * FRAME_RATE;

/** A server with `movie.mjpeg`, and one client of the lab at it. */
async function visit(options: Partial<Omit<ServerOptions, "clock">> = {}) {
  const frames = await Promise.all(Array.from({ length: FRAMES }, (_, seed) => makeJpeg({ seed, width: 96 })));
  const server = await serve(options);
  const receiver = await server.receive();
  const client = await TcpClient.connect(server.port);
  let [cseq, session, seen] = [0, "0", 0];
  /** Sends a request and reads what it answers up to the three lines; the status. */
  async function exchange(text: string): Promise<number> {
    const reply = await client.ask(text);
    session = /Session: (\d+)$/.exec(reply)![1];
    return Number(/RTSP\/1\.0 (\d+)/.exec(reply)![1]);
  }
  return {
    server,
    client,
    exchange,
    get session() {
      return session;
    },
    setUp: (...more: string[]) =>
      exchange([
        "SETUP movie.mjpeg RTSP/1.0",
        `CSeq: ${++cseq}`,
        `Transport: RTP/UDP; client_port= ${receiver.port}`,
        ...more,
      ].join("\n")),
    port: receiver.port,
    ask: (method: string, ...more: string[]) =>
      exchange([`${method} movie.mjpeg RTSP/1.0`, `CSeq: ${++cseq}`, `Session: ${session}`, ...more].join("\n")),
    /** What comes in so many milliseconds, as sequence number, timestamp, marker, and index in the movie. */
    async play(milliseconds: number): Promise<{ number: number; timestamp: number; marker: boolean; index: number }[]> {
      await server.advance(milliseconds);
      const datagrams = receiver.datagrams.slice(seen);
      seen = receiver.datagrams.length;
      return datagrams.map((datagram) => {
        const { sequenceNumber: number, timestamp, marker, payload } = decodeRtpPacket(datagram);
        return { number, timestamp, marker, index: frames.findIndex((frame) => equals(frame, payload)) };
      });
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const SEEKS: readonly [method: string, more: string[], index: (shown: number) => number][] = [
  ["SCRUB", ["Position: 50"], () => FRAMES / 2],
  ["SCRUB", ["Position: 100"], () => FRAMES - 1],
  ["SETTIME", ["FRAME: 30"], () => 30],
  ["SETTIME", ["FRAME: 999999"], () => FRAMES - 1],
  ["PLAY", ["Frame: 10"], () => 10],
  ["FORWARD", [], (shown) => shown + SKIP],
  ["FORWARD", ["Frame: 7"], () => 7],
  ["BACKWARD", [], (shown) => Math.max(0, shown - SKIP)],
  ["PREVIOUS", [], (shown) => Math.max(0, shown - SKIP)],
  ["REVERSE", [], (shown) => Math.max(0, shown - SKIP)],
  ["RESTART", [], () => 0],
];

for (const [method, more, indexAfter] of SEEKS) {
  Deno.test(`LabResponder goes on elsewhere after ${[method, ...more].join(", ")}, and numbers frames by their places`, async () => {
    await using visited = await visit();
    assertEquals([await visited.setUp(), await visited.ask("PLAY")], [200, 200]);
    const shown = (await visited.play(3 * FRAME_MS)).length;
    assertEquals(await visited.ask(method, ...more), 200);
    const [{ number, index }] = await visited.play(2 * FRAME_MS);
    assertEquals([index, number], [indexAfter(shown), indexAfter(shown) + 1]);
  });

  if (method !== "PLAY" && !more.includes("Frame: 7")) {
    Deno.test(`LabResponder plays from elsewhere after ${[method, ...more].join(", ")} before PLAY`, async () => {
      await using visited = await visit();
      await visited.setUp();
      assertEquals(await visited.ask(method, ...more), 200);
      assertEquals(await visited.play(2 * FRAME_MS), []);
      assertEquals(await visited.ask("PLAY"), 200);
      const [{ number, index }] = await visited.play(2 * FRAME_MS);
      assertEquals([index, number], [indexAfter(0), indexAfter(0) + 1]);
    });
  }
}

Deno.test("LabResponder counts on over the rounds of a movie that loops, on and back, but not where a frame is named", async () => {
  await using visited = await visit({ loop: true });
  await visited.setUp();
  await visited.ask("PLAY");
  const shown = (await visited.play((FRAMES + 30) * FRAME_MS)).length;
  assertEquals(shown > FRAMES + 20, true);
  for (
    const [method, more, number] of [
      ["BACKWARD", [], shown - SKIP + 1],
      ["SETTIME", ["FRAME: 5"], 6],
    ] as const
  ) {
    await visited.ask(method, ...more);
    const [next] = await visited.play(2 * FRAME_MS);
    assertEquals([next.number, next.index], [number, (number - 1) % FRAMES]);
  }
});

Deno.test("LabResponder does not start again at another speed once a movie has ended", async () => {
  await using visited = await visit();
  await visited.setUp();
  await visited.ask("PLAY");
  await visited.play((FRAMES + 5) * FRAME_MS);
  await visited.ask("SPEEDUP");
  assertEquals(await visited.play(5 * FRAME_MS), []);
  await visited.ask("BACKWARD");
  assertEquals((await visited.play(2 * FRAME_MS))[0].number, FRAMES - SKIP + 1);
});

Deno.test("LabResponder plays at once after FORWARD with a frame, as the fork expects that writes it", async () => {
  await using visited = await visit();
  await visited.setUp();
  assertEquals(await visited.ask("FORWARD", "Frame: 7"), 200);
  assertEquals((await visited.play(2 * FRAME_MS))[0].index, 7);
});

for (const [method, more] of [["SCRUB", []], ["SCRUB", ["Position: x"]], ["SETTIME", ["FRAME: -1"]]] as const) {
  Deno.test(`LabResponder answers 457 to ${[method, ...more].join(", ")}, and goes on as before`, async () => {
    await using visited = await visit();
    await visited.setUp();
    await visited.ask("PLAY");
    await visited.play(FRAME_MS);
    // Without its number the request has no end: a blank line is one.
    assertEquals(await visited.ask(method, ...more, "", ""), 457);
    assertEquals((await visited.play(2 * FRAME_MS))[0].index > 0, true);
  });
}

Deno.test("LabResponder takes PLAY right after going elsewhere, from a client that thinks it is paused, and no other", async () => {
  await using visited = await visit();
  await visited.setUp();
  await visited.ask("PLAY");
  assertEquals(await visited.ask("PLAY"), 455);
  assertEquals([await visited.ask("SCRUB", "Position: 50"), await visited.ask("PLAY")], [200, 200]);
  await visited.ask("PAUSE");
  await visited.ask("PLAY");
  assertEquals(await visited.ask("PLAY"), 455);
});

Deno.test("LabResponder plays faster and slower, and loses no frame of it", async () => {
  await using visited = await visit({ loop: true });
  await visited.setUp();
  await visited.ask("PLAY");
  await visited.play(FRAME_MS);
  const counts: number[] = [];
  for (const method of ["SPEEDUP", "SPEEDUP", "SLOWDOWN", "NORMAL"]) {
    assertEquals(await visited.ask(method), 200);
    await visited.play(FRAME_MS);
    counts.push((await visited.play(4 * FRAME_MS)).length);
  }
  assertEquals(counts, [8, 16, 8, 4]);
});

Deno.test("LabResponder takes the number of a bare SPEEDUP for the speed, and answers with no CSeq that a client waits for", async () => {
  await using visited = await visit();
  await visited.exchange(`SETUP movie.mjpeg\n1\n RTSP/1.0 RTP/UDP ${visited.port}`);
  await visited.exchange("PLAY \n2");
  await visited.play(FRAME_MS);
  await visited.client.send("SPEEDUP \n4");
  assertMatch(await visited.client.receive(/Session: \d{6}/), /^RTSP\/1\.0 200 OK\nCSeq: 0\n/);
  await visited.play(FRAME_MS);
  assertEquals((await visited.play(2 * FRAME_MS)).length, 8);
});

Deno.test("LabResponder answers DESCRIBE and OPTIONS within a session with it, and OPTIONS without one", async () => {
  await using visited = await visit();
  await visited.client.send("OPTIONS movie.mjpeg RTSP/1.0\nCSeq: 1\n\n");
  assertMatch(
    await visited.client.receive(/Public: .*\n\n/),
    /^RTSP\/1\.0 200 OK\nCSeq: 1\nSession: 0\nPublic: OPTIONS, /,
  );
  await visited.setUp();
  const { session } = visited;
  for (const method of ["DESCRIBE", "OPTIONS"]) {
    assertEquals([await visited.ask(method), visited.session], [200, session]);
  }
});

Deno.test("LabResponder sets the marker of whole frames for a client that prefers a quality, and for all where told to", async () => {
  for (
    const [more, options, expected] of [
      [[], {}, false],
      [["Prefer: HD"], {}, true],
      [[" Prefer: SD"], {}, true],
      [[], { marksWholeFrames: true }, true],
    ] as const
  ) {
    await using visited = await visit(options);
    await visited.setUp(...more);
    await visited.ask("PLAY");
    assertEquals((await visited.play(2 * FRAME_MS)).map(({ marker, index }) => [marker, index]).slice(0, 2), [
      [expected, 0],
      [expected, 1],
    ]);
  }
});

Deno.test("LabResponder gives all fragments of a frame its number in the styles that have it, over a seek, too", async () => {
  for (const fragmentStyle of ["frame-number", "offset8", "index6", "index4"] as const) {
    await using visited = await visit({ fragmentBytes: 1000, fragmentStyle });
    await visited.setUp();
    await visited.ask("PLAY");
    const numbers = [...new Set((await visited.play(2 * FRAME_MS)).map(({ number }) => number))];
    assertEquals(numbers.slice(0, 2), [1, 2]);
    await visited.ask("SETTIME", "FRAME: 30");
    assertEquals((await visited.play(FRAME_MS))[0].number, 31);
  }
});

Deno.test("LabResponder gives all fragments of a frame its number as timestamp where told to, over steps and rounds, too", async () => {
  await using visited = await visit({ fragmentBytes: 1000, fragmentStyle: "timestamp", loop: true });
  await visited.setUp();
  await visited.ask("PLAY");
  const before = await visited.play(2 * FRAME_MS);
  assertEquals([...new Set(before.map(({ timestamp }) => timestamp))].slice(0, 2), [1, 2]);
  await visited.ask("SETTIME", `FRAME: ${FRAMES - 2}`);
  const after = await visited.play(4 * FRAME_MS);
  const stamps = [...new Set(after.map(({ timestamp }) => timestamp))];
  assertEquals(stamps.slice(0, 4), [FRAMES - 1, FRAMES, FRAMES + 1, FRAMES + 2]);
  await visited.ask("FORWARD");
  const stepped = await visited.play(FRAME_MS);
  assertEquals(stepped[0].timestamp, stamps.at(-1)! + 1 + SKIP);
  const numbers = [...before, ...after, ...stepped].map(({ number }) => number);
  assertEquals(numbers, numbers.map((_, index) => index + 1));
});

Deno.test("LabResponder counts fragments on over a seek where they are numbered one by one", async () => {
  await using visited = await visit({ fragmentBytes: 1000 });
  await visited.setUp();
  await visited.ask("PLAY");
  const before = await visited.play(2 * FRAME_MS);
  await visited.ask("SETTIME", "FRAME: 30");
  const after = await visited.play(FRAME_MS);
  assertEquals(after[0].number, before.at(-1)!.number + 1);
});

Deno.test("LabResponder answers 455 to a fork's method without a session, and to a second CONNECT", async () => {
  await using visited = await visit();
  for (const method of ["FORWARD", "SPEEDUP", "STOP", "BREAKDOWN"]) {
    assertEquals(await visited.exchange(`${method} movie.mjpeg RTSP/1.0\nCSeq: 9\n\n`), 455);
  }
  const connect = `CONNECT RTSP/1.0\nCSeq: 9\nTransport: RTP/UDP; client_port= ${visited.port}`;
  assertEquals([await visited.exchange(connect), await visited.exchange(connect)], [200, 455]);
  assertMatch(visited.session, /^\d{6}$/);
  assertEquals(await visited.ask("PLAY"), 455);
});

Deno.test("LabResponder keeps the session that a client has where another movie is not there", async () => {
  await using visited = await visit();
  await visited.setUp();
  const { session } = visited;
  await visited.ask("PLAY");
  for (const method of ["SWITCH", "CHANGE"]) {
    const status = await visited.exchange(`${method} nothing.mjpeg RTSP/1.0\nCSeq: 9\nSession: ${session}`);
    assertEquals([status, visited.session], [404, session]);
  }
  assertEquals((await visited.play(FRAME_MS)).length > 0, true);
});

Deno.test("LabResponder has a fourth line for clients that look like plain ones where it is told to", async () => {
  const setupLine = "Total: {frames} {seconds}";
  const setUp = "SETUP movie.mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008";
  for (
    const [options, more, expected] of [
      [{}, "", ""],
      [{ setupLine }, "", `\nTotal: ${FRAMES} ${(FRAMES / FRAME_RATE).toFixed(1)}`],
      [{ setupLine }, "\nPrefer: SD", `\nFrames: ${FRAMES}`],
    ] as const
  ) {
    await using server = await serve(options);
    using client = await TcpClient.connect(server.port);
    await client.send(setUp + more);
    const [line] = /\nSession: \d{6}([^]*)$/.exec(await client.receive(/Session: \d{6}[^]*$/))!.slice(1);
    assertEquals(line, expected);
  }
});

for (const method of ["SWITCH", "CHANGE"]) {
  Deno.test(`LabResponder goes on with another movie after ${method}, playing if it played, and takes PLAY or SETUP then`, async () => {
    for (const isPlaying of [true, false]) {
      await using visited = await visit();
      await visited.setUp();
      const { session } = visited;
      if (isPlaying) await visited.ask("PLAY");
      await visited.play(3 * FRAME_MS);
      const answer = await visited.exchange(`${method} large.mjpeg RTSP/1.0\nCSeq: 9\nSession: ${session}`);
      assertEquals([answer, visited.session], [200, session]);
      const numbers = (await visited.play(2 * FRAME_MS)).map(({ number }) => number);
      assertEquals(numbers[0], isPlaying ? 1 : undefined);
      assertEquals(await visited.ask("PLAY"), 200);
      assertEquals([await visited.setUp(), visited.session], [200, session]);
      assertEquals(await visited.play(2 * FRAME_MS), []);
      await visited.ask("PLAY");
      const [{ number, index }] = await visited.play(2 * FRAME_MS);
      assertEquals([number, index], [1, 0]);
    }
  });
}

Deno.test("LabResponder keeps no identifier for a client that has left before its CONNECT is answered", async () => {
  const clock = new FakeClock();
  const live = new LiveFeed({ name: "live", clock });
  // The identifiers that are tried: the same one twice.
  const numbers = [0, 0];
  await using server = await serve({ live: [live], clock, random: () => numbers.shift() ?? 0.5 });
  const connect = "CONNECT movie.mjpeg RTSP/1.0\nCSeq: 2\nTransport: RTP/UDP; client_port= 5008\n";
  {
    using client = await TcpClient.connect(server.port);
    // It waits for a first frame.
    await client.send(`DESCRIBE rtsp://127.0.0.1/live RTSP/1.0\r\nCSeq: 1\r\n\r\n${connect}`);
    await server.advance(10);
  }
  await until(() => numbers.length === 1, { step: () => server.advance(LIVE_FIRST_FRAME_TIMEOUT_MS) });
  using next = await TcpClient.connect(server.port);
  assertMatch(await next.ask(connect), /Session: 100000$/);
});
