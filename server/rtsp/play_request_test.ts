import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { framesOf, rtcpOf, rtpOf, serve, TCP } from "../../tests/support/rtsp_test_server.ts";
import { join } from "@std/path";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { openServed } from "../source/served/open_served.ts";
import { MAX_SPREAD_MS } from "../limits.ts";

const RANGES: readonly [range: string, fields: Record<string, string>, answered: string | number, frames: number][] = [
  ["npt=1-", {}, "npt=1-2", 20],
  ["npt=0.5-1", {}, "npt=0.5-1", 10],
  ["npt=-0.5", {}, "npt=0-0.5", 10],
  ["npt=1.5-99", {}, "npt=1.5-2", 10],
  ["npt=99-", {}, 457, 0],
  ["npt=1-0.5", {}, 457, 0],
  ["npt=0.5-0.5", {}, 457, 0],
  ["npt=0.5-1", { Scale: "-1" }, 457, 0],
  ["clock=19961108T143720.25Z-", {}, 501, 0],
  ["smpte=0:10:20-", {}, 501, 0],
  ["npt=soon-", {}, 457, 0],
  ["soon", {}, 457, 0],
  ["npt=0-", { Scale: "2" }, "npt=0-2", 20],
  ["npt=1-0", { Scale: "-1" }, "npt=1-0", 21],
  ["npt=1.5-1", { Scale: "-1" }, "npt=1.5-1", 11],
  ["npt=1.5-1", { Scale: "-2" }, "npt=1.5-1", 6],
  ["npt=0-", { Speed: "2" }, "npt=0-2", 40],
];

for (const [range, fields, answered, frames] of RANGES) {
  Deno.test(`PLAY ${range} ${JSON.stringify(fields)}`, async () => {
    await using server = await serve();
    const client = await server.connect();
    const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
    const { status, headers } = await client.ask("PLAY", "movie.mjpeg", { Session: session!, Range: range, ...fields });
    assertEquals(status === 200 ? headers.get("Range") : status, answered);
    for (const [name, value] of Object.entries(fields)) if (status === 200) assertEquals(headers.get(name), value);
    await server.advance(3000);
    if (frames > 0) await client.until(() => rtcpOf(client).some(({ kind }) => kind === "bye"));
    assertEquals(framesOf(rtpOf(client)), frames);
  });
}

Deno.test("PLAY takes the nearest Scale and Speed for those that are out of range, and says so", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  for (
    const [scale, speed, ...answered] of [
      ["99", "0.000001", "16", "0.0625"],
      ["-0.001", "1000", "-0.0625", "16"],
      ["0", "-1", "1", "1"],
      ["backwards", "", "1", "1"],
    ]
  ) {
    const fields = { Session: session!, Range: "npt=1-", Scale: scale, Speed: speed };
    const { status, headers } = await client.ask("PLAY", "movie.mjpeg", fields);
    assertEquals([status, headers.get("Scale"), headers.get("Speed")], [200, ...answered]);
  }
});

Deno.test("PLAY backwards without a range begins at the end where the movie is at its start", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  const { headers } = await client.ask("PLAY", "movie.mjpeg", { Session: session!, Scale: "-1" });
  assertEquals(headers.get("Range"), "npt=1.95-0");
});

Deno.test("PLAY up to a time ends there, even where the movie begins again", async () => {
  await using server = await serve({ loop: true });
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  const { headers } = await client.ask("PLAY", "movie.mjpeg", { Session: session!, Range: "npt=1.5-2.5" });
  assertEquals(headers.get("Range"), "npt=1.5-2.5");
  await server.advance(2500);
  await client.until(() => rtcpOf(client).some(({ kind }) => kind === "bye"));
  assertEquals(framesOf(rtpOf(client)), 20);
});

for (const [range, answered, frames] of [["npt=3.5-4", "npt=3.5-4", 10], ["npt=2-2.5", "npt=2-2.5", 10]] as const) {
  Deno.test(`PLAY ${range} of a movie of 2 s that begins again, which its description gives no end`, async () => {
    await using server = await serve({ loop: true });
    const client = await server.connect();
    assertMatch((await client.ask("DESCRIBE", "movie.mjpeg", {})).body, /a=range:npt=0-\r\n/);
    const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
    const { headers } = await client.ask("PLAY", "movie.mjpeg", { Session: session!, Range: range });
    assertEquals(headers.get("Range"), answered);
    await server.advance(1000);
    await client.until(() => rtcpOf(client).some(({ kind }) => kind === "bye"));
    const packets = rtpOf(client);
    assertEquals(framesOf(packets), frames);
    const [, rtptime] = /rtptime=(\d+)$/.exec(headers.get("RTP-Info")!)!;
    assertEquals(packets[0].timestamp, Number(rtptime));
  });
}

Deno.test("PLAY of the test source has no end, and takes any time of it", async () => {
  await using server = await serve();
  const client = await server.connect();
  assertMatch((await client.ask("DESCRIBE", "testsrc", {})).body, /a=range:npt=0-\r\n/);
  const { session } = await client.ask("SETUP", "testsrc", TCP);
  for (const [range, answered] of [["npt=0-", "npt=0-"], ["npt=60-", "npt=60-"], ["npt=3610-", "npt=3610-"]]) {
    const { status, headers } = await client.ask("PLAY", "testsrc", { Session: session!, Range: range });
    assertEquals([status, headers.get("Range")], [200, answered]);
  }
});

