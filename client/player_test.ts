import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { encodeLabHeader } from "../mjpeg/containers/streams/lab_header.ts";
import { encodeRtpPacket } from "../rtp/packet.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { reservePort } from "../tests/support/ports.ts";
import { temporaryDirectory } from "../tests/support/temporary_directory.ts";
import { RtspServer } from "../server/server.ts";
import { openServed } from "../server/source/served/open_served.ts";
import { SILENCE_MS } from "./limits.ts";
import type { Notice, PlaybackStatus, ReceivedFrame } from "../page/playback.ts";
import { Player } from "./player.ts";
import { parseRtspUrl } from "./rtsp/rtsp_url.ts";
import { until } from "../tests/support/until.ts";

function jpeg(fill: number): Uint8Array {
  return new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, ...Array(20).fill(fill), 0xff, 0xd9]);
}

const MOVIE = Array.from({ length: 10 }, (_, index) => jpeg(index + 1));

/** A player of `movie.Mjpeg` on a real server; both follow one clock that the test moves. */
async function open(file = "movie.Mjpeg") {
  const directory = await temporaryDirectory();
  const bytes = concat(MOVIE.flatMap((frame) => [encodeLabHeader(frame.length), frame]));
  await Deno.writeFile(join(directory.path, "movie.Mjpeg"), bytes);
  const clock = new FakeClock();
  const server = new RtspServer({
    root: await openServed(directory.path),
    hostname: "127.0.0.1",
    port: 0,
    frameRate: 20,
    loop: false,
    fragmentBytes: undefined,
    emulation: undefined,
    clock,
    random: Math.random,
  });
  const running = server.run();
  const rtpPort = reservePort();
  const { port } = server.address;
  const player = new Player({ target: { hostname: "127.0.0.1", port, rtpPort, file, dialect: "auto" }, clock });
  const frames: ReceivedFrame[] = [];
  const statuses: PlaybackStatus[] = [];
  player.subscribe({ frame: (frame) => frames.push(frame), status: (status) => statuses.push(status) });
  return {
    player,
    server,
    clock,
    rtpPort,
    frames,
    statuses,
    /** Lets the time of frames go by until the player has `count` of them. */
    async playUntil(count: number): Promise<void> {
      await until(() => {
        const isReached = frames.length >= count;
        if (!isReached) clock.advance(50);
        return isReached;
      });
    },
    async [Symbol.asyncDispose]() {
      await player.close();
      await server.close();
      await running;
      await directory[Symbol.asyncDispose]();
    },
  };
}

Deno.test("Player plays, pauses, goes on and tears down, and shows every frame once", async () => {
  await using opened = await open();
  const { player, frames } = opened;
  await player.command("SETUP");
  await player.command("PLAY");
  await opened.playUntil(4);
  await player.command("PAUSE");
  assertEquals(player.status.state, "READY");
  await player.command("PLAY");
  await opened.playUntil(8);
  await player.command("TEARDOWN");
  assertEquals(frames.map(({ data, number }) => [data[6], number]), frames.map((_, index) => [index + 1, index + 1]));
  assert(frames.every(({ timestampUs }, index) => index === 0 || timestampUs >= frames[index - 1].timestampUs));
  const { lostPackets, damagedFrames, packets } = player.statistics();
  assertEquals([lostPackets, damagedFrames, packets], [0, 0, frames.length]);
});

Deno.test("Player says what is allowed in each state, and nothing while it waits for a reply", async () => {
  await using opened = await open();
  const { player, statuses } = opened;
  assertEquals(player.status.allowed, ["SETUP"]);
  await player.command("SETUP");
  assertEquals(player.status.allowed, ["PLAY", "TEARDOWN"]);
  await player.command("PLAY");
  assertEquals(player.status.allowed, ["PAUSE", "TEARDOWN"]);
  await player.command("TEARDOWN");
  assertEquals(player.status.allowed, ["SETUP"]);
  assertEquals(statuses.map(({ state, allowed }) => `${state} ${allowed}`), [
    ...["INIT ", "READY PLAY,TEARDOWN", "READY ", "PLAYING PAUSE,TEARDOWN", "PLAYING ", "INIT SETUP"],
  ]);
});

Deno.test("Player refuses a command that the state does not allow, and sends nothing", async () => {
  await using opened = await open();
  await assertRejects(() => opened.player.command("PLAY"), Error, "PLAY is not valid in state INIT: SETUP is");
  await opened.player.command("SETUP");
  await assertRejects(() => opened.player.command("PAUSE"), Error, "PAUSE is not valid in state READY");
});

Deno.test("Player counts and shows the frames of a second session after those of the first", async () => {
  await using opened = await open();
  const { player, frames } = opened;
  for (const count of [3, 6]) {
    await player.command("SETUP");
    await player.command("PLAY");
    await opened.playUntil(count);
    await player.command("TEARDOWN");
  }
  assertEquals(frames.map(({ number }) => number), frames.map((_, index) => index + 1));
  assertEquals(player.statistics().frames, frames.length);
});

