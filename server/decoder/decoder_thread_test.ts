import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { decodeFrameHeader } from "../../mjpeg/jpeg/segment_data.ts";
import { isFrameHeader } from "../../mjpeg/jpeg/markers.ts";
import { readHeaderSegments } from "../../mjpeg/jpeg/segments.ts";
import { openThread, startWorker } from "../../net/thread.ts";
import { gifFile, type GifKind } from "../../tests/support/gif_files.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { until } from "../../tests/support/until.ts";
import { type DecoderMessage, type DecoderTask, WANTED } from "./decoder_messages.ts";
import { decoderPlan, DecoderThread } from "./decoder_thread.ts";
import { DecodingError } from "./decoding_error.ts";
import type { Decoding } from "./ffmpeg_arguments.ts";
import { MAX_DECODED_PIXELS, MAX_FRAMES_AHEAD } from "./limits.ts";
import type { DecodedFrame } from "./timed_jpegs.ts";

/** A movie in a file of its own. */
async function movieFile(bytes: Uint8Array) {
  const directory = await temporaryDirectory();
  const path = join(await Deno.realPath(directory.path), "movie");
  await Deno.writeFile(path, bytes);
  return { path, folder: directory.path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

async function decode(bytes: Uint8Array, decoding: Partial<Decoding> = {}) {
  await using file = await movieFile(bytes);
  const thread = new DecoderThread(file.path);
  try {
    const stream = thread.decode({ quality: 90, ...decoding });
    return { frames: await Array.fromAsync(stream.frames()), problem: stream.problem };
  } finally {
    thread.close();
  }
}

function decodeGif(kind: GifKind, decoding?: Partial<Decoding>) {
  return decode(gifFile(kind), decoding);
}

function timesOf(frames: readonly DecodedFrame[]): number[][] {
  return frames.map(({ timestampUs, durationUs }) => [timestampUs, durationUs]);
}

function sizeOf(jpeg: Uint8Array): [width: number, height: number] {
  for (const segment of readHeaderSegments(jpeg)) {
    if (!isFrameHeader(segment.marker)) continue;
    const { width, height } = decodeFrameHeader(segment);
    return [width, height];
  }
  throw new Error("It has no frame header");
}

Deno.test("DecoderThread gives every frame as a JPEG at its own time, however uneven", async () => {
  const { frames, problem } = await decodeGif({ delays: [10, 20, 5, 100, 30] });
  assertEquals(timesOf(frames).map(([timeUs]) => timeUs), [0, 100_000, 300_000, 350_000, 1_350_000]);
  assertEquals(frames.map(({ data }) => sizeOf(data)), Array(5).fill([16, 16]));
  assertEquals(problem, undefined);
});

Deno.test("DecoderThread decodes a part of a movie, and makes its pictures larger or smaller", async () => {
  const { frames } = await decodeGif({ delays: Array(20).fill(10) }, {
    ...{ from: 0.5, to: 1.2, size: { width: 32, height: 24 } },
  });
  assertEquals(timesOf(frames), [0, 1, 2, 3, 4, 5, 6].map((index) => [100_000 * index, 100_000]));
  assertEquals(sizeOf(frames[0].data), [32, 24]);
});

Deno.test("DecoderThread gives no frame, and no error, of a part that has none", async () => {
  assertEquals(await decodeGif({ delays: [10, 10] }, { from: 5 }), { frames: [], problem: undefined });
});

Deno.test("DecoderThread says what is wrong with a movie of which it can decode nothing", async () => {
  const junk = new TextEncoder().encode("GIF89a and nothing that follows is a GIF at all");
  for (const [bytes, message] of [[junk, /./], [new Uint8Array(1000), /Invalid data found/]] as const) {
    const error = await assertRejects(() => decode(bytes), DecodingError);
    assert(message.test(error.message), error.message);
  }
});

Deno.test("DecoderThread gives the frames in front of the place where a movie is cut", async () => {
  const whole = gifFile({ delays: Array(10).fill(10) });
  const { frames } = await decode(whole.subarray(0, whole.length - 400));
  assert(frames.length >= 6 && frames.length < 10, `${frames.length} frames`);
});

Deno.test(`DecoderThread decodes pictures of ${MAX_DECODED_PIXELS} pixels, and none of more`, async () => {
  const width = 7680;
  const height = MAX_DECODED_PIXELS / width;
  const { frames } = await decodeGif({ width, height, delays: [10] }, { quality: 1 });
  assertEquals(sizeOf(frames[0].data), [width, height]);
  await assertRejects(() => decodeGif({ width, height: height + 1, delays: [10] }), DecodingError);
});

Deno.test(`DecoderThread sleeps where ${MAX_FRAMES_AHEAD} frames wait to be taken, and ends all the same`, async () => {
  await using file = await movieFile(gifFile({ delays: Array(100).fill(2) }));
  const messages: DecoderMessage[] = [];
  const control = new Int32Array(new SharedArrayBuffer(8));
  control[WANTED] = MAX_FRAMES_AHEAD;
  const thread = openThread(startWorker, decoderPlan(file.path), () => {});
  thread.port.onmessage = ({ data }: MessageEvent<DecoderMessage>) => messages.push(data);
  thread.port.postMessage(
    { number: 1, path: file.path, control, decoding: { quality: 90 } } satisfies DecoderTask,
  );
  const frames = () => messages.filter(({ kind }) => kind === "frame").length;
  // What sleeps is woken, and sleeps again.
  const isAsleep = () => Atomics.load(control, WANTED) === 0 && Atomics.notify(control, WANTED) === 1;
  await until(isAsleep);
  await until(() => frames() === MAX_FRAMES_AHEAD);
  Atomics.add(control, WANTED, 1);
  Atomics.notify(control, WANTED);
  await until(() => frames() === MAX_FRAMES_AHEAD + 1);
  await until(isAsleep);
  assertEquals(frames(), MAX_FRAMES_AHEAD + 1);
  thread.terminate();
});

Deno.test("DecoderThread goes on with another part of the movie once a stream is closed", async () => {
  await using file = await movieFile(gifFile({ delays: Array(100).fill(2) }));
  const thread = new DecoderThread(file.path);
  try {
    const first = thread.decode({ quality: 90 });
    let count = 0;
    for await (const _ of first.frames()) if (++count === 3) first.close();
    assertEquals(count, 3);
    const second = thread.decode({ quality: 90, from: 1 });
    assertEquals((await Array.fromAsync(second.frames())).length, 50);
  } finally {
    thread.close();
  }
});

Deno.test("DecoderThread lists the frames of a movie at the times at which it decodes them", async () => {
  await using file = await movieFile(gifFile({ delays: [10, 20, 5, 100, 30] }));
  const thread = new DecoderThread(file.path);
  const list = await thread.list();
  thread.close();
  assertEquals([...list.timesUs], [0, 100_000, 300_000, 350_000, 1_350_000]);
  assertEquals([list.endUs, list.firstDurationUs], [1_650_000, 100_000]);
});

Deno.test("DecoderThread says why it can list nothing, and that it was closed", async () => {
  await using file = await movieFile(new Uint8Array(1000));
  const thread = new DecoderThread(file.path);
  await assertRejects(() => thread.list(), DecodingError, "Invalid data found");
  thread.close();
  await assertRejects(() => thread.list(), DecodingError, "It was closed");
  await assertRejects(() => thread.decode({ quality: 90 }).frames().next(), DecodingError, "It was closed");
});

Deno.test("a DecoderThread can read its movie, and do nothing else", async () => {
  await using file = await movieFile(gifFile({ delays: [10] }));
  const other = join(file.folder, "other");
  await Deno.writeTextFile(other, "secret");
  const probe = new URL("../../tests/support/rights_probe.ts", import.meta.url);
  const worker = new Worker(probe, { type: "module", deno: { permissions: decoderPlan(file.path).permissions } });
  worker.postMessage([file.path, other, import.meta.filename!]);
  const can: string[] = await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
  worker.terminate();
  assertEquals(can, [`read ${file.path}`]);
});
