import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { DecoderThread } from "../../decoder/decoder_thread.ts";
import { type StartThread, startWorker } from "../../../net/thread.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { gifFile } from "../../../tests/support/gif_files.ts";
import { temporaryDirectory } from "../../../tests/support/temporary_directory.ts";
import { until } from "../../../tests/support/until.ts";
import { DECODED_AHEAD_FRAMES, DECODER_IDLE_MS, MAX_DECODERS } from "../../limits.ts";
import { DecodedMovie } from "./decoded_movie.ts";
import { DecodingRun } from "./decoding_run.ts";
import { MovieDecoders } from "./movie_decoders.ts";

const FRAMES = 400;
const SIGNAL = new AbortController().signal;

/** A movie of 8 seconds, and what decodes it: how many threads were started, and how many have not ended. */
async function setUp() {
  const directory = await temporaryDirectory();
  const path = join(await Deno.realPath(directory.path), "movie.gif");
  await Deno.writeFile(path, gifFile({ delays: Array(FRAMES).fill(2) }));
  const threads = { started: 0, running: 0, fail: (_reason: string) => {} };
  const startThread: StartThread = (...args) => {
    const end = startWorker(...args);
    threads.fail = args[2];
    threads.started++;
    threads.running++;
    return () => {
      threads.running--;
      end();
    };
  };
  const clock = new FakeClock();
  const decoders = new MovieDecoders({ clock, startThread });
  return {
    ...{ path, clock, threads, decoders },
    async [Symbol.asyncDispose]() {
      decoders.close();
      await directory[Symbol.asyncDispose]();
      assertEquals(threads.running, 0);
    },
  };
}

Deno.test("MovieDecoders decodes once for all who watch near the same place, in the thread that has listed the frames", async () => {
  await using movie = await setUp();
  const { decoders, path, threads } = movie;
  const { version, index } = await decoders.index(path, SIGNAL);
  assertEquals([index.count, index.frameRate], [FRAMES, 50]);
  const first = await decoders.frame({ path, version }, 0);
  const [again, near, far] = await Promise.all([0, 30, 60].map((at) => decoders.frame({ path, version }, at)));
  assert(again === first);
  assert(near.length > 0 && far.length > 0);
  assertEquals(threads.started, 1);
});

Deno.test("MovieDecoders goes elsewhere in the thread that nobody needs, and in another one while somebody does", async () => {
  await using movie = await setUp();
  const { decoders, path, threads, clock } = movie;
  const { version } = await decoders.index(path, SIGNAL);
  await decoders.frame({ path, version }, 0);
  await decoders.frame({ path, version }, 300);
  assertEquals(threads.started, 2);
  clock.advance(1000);
  await decoders.frame({ path, version }, 200);
  assertEquals(threads.started, 2);
});

Deno.test(`MovieDecoders starts ${MAX_DECODERS} threads, and not one more`, async () => {
  await using movie = await setUp();
  const { decoders, path, threads } = movie;
  const { version } = await decoders.index(path, SIGNAL);
  for (const at of [0, 390, 270, 140, 205, 335]) await decoders.frame({ path, version }, at);
  assertEquals([threads.started, threads.running], [MAX_DECODERS, MAX_DECODERS]);
});

Deno.test("MovieDecoders decodes what comes before where frames are wanted backwards", async () => {
  await using movie = await setUp();
  const { decoders, path, threads } = movie;
  const { version } = await decoders.index(path, SIGNAL);
  for (let at = 120; at >= 60; at--) assert((await decoders.frame({ path, version }, at)).length > 0);
  assert(threads.started <= MAX_DECODERS);
});

Deno.test(`MovieDecoders ends threads that nobody needs after ${DECODER_IDLE_MS} ms`, async () => {
  await using movie = await setUp();
  const { decoders, path, threads, clock } = movie;
  const { version } = await decoders.index(path, SIGNAL);
  await decoders.frame({ path, version }, 0);
  clock.advance(DECODER_IDLE_MS);
  assertEquals(threads.running, 0);
  await decoders.frame({ path, version }, 200);
  assertEquals(threads.started, 2);
});

Deno.test("MovieDecoders starts another thread where one has failed", async () => {
  await using movie = await setUp();
  const { decoders, path, threads } = movie;
  const { version } = await decoders.index(path, SIGNAL);
  await decoders.frame({ path, version }, 0);
  threads.fail("the test wants it so");
  assert((await decoders.frame({ path, version }, 300)).length > 0);
  assertEquals(threads.started, 2);
});

Deno.test("MovieDecoders gives no frame of a file that has been written to since", async () => {
  await using movie = await setUp();
  const { decoders, path } = movie;
  const { version } = await decoders.index(path, SIGNAL);
  await Deno.writeFile(path, gifFile({ delays: [10, 10] }));
  await assertRejects(() => decoders.frame({ path, version }, 0), Error, "a new SETUP plays what it is now");
});

Deno.test("MovieDecoders says why it can list nothing", async () => {
  await using movie = await setUp();
  await Deno.writeFile(movie.path, new Uint8Array(1000));
  await assertRejects(() => movie.decoders.index(movie.path, SIGNAL), Error, "Invalid data found");
});

Deno.test("MovieDecoders shows the last frame in place of those that are cut off", async () => {
  await using movie = await setUp();
  const { decoders, path } = movie;
  const { version } = await decoders.index(path, SIGNAL);
  const last = await decoders.frame({ path, version }, FRAMES - 1);
  assert(last.length > 0);
});

Deno.test("DecodingRun decodes no further ahead than allowed, and tells that it is slow", async () => {
  await using movie = await setUp();
  const thread = new DecoderThread(movie.path);
  const list = await thread.list();
  let nowMs = 0;
  const speeds: number[] = [];
  const kept: number[] = [];
  const run = new DecodingRun({
    movie: new DecodedMovie({ path: movie.path, version: { sizeBytes: 0, modifiedMs: 0 } }, list),
    thread,
    // Each look at it takes a second.
    clock: { ...movie.clock, nowMs: () => nowMs += 1000, unixMs: () => 0, after: () => () => {} },
    keep: (index) => kept.push(index),
    onSlow: (speed) => speeds.push(speed),
  });
  run.start(0);
  await run.frame(50);
  assert(speeds.length > 0 && speeds.every((speed) => speed < 0.1), speeds.join());
  // Further ahead than that it sleeps, while another thread goes through the whole movie.
  await until(() => kept.at(-1) === 50 + DECODED_AHEAD_FRAMES);
  const other = new DecoderThread(movie.path);
  assertEquals((await Array.fromAsync(other.decode({ quality: 85 }).frames())).length, FRAMES);
  other.close();
  assertEquals(kept.at(-1), 50 + DECODED_AHEAD_FRAMES);
  run.want(60);
  await until(() => kept.at(-1) === 60 + DECODED_AHEAD_FRAMES);
  run.close("the test is over");
});