Deno.test("Player says that the server does not have the file", async () => {
  await using opened = await open("nothing.Mjpeg");
  await assertRejects(
    () => opened.player.command("SETUP"),
    Error,
    'it has nothing of that name: check "nothing.Mjpeg"',
  );
  assertEquals([opened.player.status.state, opened.player.status.notice?.level], ["INIT", "error"]);
});

Deno.test("Player says that the RTP port is taken", async () => {
  await using opened = await open();
  const taken = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: opened.rtpPort });
  try {
    await assertRejects(() => opened.player.command("SETUP"), Error, `RTP port ${opened.rtpPort} is taken`);
  } finally {
    taken.close();
  }
  await opened.player.command("SETUP");
});

Deno.test(`Player says after ${SILENCE_MS} ms that nothing comes, and takes it back when something does`, async () => {
  await using opened = await open();
  const { player, clock } = opened;
  await player.command("SETUP");
  await player.command("PLAY");
  await opened.playUntil(10);
  clock.advance(SILENCE_MS);
  assertMatch(player.status.notice?.text ?? "", /^No frame for 5 s: the stream may have ended/);
  await player.command("PAUSE");
  await player.command("PLAY");
  assertEquals(player.status.notice, undefined);
});

Deno.test("Player shows a lab's movie again by PLAY once nothing more has come of it", async () => {
  await using opened = await open();
  const { player, frames, clock } = opened;
  await player.command("SETUP");
  await player.command("PLAY");
  await opened.playUntil(10);
  clock.advance(SILENCE_MS);
  assertEquals([player.status.state, player.status.allowed], ["PLAYING", ["PLAY", "PAUSE", "TEARDOWN"]]);
  await player.command("PLAY");
  assertEquals([player.status.state, player.status.allowed], ["PLAYING", ["PAUSE", "TEARDOWN"]]);
  await opened.playUntil(20);
  assertEquals(frames.slice(10).map(({ data }) => data[6]), MOVIE.map((frame) => frame[6]));
});

Deno.test("Player says that the server is gone, and can set up again when it is back", async () => {
  await using opened = await open();
  const { player } = opened;
  await player.command("SETUP");
  await player.command("PLAY");
  const gone = Promise.withResolvers<Notice>();
  player.subscribe({ status: ({ notice }) => notice !== undefined && gone.resolve(notice) });
  await opened.server.close();
  assertMatch((await gone.promise).text, /^The server is gone: /);
  assertEquals([player.status.state, player.status.allowed, player.status.ended], ["INIT", ["SETUP"], false]);
  await assertRejects(() => player.command("SETUP"), Error, "nobody listens there");
});

Deno.test({
  name: "Player ignores and counts packets from another address than the server's",
  // Only Linux has all of 127.0.0.0/8 as addresses of its own.
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using opened = await open();
    const { player, rtpPort } = opened;
    await player.command("SETUP");
    await player.command("PLAY");
    const unexpected = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.2", port: 0 });
    try {
      const packet = encodeRtpPacket({
        marker: false,
        payloadType: 26,
        sequenceNumber: 1,
        timestamp: 0,
        ssrc: 0,
        payload: jpeg(99),
      });
      await unexpected.send(packet, { transport: "udp", hostname: "127.0.0.1", port: rtpPort });
    } finally {
      unexpected.close();
    }
    await opened.playUntil(3);
    assertEquals(player.statistics().unexpectedSourcePackets, 1);
    assert(opened.frames.every(({ data }) => data[6] !== 99));
  },
});

Deno.test("Player.close() tears down what is set up, and nothing can be commanded afterwards", async () => {
  await using opened = await open();
  await opened.player.command("SETUP");
  await opened.player.close();
  assertEquals([opened.player.status.ended, opened.player.status.allowed], [true, []]);
  await assertRejects(() => opened.player.command("SETUP"), Error, "SETUP is not valid");
});

Deno.test("Player without a server says so", async () => {
  const port = reservePort();
  const player = new Player({
    target: { hostname: "127.0.0.1", port, rtpPort: reservePort(), file: "movie.Mjpeg", dialect: "auto" },
    clock: new FakeClock(),
  });
  await assertRejects(
    () => player.command("SETUP"),
    Error,
    `Cannot connect to 127.0.0.1:${port}: nobody listens there`,
  );
  await player.close();
});

Deno.test("Player shows no password of a URL's query in its title", () => {
  const url = parseRtspUrl("rtsp://127.0.0.1/live?user=admin&password=secret");
  assertEquals(new Player({ target: { url }, clock: new FakeClock() }).title, "live?user=…&password=…");
});
