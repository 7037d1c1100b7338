import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { indexFile } from "../../../mjpeg/containers/index_file.ts";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { soon, until } from "../../../tests/support/until.ts";
import type { Player } from "../player.js";
import type { Sink } from "./file_sink.js";
import { MAX_WAITING_BYTES, Recording } from "./recording.js";

const JPEG = await makeJpeg();

/** What a recording sees of the player. */
class TestPlayer extends EventTarget {
  title = "movies/cam.mjpeg";
  status: { sound?: { sampleRate: number; channels: number } } = {};
  wanted: [string, boolean][] = [];

  wantSound(who: string, wanted: boolean): void {
    this.wanted.push([who, wanted]);
  }

  frame(timestampUs: number, jpeg: Uint8Array = JPEG): void {
    this.dispatchEvent(new CustomEvent("frame", { detail: { jpeg, timestampUs } }));
  }
}

/** A file in memory. */
class TestSink implements Sink {
  maxBytes = Infinity;
  bytes = new Uint8Array(0);
  /** What became of it. */
  end: "closed" | "discarded" | undefined;
  write(parts: readonly Uint8Array[]): Promise<void> {
    this.bytes = concat([this.bytes, ...parts]);
    return Promise.resolve();
  }
  close(head: Uint8Array): Promise<void> {
    this.bytes.set(head);
    this.end = "closed";
    return Promise.resolve();
  }
  discard(): Promise<void> {
    this.end = "discarded";
    return Promise.resolve();
  }
}

/** A recording that has begun, and what it tells at its end. */
function begin(sink: TestSink, opened: Promise<Sink> = Promise.resolve(sink)) {
  const player = new TestPlayer();
  const names: string[] = [];
  const recording = new Recording({
    player: player as unknown as Player,
    openSink: (name) => {
      names.push(name);
      return opened;
    },
  });
  const told = new Promise<{ text: string; isTrouble?: boolean }>((resolve) => {
    recording.addEventListener("ended", (event) => resolve((event as CustomEvent).detail));
  });
  recording.toggle();
  return { player, recording, told, names };
}

async function timesMs({ bytes }: TestSink): Promise<number[]> {
  const { times, count } = await indexFile(memoryFile(bytes));
  return Array.from({ length: count }, (_, at) => (times?.timesUs.at(at) ?? NaN) / 1000);
}

Deno.test("Recording keeps times from its first frame on, also where another player begins at 0", async () => {
  const sink = new TestSink();
  const { player, recording, told, names } = begin(sink);
  await Promise.resolve();
  for (const us of [7_000_000, 7_040_000, 7_100_000, 0, 50_000]) player.frame(us);
  recording.toggle();
  assertEquals(await soon(told), { text: "5 frames are recorded" });
  assertEquals([sink.end, await timesMs(sink)], ["closed", [0, 40, 100, 140, 190]]);
  assertEquals(/^cam-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.mkv$/.test(names[0]), true, names[0]);
  assertEquals([recording.frames, recording.seconds, recording.isRunning], [5, 0.19, false]);
});

Deno.test("Recording ends by itself with the frame that fills what there is room for, and not before", async () => {
  const sink = new TestSink();
  sink.maxBytes = 3 * JPEG.length;
  const { player, recording, told } = begin(sink);
  // The file is open a moment later.
  await Promise.resolve();
  player.frame(0);
  player.frame(41_000);
  assertEquals(recording.isRunning, true);
  player.frame(80_000);
  assertEquals(recording.isRunning, false);
  player.frame(120_000);
  assertEquals(await soon(told), { text: "A download has 0 MB at most: 3 frames are recorded", isTrouble: true });
  assertEquals(await timesMs(sink), [0, 41, 80]);
});

Deno.test("Recording ends where the disk is slower than the stream, and keeps what has come", async () => {
  const sink = new TestSink();
  const slow = Promise.withResolvers<void>();
  const write = sink.write.bind(sink);
  sink.write = async (parts) => {
    await slow.promise;
    await write(parts);
  };
  const { player, recording, told } = begin(sink);
  await Promise.resolve();
  const large = concat([JPEG, new Uint8Array(MAX_WAITING_BYTES / 4)]);
  let frames = 0;
  // The last ones are not written yet: they wait in their cluster.
  for (; recording.isRunning && frames < 8; frames++) player.frame(frames * 41_000, large);
  assertEquals([recording.isRunning, frames < 8], [false, true]);
  slow.resolve();
  const { text, isTrouble } = await soon(told);
  assertEquals([text, isTrouble], [`The disk is slower than the stream: ${frames} frames are recorded`, true]);
});

Deno.test("Recording says why where the file cannot be written", async () => {
  const sink = new TestSink();
  sink.write = () => Promise.reject(new Error("The disk is full"));
  const { player, recording, told } = begin(sink);
  await Promise.resolve();
  for (let number = 0; number < 40 && recording.isRunning; number++) {
    player.frame(number * 41_000);
    await Promise.resolve();
  }
  assertEquals(await soon(told), { text: "Nothing is recorded: The disk is full", isTrouble: true });
  assertEquals([recording.isRunning, sink.end], [false, "discarded"]);
});

Deno.test("Recording holds what comes before the file is named, and forgets it where none is", async () => {
  for (const isNamed of [true, false]) {
    const sink = new TestSink();
    const opened = Promise.withResolvers<Sink>();
    const { player, recording, told } = begin(sink, opened.promise);
    for (const us of [0, 41_000, 80_000]) player.frame(us);
    if (isNamed) opened.resolve(sink);
    else opened.reject(new DOMException("No file", "AbortError"));
    if (isNamed) {
      await opened.promise;
      recording.toggle();
      await soon(told);
      assertEquals([sink.end, await timesMs(sink)], ["closed", [0, 41, 80]]);
    } else {
      await until(() => !recording.isRunning);
      assertEquals([sink.end, sink.bytes.length], [undefined, 0]);
    }
  }
});

Deno.test("Recording asks for the sound that there is, and no longer than it takes", () => {
  const { player, recording } = begin(new TestSink());
  recording.toggle();
  assertEquals(player.wanted, [["recording", false], ["recording", false]]);
  player.status = { sound: { sampleRate: 8000, channels: 1 } };
  recording.toggle();
  recording.toggle();
  assertEquals(player.wanted.slice(2), [["recording", true], ["recording", false]]);
});
