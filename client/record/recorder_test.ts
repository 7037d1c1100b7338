import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { extname, join } from "@std/path";
import { encodeLabHeader, LAB_FRAME_MAX_BYTES } from "../../mjpeg/containers/streams/lab_header.ts";
import type { JpegFrame } from "../../mjpeg/frame.ts";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { memoryFile } from "../../tests/support/memory_file.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { TestPlayback } from "../../tests/support/test_playback.ts";
import { until } from "../../tests/support/until.ts";
import {
  RECORDER_MAX_QUEUE,
  RECORDER_MAX_QUEUE_BYTES,
  RECORDER_MAX_SOUND_QUEUE,
  RECORDER_STALL_MS,
} from "../limits.ts";
import type { FrameStore } from "./stores/frame_store.ts";
import { Recorder } from "./recorder.ts";

const FRAMES = [1, 2, 3].map((fill) => new Uint8Array(100).fill(fill));

const LAB_FILE = concat(FRAMES.flatMap((frame) => [encodeLabHeader(frame.length), frame]));

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

Deno.test("Recorder stores the lab's format", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  await record(out);
  assertEquals(await Deno.readFile(out), LAB_FILE);
});

Deno.test("Recorder stores frames of all lengths in the lab's format, each behind its own", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  const frames = [100, 40_000, 7, 41_000, LAB_FRAME_MAX_BYTES].map((length, fill) =>
    new Uint8Array(length).fill(fill + 1)
  );
  await record(out, { frames });
  assertEquals(await Deno.readFile(out), concat(frames.flatMap((frame) => [encodeLabHeader(frame.length), frame])));
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

Deno.test("Recorder drops frames that are too large for the format, counts them, and goes on", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  const large = new Uint8Array(LAB_FRAME_MAX_BYTES + 1);
  const frames = [large, FRAMES[0], large, large, FRAMES[1], FRAMES[2]];
  const { recorder, error } = await record(out, { frames });
  assertEquals([recorder.stored, recorder.tooLarge, recorder.dropped, error], [3, 3, 0, undefined]);
  assertEquals(await Deno.readFile(out), LAB_FILE);
});

Deno.test("Recorder does not count frames that are too large among those that were wanted", async () => {
  await using directory = await temporaryDirectory();
  const recorder = await Recorder.open(join(directory.path, "movie.mjpeg"), { maxFrames: 1, clock: new FakeClock() });
  const playback = new TestPlayback();
  recorder.record(playback);
  playback.show(new Uint8Array(LAB_FRAME_MAX_BYTES + 1));
  await until(() => recorder.tooLarge === 1);
  playback.show(FRAMES[0]);
  await recorder.ended;
  await recorder.close();
  assertEquals(recorder.stored, 1);
});

Deno.test("Recorder stores frames of the largest size that the format has", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  const { recorder } = await record(out, { frames: [new Uint8Array(LAB_FRAME_MAX_BYTES)] });
  assertEquals([recorder.stored, (await Deno.stat(out)).size], [1, LAB_FRAME_MAX_BYTES + 5]);
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
  #lastWrite = Promise.resolve();
  #takePiece = () => {};
  #takeRest = () => {};

  write({ data }: JpegFrame, onProgress: () => void): Promise<void> {
    return this.#lastWrite = this.#lastWrite.then(async () => {
      this.#takePiece = onProgress;
      await new Promise<void>((resolve) => this.#takeRest = resolve);
      this.taken.push(data);
    });
  }

  flush(): void {}

  takePiece(): void {
    this.#takePiece();
  }

  async takeRest(): Promise<void> {
    this.#takeRest();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  async finish(): Promise<void> {}

  async discard(): Promise<void> {}

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

Deno.test("Recorder fails where the store has taken no frame at its end, and only then", async () => {
  for (const taken of [0, 1]) {
    const [clock, store, playback] = [new FakeClock(), new SlowStore(), new TestPlayback()];
    const recorder = new Recorder(store, { maxFrames: Infinity, clock });
    recorder.record(playback);
    for (const frame of FRAMES) playback.show(frame);
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (let frame = 0; frame < taken; frame++) await store.takeRest();
    await until(() => recorder.stored === taken);
    const closed = recorder.close();
    while (clock.pendingTimers > 0) {
      clock.advance(RECORDER_STALL_MS);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await closed;
    const problem = `Nothing is stored: nothing was written for ${RECORDER_STALL_MS / 1000} s; is the pipe read?`;
    assertEquals(recorder.failure?.message, taken === 0 ? problem : undefined);
  }
});

Deno.test("Recorder fails where the end of the file cannot be written", async () => {
  const store = new SlowStore();
  store.finish = () => Promise.reject(new Error("No space left on device (os error 28)"));
  const recorder = new Recorder(store, { maxFrames: Infinity, clock: new FakeClock() });
  await recorder.close();
  assertMatch(
    recorder.failure?.message ?? "",
    /^The end is not stored: the disk is full; .*; 0 whole frames are kept$/,
  );
  assert(store.isClosed);
});

Deno.test("Recorder leaves out a frame whose size AVI cannot be told, and goes on with the next", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.avi");
  const good = await makeJpeg();
  const { recorder, error } = await record(out, { frames: [FRAMES[0], good, FRAMES[1]] });
  assertEquals([recorder.stored, recorder.dropped, error], [2, 1, undefined]);
  const bytes = await Deno.readFile(out);
  const { offset, lengthBytes } = (await indexFile(memoryFile(bytes))).locate(0);
  assertEquals(bytes.slice(offset, offset + lengthBytes), good);
});

const SOUND = { sampleRate: 8000, channels: 1 };
const SAMPLES = new Uint8Array(Int16Array.from({ length: 400 }, (_, index) => index).buffer);

/** Records three frames, 50 ms each, with sound beside each of them. */
async function recordSound(out: string, options: Partial<Parameters<typeof Recorder.open>[1]> = {}) {
  const recorder = await Recorder.open(out, { maxFrames: Infinity, clock: new FakeClock(), ...options });
  const playback = new TestPlayback();
  playback.soundFormat = SOUND;
  recorder.record(playback);
  playback.sound(SAMPLES, 0);
  for (const [index, frame] of FRAMES.entries()) {
    playback.show(frame);
    playback.sound(SAMPLES, (index + 1) * 50_000);
  }
  await recorder.close();
  return recorder;
}

const WAV_BYTES = 44 + 3 * SAMPLES.length;

for (const [out, wav] of [["cam.mjpeg", "cam.wav"], ["cam.v1.mjpg", "cam.v1.wav"], ["cam/", "cam/sound.wav"]]) {
  Deno.test(`Recorder stores the sound beside ${out} in ${wav}, from the first frame on`, async () => {
    await using directory = await temporaryDirectory();
    const recorder = await recordSound(join(directory.path, out));
    assertEquals(recorder.stored, 3);
    const bytes = await Deno.readFile(join(directory.path, wav));
    assertEquals(bytes.subarray(44), concat([SAMPLES, SAMPLES, SAMPLES]));
  });
}

Deno.test("Recorder stores the sound behind the last frame of an AVI file", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "cam.avi");
  const recorder = await Recorder.open(out, { maxFrames: Infinity, clock: new FakeClock() });
  const playback = new TestPlayback();
  playback.soundFormat = SOUND;
  recorder.record(playback);
  playback.show(await makeJpeg({ width: 64 }));
  playback.sound(SAMPLES, 50_000);
  await recorder.close();
  const chunk = new TextDecoder("latin1").decode(await Deno.readFile(out)).lastIndexOf("01wb");
  assertEquals((await Deno.readFile(out)).subarray(chunk + 8, chunk + 8 + SAMPLES.length), SAMPLES);
});

