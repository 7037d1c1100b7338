import { assertEquals } from "@std/assert";
import { MAX_SOUND_PIECES } from "../../limits.ts";
import { SoundIndexBuilder, soundParts } from "./stored_sound.ts";

const FORMAT = { encoding: "pcm16", sampleRate: 1000, channels: 1 } as const;

/** Pieces: where in the file, bytes, and when in milliseconds. */
function soundOf(...pieces: readonly (readonly [offset: number, lengthBytes: number, timeMs?: number])[]) {
  const builder = new SoundIndexBuilder(FORMAT);
  for (const [offset, length, timeMs] of pieces) builder.add(offset, length, timeMs && timeMs * 1000);
  return builder.finish()!;
}

Deno.test("SoundIndexBuilder joins pieces that lie side by side, and leaves out half a sample", () => {
  const sound = soundOf([100, 20], [120, 21], [200, 10]);
  assertEquals([sound.sampleCount, [...sound.starts.low], [...sound.counts.low]], [25, [0, 20], [20, 5]]);
  assertEquals(soundParts(sound, 5, 20), [{ offset: 110, lengthBytes: 30, at: 0 }, {
    ...{ offset: 200, lengthBytes: 10, at: 30 },
  }]);
});

Deno.test("SoundIndexBuilder takes times that are rounded for what they mean, and gaps for silence", () => {
  const sound = soundOf([0, 200, 0], [300, 200, 101], [600, 200, 300]);
  assertEquals([...sound.starts.low], [0, 100, 300]);
  assertEquals(soundParts(sound, 190, 120), [
    { offset: 480, lengthBytes: 20, at: 0 },
    { offset: 600, lengthBytes: 20, at: 220 },
  ]);
  assertEquals(soundParts(sound, 220, 10), []);
  assertEquals(soundParts(sound, 400, 10), []);
});

Deno.test("SoundIndexBuilder leaves out what is heard before the first frame, and twice", () => {
  const sound = soundOf([0, 200, -50], [300, 200, 20]);
  assertEquals([[...sound.offsets.low], [...sound.starts.low], [...sound.counts.low]], [[100, 360], [0, 50], [50, 70]]);
  assertEquals(new SoundIndexBuilder(FORMAT).finish(), undefined);
});

Deno.test("SoundIndexBuilder takes up to MAX_SOUND_PIECES pieces", () => {
  const builder = new SoundIndexBuilder(FORMAT);
  for (let piece = 0; piece < MAX_SOUND_PIECES; piece++) assertEquals(builder.add(4 * piece, 2), true);
  assertEquals(builder.add(4 * MAX_SOUND_PIECES, 2), false);
  assertEquals(builder.finish()!.sampleCount, MAX_SOUND_PIECES);
});
