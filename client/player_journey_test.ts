/** Seeking, speeds and single frames: what a player shows of a movie at a server of ours, and what it asks of others. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { encodeInterleaved } from "../net/interleaved.ts";
import type { ReceivedFrame } from "../page/playback.ts";
import { RtspServer } from "../server/server.ts";
import { openServed } from "../server/source/served/open_served.ts";
import { encodeFrame } from "../tests/support/encoded_frames.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { frameNumberOf } from "../tests/support/frame_number.ts";
import { makeLabMovie } from "../tests/support/lab_movie.ts";
import { FINITE, openPlayerAtCamera } from "../tests/support/player_at_camera.ts";
import { until } from "../tests/support/until.ts";
import { MAX_HELD_FRAMES, PLACE_PATIENCE_MS } from "./limits.ts";
import { Player } from "./player.ts";
import { parseRtspUrl } from "./rtsp/rtsp_url.ts";

/** Frames of the movie, which shows 20 a second. */
const FRAMES = 60;

/** A player of a movie of 3 s at a real server; both follow one clock that the test moves. */
async function open(transport: "udp" | "tcp" = "tcp") {
  const movie = await makeLabMovie({ frameCount: FRAMES });
  const clock = new FakeClock();
  const server = new RtspServer({
    ...{ root: await openServed(movie.root), hostname: "127.0.0.1", port: 0, frameRate: 20, loop: false },
    ...{ fragmentBytes: undefined, emulation: undefined, clock, random: Math.random },
  });
  const running = server.run();
  const url = parseRtspUrl(`rtsp://127.0.0.1:${server.address.port}/${movie.file}`);
  const player = new Player({ target: { url }, transport, clock });
  const frames: ReceivedFrame[] = [];
  player.subscribe({ frame: (frame) => frames.push(frame) });
  const step = async () => {
    clock.advance(10);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return {
    player,
    frames,
    /** Lets time go by until something holds. */
    goOn: (condition: () => boolean) => until(condition, { step }),
    /** Lets time go by until a promise is settled. */
    async during<T>(promise: Promise<T>): Promise<T> {
      let isSettled = false;
      promise.then(() => isSettled = true, () => isSettled = true);
      await until(() => isSettled, { step });
      return await promise;
    },
    /** The numbers in the pictures of the frames from `start` on, and where the player says that they are. */
    async shown(start: number): Promise<(readonly [number: number, positionSeconds: number])[]> {
      return await Promise.all(
        frames.slice(start).map(async ({ data, positionSeconds }) =>
          [await frameNumberOf(data) ?? 0, Number(positionSeconds?.toFixed(3))] as const
        ),
      );
    },
    async [Symbol.asyncDispose]() {
      await player.close();
      await server.close();
      await running;
      await movie[Symbol.asyncDispose]();
    },
  };
}

/** A frame by its number, from 1, with its time. */
function framed(number: number): readonly [number, number] {
  return [number, (number - 1) / 20];
}

for (const transport of ["tcp", "udp"] as const) {
  Deno.test(`Player.seek() goes on at the frame that is asked for, over ${transport}`, async () => {
    await using opened = await open(transport);
    const { player, frames } = opened;
    await player.command("SETUP");
    const { isLive, canSeek, durationSeconds, positionSeconds } = player.status;
    assertEquals([isLive, canSeek, durationSeconds, positionSeconds], [false, true, 3, 0]);
    await player.command("PLAY");
    await opened.goOn(() => frames.length >= 3);
    assertEquals((await opened.shown(0)).slice(0, 3), [framed(1), framed(2), framed(3)]);
    for (const number of [41, 11]) {
      await opened.during(player.seek((number - 1) / 20));
      const start = frames.length;
      assertEquals(player.status.state, "PLAYING");
      await opened.goOn(() => frames.length >= start + 3);
      const shown = await opened.shown(0);
      const first = shown.findIndex(([shownNumber]) => shownNumber === number);
      assertEquals(shown[first], framed(number));
      assertEquals(shown[first + 1], framed(number + 1));
    }
  });
}

Deno.test("Player.seek() shows one frame while paused, and Play goes on behind it", async () => {
  await using opened = await open();
  const { player, frames } = opened;
  await player.command("SETUP");
  await opened.during(player.seek(1.5));
  assertEquals([player.status.state, player.status.positionSeconds], ["READY", 1.5]);
  assertEquals(await opened.shown(0), [framed(31)]);
  await opened.during(player.step());
  await opened.during(player.step());
  assertEquals(await opened.shown(1), [framed(32), framed(33)]);
  await player.command("PLAY");
  await opened.goOn(() => frames.length >= 5);
  assertEquals((await opened.shown(3)).slice(0, 2), [framed(34), framed(35)]);
});

Deno.test("Player.seek() goes to the nearest place that there is", async () => {
  await using opened = await open();
  const { player } = opened;
  await player.command("SETUP");
  await opened.during(player.seek(-7));
  assertEquals([await opened.shown(0), player.status.positionSeconds], [[framed(1)], 0]);
  await opened.during(player.seek(1000));
  assertEquals((await opened.shown(1)).map(([number]) => number), [FRAMES]);
});

Deno.test("Player.setScale() plays faster, slower and backwards, from where it is", async () => {
  await using opened = await open();
  const { player, frames } = opened;
  await player.command("SETUP");
  await player.setScale(2);
  await player.command("PLAY");
  await opened.goOn(() => frames.length >= 4);
  assertEquals((await opened.shown(0)).slice(0, 4), [framed(1), framed(3), framed(5), framed(7)]);
  await opened.during(player.setScale(-1));
  assertEquals([player.status.scale, player.status.canScale], [-1, true]);
  const start = frames.length;
  await opened.goOn(() => frames.length >= start + 3);
  const [first, second, third] = (await opened.shown(start)).slice(0, 3);
  const [last] = (await opened.shown(start - 1))[0];
  assertEquals([first, second, third], [framed(last - 1), framed(last - 2), framed(last - 3)]);
  await opened.goOn(() => player.status.isAtEnd);
  assertEquals((await opened.shown(0)).at(-1), framed(1));
  // Backwards from the beginning is from the end.
  await opened.during(player.command("PLAY"));
  const again = frames.length;
  await opened.goOn(() => frames.length >= again + 2);
  const numbers = (await opened.shown(again)).map(([number]) => number);
  assert(numbers[0] > FRAMES - 5 && numbers[1] === numbers[0] - 1, String(numbers));
});

Deno.test("Player.seek() at the end of a movie plays it again from there", async () => {
  await using opened = await open();
  const { player, frames } = opened;
  await player.command("SETUP");
  await player.command("PLAY");
  await opened.goOn(() => player.status.isAtEnd);
  assertEquals([player.status.state, player.status.canSeek], ["READY", true]);
  await assertRejects(() => player.step(), Error, "Cannot show the next frame in state PLAYING");
  const start = frames.length;
  await opened.during(player.seek(2.5));
  assertEquals([player.status.state, player.status.isAtEnd], ["PLAYING", false]);
  await opened.goOn(() => frames.length > start);
  assertEquals((await opened.shown(start))[0], framed(51));
});

Deno.test("Player.seek(), setScale() and step() are refused where there is nothing to go through", async () => {
  await using opened = await open();
  const { player } = opened;
  await assertRejects(() => player.seek(1), Error, "Cannot seek without a session: press Play first");
  await assertRejects(() => player.setScale(2), Error, "Cannot change the speed without a session");
  await assertRejects(() => player.step(), Error, "Cannot show the next frame in state INIT: pause first");
  await using live = openPlayerAtCamera();
  await live.play();
  assertEquals([live.player.status.isLive, live.player.status.canSeek], [true, false]);
  await assertRejects(() => live.player.seek(1), Error, "Cannot seek in what has no end");
});

Deno.test("Player.seek() asks for PAUSE before PLAY, and goes on where a server refuses it", async () => {
  for (const status of ["200 OK", "455 Method Not Valid In This State"]) {
    await using opened = openPlayerAtCamera({ DESCRIBE: FINITE, PAUSE: { status } });
    const { player, camera } = opened;
    await opened.play();
    await opened.show();
    await player.seek(4.5679);
    const [pause, play] = camera.requests.slice(-2);
    assertEquals([pause.method, play.method, play.headers.get("Range")], ["PAUSE", "PLAY", "npt=4.568-"]);
    assertEquals(player.status.state, "PLAYING");
  }
});

Deno.test("Player.seek() has paused where a server refuses the PLAY", async () => {
  let isRefusing = false;
  await using opened = openPlayerAtCamera({
    DESCRIBE: FINITE,
    PLAY: () => isRefusing ? { status: "457 Invalid Range" } : {},
  });
  await opened.play();
  isRefusing = true;
  await assertRejects(() => opened.player.seek(5), Error, "457 Invalid Range");
  assertEquals(opened.player.status.state, "READY");
});

Deno.test("Player.setScale() tells where a server plays at its own speed, and asks no more", async () => {
  await using opened = openPlayerAtCamera({ DESCRIBE: FINITE });
  const { player, camera } = opened;
  await opened.play();
  await player.setScale(-2);
  const { headers } = camera.requests.at(-1)!;
  assertEquals([headers.get("Scale"), headers.get("Range")], ["-2", "npt=9.999-0.000"]);
  assertEquals([player.status.scale, player.status.canScale], [1, false]);
  await opened.notice(/does not play at that speed: it plays as usual/);
});

Deno.test("Player.step() gives up where no frame comes, and pauses all the same", async () => {
  await using opened = openPlayerAtCamera({ DESCRIBE: FINITE });
  const { player, camera, clock } = opened;
  await player.command("SETUP");
  const step = assertRejects(() => player.step(), Error, "No other frame has come");
  await until(() => camera.requests.at(-1)?.method === "PLAY");
  await until(() => camera.requests.at(-1)?.method === "PAUSE", {
    step: () => new Promise((resolve) => setTimeout(() => resolve(clock.advance(PLACE_PATIENCE_MS)))),
  });
  await step;
  assertEquals(player.status.state, "READY");
});

/** Frames as a camera sends them in one go: one each second of the movie, from `second` on. */
function burst(count: number, { second = 0, sequenceNumber = 7 } = {}): Uint8Array {
  return concat(Array.from({ length: count }, (_, index) => {
    const timestamp = (second + index) * 90_000;
    return encodeInterleaved(0, encodeFrame({ sequenceNumber: sequenceNumber + index, timestamp }));
  }));
}

const FROM_0 = ["Range: npt=0-10", "RTP-Info: url=track1;rtptime=0"];

Deno.test("Player.step() keeps what comes behind the frame for the next steps, and Play shows it before what follows", async () => {
  await using opened = openPlayerAtCamera({ DESCRIBE: FINITE, PLAY: { lines: FROM_0, then: burst(4) } });
  const { player, camera, frames } = opened;
  const places = () => frames.map(({ positionSeconds }) => positionSeconds);
  await player.command("SETUP");
  await player.step();
  assertEquals([places(), player.status.positionSeconds], [[0], 0]);
  const asked = camera.requests.length;
  await player.step();
  assertEquals([places(), camera.requests.length], [[0, 1], asked]);
  await player.command("PLAY");
  assertEquals(places().slice(0, 4), [0, 1, 2, 3]);
});

Deno.test("Player.seek() forgets what came behind the frame of another place", async () => {
  const answers = [
    { lines: FROM_0, then: burst(2) },
    {
      lines: ["Range: npt=5-10", "RTP-Info: url=track1;rtptime=450000"],
      then: burst(1, { second: 5, sequenceNumber: 9 }),
    },
    {},
  ];
  await using opened = openPlayerAtCamera({ DESCRIBE: FINITE, PLAY: () => answers.shift() });
  const { player, frames } = opened;
  await player.command("SETUP");
  await player.step();
  await player.seek(5);
  await player.command("PLAY");
  assertEquals(frames.map(({ positionSeconds }) => positionSeconds), [0, 5]);
});

for (const count of [MAX_HELD_FRAMES, MAX_HELD_FRAMES + 1]) {
  Deno.test(`Player: of ${count} frames before the answer to PLAY, ${MAX_HELD_FRAMES} wait for it to say where they are`, async () => {
    await using opened = openPlayerAtCamera({ DESCRIBE: FINITE, PLAY: { lines: FROM_0, before: burst(count) } });
    const { player, frames } = opened;
    await opened.play();
    await until(() => frames.length === count);
    const places = frames.map(({ positionSeconds }) => positionSeconds);
    const isKnown = count <= MAX_HELD_FRAMES;
    assertEquals(places, Array.from({ length: count }, (_, index) => isKnown ? index : undefined));
    assertEquals(player.status.state, "PLAYING");
  });
}