Deno.test("PLAY while a frame is leaving waits for it: no frame is mixed with another, and RTP-Info is right", async () => {
  // 90 packets a frame, sent in three bursts.
  await using server = await serve({ mtuBytes: 200 });
  const client = await server.connect();
  const { port, datagrams } = await server.receive();
  const { session } = await client.ask("SETUP", "large.mjpeg", {
    Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}`,
  });
  for (const from of ["0", "0.2", "0.4"]) {
    const answer = await server.during(client.ask("PLAY", "large.mjpeg", { Session: session!, Range: `npt=${from}-` }));
    const [, seq, rtptime] = /seq=(\d+);rtptime=(\d+)$/.exec(answer.headers.get("RTP-Info")!)!;
    const before = datagrams.length;
    await server.advance(10);
    const [first] = datagrams.slice(before).map(decodeRtpPacket);
    assertEquals([first.sequenceNumber, first.timestamp], [Number(seq), Number(rtptime)]);
    assert(!decodeRtpPacket(datagrams.at(-1)!).marker, "the frame is still leaving");
  }
  await server.advance(200);
  await client.ask("TEARDOWN", "large.mjpeg", { Session: session! });
  await server.advance(0);
  const packets = datagrams.map(decodeRtpPacket);
  await server.advance(100);
  assertEquals(datagrams.length, packets.length, "nothing comes after TEARDOWN");
  packets.slice(1).forEach(({ timestamp, sequenceNumber }, index) => {
    assertEquals(sequenceNumber, (packets[index].sequenceNumber + 1) & 0xffff);
    if (timestamp !== packets[index].timestamp) assert(packets[index].marker, "a new frame begins behind a marker");
  });
});

Deno.test("PLAY seeks on its second time, and goes on after PAUSE where it was", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  const fields = { Session: session! };
  await client.ask("PLAY", "movie.mjpeg", fields);
  await server.advance(200);
  const sought = await client.ask("PLAY", "movie.mjpeg", { ...fields, Range: "npt=1.5-" });
  assertEquals(sought.headers.get("Range"), "npt=1.5-2");
  await server.advance(100);
  await client.ask("PAUSE", "movie.mjpeg", fields);
  const goesOn = await client.ask("PLAY", "movie.mjpeg", fields);
  assertMatch(goesOn.headers.get("Range")!, /^npt=1\.(6|65)-2$/);
});

Deno.test("PLAY of a movie that begins again has no end, nor has its description", async () => {
  await using server = await serve({ loop: true });
  const client = await server.connect();
  const { body } = await client.ask("DESCRIBE", "movie.mjpeg");
  assertMatch(body, /a=range:npt=0-\r\n/);
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  const { headers } = await client.ask("PLAY", "movie.mjpeg", { Session: session! });
  assertEquals(headers.get("Range"), "npt=0-");
});

Deno.test("PLAY up to a time that has passed is 457, from now on as well", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  await client.ask("PLAY", "movie.mjpeg", { Session: session!, Range: "npt=1-" });
  assertEquals((await client.ask("PLAY", "movie.mjpeg", { Session: session!, Range: "npt=now-0.5" })).status, 457);
});

Deno.test(`PAUSE waits for no more than ${MAX_SPREAD_MS} ms of a frame that is leaving, however slow the movie`, async () => {
  await using server = await serve({ mtuBytes: 200, frameRate: 0.5 });
  const client = await server.connect();
  const { port } = await server.receive();
  const { session } = await client.ask("SETUP", "large.mjpeg", {
    Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}`,
  });
  await client.ask("PLAY", "large.mjpeg", { Session: session! });
  await server.advance(10);
  const startMs = server.clock.nowMs();
  await server.during(client.ask("PAUSE", "large.mjpeg", { Session: session! }));
  const waitedMs = server.clock.nowMs() - startMs;
  assert(waitedMs > 10 && waitedMs <= MAX_SPREAD_MS + 20, `${waitedMs} ms`);
});

Deno.test("PLAY of a file that is followed has no end, waits there for more, and goes on there after PAUSE", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "movie.mjpg");
  const append = async (count: number) => {
    for (let seed = 0; seed < count; seed++) await Deno.writeFile(path, await makeJpeg({ seed }), { append: true });
  };
  await append(4);
  await using server = await serve({ root: await openServed(directory.path), follow: true });
  const client = await server.connect();
  assertMatch((await client.ask("DESCRIBE", "movie.mjpg")).body, /a=range:npt=(?:0|now)-\r\n/);
  const { session } = await client.ask("SETUP", "movie.mjpg", TCP);
  const play = async () => (await client.ask("PLAY", "movie.mjpg", { Session: session! })).headers.get("Range");
  assertMatch(await play() ?? "", /^npt=0-$/);
  await server.advanceUntil(() => framesOf(rtpOf(client)) === 4);
  await append(3);
  await server.advanceUntil(() => framesOf(rtpOf(client)) === 7);
  await client.ask("PAUSE", "movie.mjpg", { Session: session! });
  assertMatch(await play() ?? "", /^npt=0\.35-$/);
  await append(2);
  await server.advanceUntil(() => framesOf(rtpOf(client)) === 9);
  assertEquals(rtcpOf(client).some(({ kind }) => kind === "bye"), false);
});
