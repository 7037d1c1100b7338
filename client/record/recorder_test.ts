import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { encodeLabHeader } from "../../mjpeg/containers/lab_format.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { TestPlayback } from "../../tests/support/test_playback.ts";
import { RECORDER_MAX_QUEUE, RECORDER_MAX_QUEUE_BYTES, RECORDER_STALL_MS } from "../limits.ts";
import type { FrameStore } from "./frame_store.ts";
import { Recorder } from "./recorder.ts";

const FRAMES = [1, 2, 3].map((fill) => new Uint8Array(100).fill(fill));

/** Records `frames` to `out` until it ends or they are all stored; what was stored, and the error if one came. */
async function record(
  out: string,
  { frames = FRAMES, maxFrames = Infinity }: { frames?: readonly Uint8Array[]; maxFrames?: number } = {},
): Promise<{ recorder: Recorder; error: Error | undefined }> {
  const recorder = await Recorder.open(out, { maxFrames, clock: new FakeClock() });
  const playback = new TestPlayback();
  recorder.record(playback);
  for (const frame of frames) playback.show(frame);
  await recorder.close();
  const pending = Symbol();
  const error = await Promise.race([recorder.ended, Promise.resolve(pending)]).then(() => undefined, (error) => error);
  assertEquals(playback.listenerCount, 0);
  return { recorder, error };
}

Deno.test("Recorder stores a folder of JPEGs, which it creates", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "deep", "frames");
  const { recorder } = await record(out);
  assertEquals(recorder.stored, 3);
  for (const [index, frame] of FRAMES.entries()) {
    assertEquals(await Deno.readFile(join(out, `frame-00000${index + 1}.jpg`)), frame);
  }
});

Deno.test("Recorder stores the lab's format, over what was there", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  await Deno.writeFile(out, new Uint8Array(5000));
  await record(out);
  assertEquals(await Deno.readFile(out), concat(FRAMES.flatMap((frame) => [encodeLabHeader(frame.length), frame])));
});

Deno.test("Recorder ends once it has as many frames as were wanted, and stores no more", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "frames");
  const recorder = await Recorder.open(out, { maxFrames: 2, clock: new FakeClock() });
  const playback = new TestPlayback();
  recorder.record(playback);
  for (const frame of FRAMES) playback.show(frame);
  await recorder.ended;
  await recorder.close();
  assertEquals(recorder.stored, 2);
  assertEquals((await Array.fromAsync(Deno.readDir(out))).length, 2);
});

Deno.test("Recorder refuses a folder with frames of an earlier run", async () => {
  await using directory = await temporaryDirectory();
  await record(directory.path);
  await assertRejects(
    () => Recorder.open(directory.path, { maxFrames: 1, clock: new FakeClock() }),
    Error,
    "it has frames of an earlier run, which would mix with new ones",
  );
});

Deno.test("Recorder refuses a file in a folder that does not exist", async () => {
  await using directory = await temporaryDirectory();
  await assertRejects(
    () => Recorder.open(join(directory.path, "no", "movie.mjpeg"), { maxFrames: 1, clock: new FakeClock() }),
    Error,
    "the folder it lies in does not exist; create it first",
  );
});

Deno.test("Recorder keeps whole frames only when a frame is too large for the format", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  const { recorder, error } = await record(out, { frames: [FRAMES[0], new Uint8Array(100_000), FRAMES[2]] });
  assertEquals(recorder.stored, 1);
  assertMatch(error?.message ?? "", /five digits reach 99999; 1 whole frames are kept/);
  assertEquals(await Deno.readFile(out), concat([encodeLabHeader(100), FRAMES[0]]));
});

Deno.test(`Recorder lets ${RECORDER_MAX_QUEUE} frames wait for the disk, and drops one more`, async () => {
  await using directory = await temporaryDirectory();
  const recorder = await Recorder.open(join(directory.path, "movie.mjpeg"), {
    maxFrames: Infinity,
    clock: new FakeClock(),
  });
  const playback = new TestPlayback();
  recorder.record(playback);
  for (let number = 0; number < RECORDER_MAX_QUEUE; number++) playback.show(FRAMES[0]);
  assertEquals(recorder.dropped, 0);
  playback.show(FRAMES[1]);
  assertEquals(recorder.dropped, 1);
  await recorder.close();
  assertEquals(recorder.stored, RECORDER_MAX_QUEUE);
});

Deno.test(`Recorder lets ${RECORDER_MAX_QUEUE_BYTES} bytes wait for the disk, and drops what exceeds them`, async () => {
  await using directory = await temporaryDirectory();
  const recorder = await Recorder.open(join(directory.path, "frames"), { maxFrames: Infinity, clock: new FakeClock() });
  const playback = new TestPlayback();
  recorder.record(playback);
  const large = new Uint8Array(RECORDER_MAX_QUEUE_BYTES / 4);
  for (let number = 0; number < 4; number++) playback.show(large);
  assertEquals(recorder.dropped, 0);
  playback.show(FRAMES[0]);
  assertEquals(recorder.dropped, 1);
  await recorder.close();
  assertEquals(recorder.stored, 4);
});

/** Stores that take a frame in pieces when they are told to. */
class SlowStore implements FrameStore {
  readonly taken: Uint8Array[] = [];
  isClosed = false;
  #takePiece = () => {};
  #takeRest = () => {};

  async write(frame: Uint8Array, onProgress: () => void): Promise<void> {
    this.#takePiece = onProgress;
    await new Promise<void>((resolve) => this.#takeRest = resolve);
    this.taken.push(frame);
  }

  takePiece(): void {
    this.#takePiece();
  }

  async takeRest(): Promise<void> {
    this.#takeRest();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  close(): void {
    this.isClosed = true;
  }
}

Deno.test("Recorder waits at the end for as long as the store takes anything, and drops the rest", async () => {
  const [clock, store, playback] = [new FakeClock(), new SlowStore(), new TestPlayback()];
  const recorder = new Recorder(store, { maxFrames: Infinity, clock });
  recorder.record(playback);
  for (const frame of FRAMES) playback.show(frame);
  const pass = async (milliseconds: number) => {
    clock.advance(milliseconds);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  await pass(0);
  const closed = recorder.close();
  for (let count = 0; count < 5; count++) {
    store.takePiece();
    await pass(RECORDER_STALL_MS);
  }
  await store.takeRest();
  await pass(RECORDER_STALL_MS);
  assertEquals([recorder.stored, recorder.dropped, store.isClosed], [1, 0, false]);
  await pass(RECORDER_STALL_MS);
  await closed;
  assertEquals([recorder.stored, recorder.dropped, store.isClosed, clock.pendingTimers], [1, 2, true, 0]);
  // What is taken after all counts no more, and nothing follows it.
  await store.takeRest();
  assertEquals([recorder.stored, recorder.dropped, store.taken.length], [1, 2, 2]);
});