Deno.test("Recorder stores the sound of each segment beside it", async () => {
  await using directory = await temporaryDirectory();
  const segments = { lengthUs: 100_000, maxBytes: Infinity, maxSegments: 1 };
  await recordSound(join(directory.path, "cam.mjpeg"), { segments });
  const names = (await Array.fromAsync(Deno.readDir(directory.path))).map(({ name }) => name).toSorted();
  // The older segment went with its sound.
  assertEquals(names.map((name) => extname(name)), [".mjpeg", ".wav"]);
  assertEquals((await Deno.stat(join(directory.path, names[1]))).size, 44 + SAMPLES.length);
});

Deno.test("Recorder overwrites no sound but with --force, and stores the frames all the same", async () => {
  await using directory = await temporaryDirectory();
  const [movie, wav] = ["cam.mjpeg", "cam.wav"].map((name) => join(directory.path, name));
  await Deno.writeTextFile(wav, "a song");
  const recorder = await recordSound(movie);
  assertEquals([recorder.stored, await Deno.readFile(movie)], [3, LAB_FILE]);
  assertEquals(await Deno.readTextFile(wav), "a song");
  await recordSound(movie, { force: true });
  assertEquals((await Deno.stat(wav)).size, WAV_BYTES);
});

Deno.test("Recorder stores no sound over the movie, whatever that is called", async () => {
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "cam.wav");
  await recordSound(out, { format: "lab", force: true });
  assertEquals(await Deno.readFile(out), LAB_FILE);
  assertEquals((await Deno.stat(`${out}.wav`)).size, WAV_BYTES);
});

Deno.test("Recorder makes no file for sound that never comes", async () => {
  await using directory = await temporaryDirectory();
  const recorder = await Recorder.open(join(directory.path, "cam.mjpeg"), { maxFrames: 1, clock: new FakeClock() });
  const playback = new TestPlayback();
  playback.soundFormat = SOUND;
  recorder.record(playback);
  playback.show(FRAMES[0]);
  await recorder.close();
  assertEquals((await Array.fromAsync(Deno.readDir(directory.path))).map(({ name }) => name), ["cam.mjpeg"]);
});

Deno.test("Recorder takes only so much sound that the store does not take", async () => {
  await using directory = await temporaryDirectory();
  const recorder = await Recorder.open(join(directory.path, "cam.mjpeg"), { maxFrames: 9, clock: new FakeClock() });
  const playback = new TestPlayback();
  playback.soundFormat = SOUND;
  recorder.record(playback);
  playback.show(FRAMES[0]);
  // All in one turn: nothing is stored meanwhile.
  for (let piece = 0; piece <= RECORDER_MAX_SOUND_QUEUE; piece++) {
    playback.sound(SAMPLES.subarray(0, 2), 50_000 + piece * 125);
  }
  await recorder.close();
  const { size } = await Deno.stat(join(directory.path, "cam.wav"));
  assertEquals(size, 44 + 2 * RECORDER_MAX_SOUND_QUEUE);
});
