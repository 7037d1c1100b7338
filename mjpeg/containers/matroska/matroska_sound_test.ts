import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { element } from "../../../tests/support/matroska_files.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { soundParts } from "../sound/stored_sound.ts";
import { findMatroskaSound } from "./matroska_sound.ts";

const text = (characters: string) => new TextEncoder().encode(characters);
const byte = (value: number) => Uint8Array.of(value);

/** PCM of 8 bits, 1000 samples a second. */
const AUDIO = element(0xe1, [element(0xb5, [Uint8Array.of(0x44, 0x7a, 0, 0)]), element(0x6264, [byte(8)])]);

/** A block of the video (track 1) or the sound (track 2). */
function block(track: 1 | 2, timeMs: number, data: readonly number[], flags = 0x80): Uint8Array {
  return element(0xa3, [Uint8Array.of(0x80 | track, timeMs >> 8, timeMs & 0xff, flags, ...data)]);
}

function file(blocks: readonly Uint8Array[], codec = "A_PCM/INT/LIT"): Uint8Array {
  const track = (number: number, name: string, ...parts: readonly Uint8Array[]) =>
    element(0xae, [
      element(0xd7, [byte(number)]),
      element(0x83, [byte(number)]),
      element(0x86, [text(name)]),
      ...parts,
    ]);
  return concat([
    element(0x1a45dfa3, [element(0x4282, [text("matroska")])]),
    element(0x18538067, [
      element(0x1654ae6b, [track(1, "V_MJPEG"), track(2, codec, AUDIO)]),
      element(0x1f43b675, [element(0xe7, [byte(0)]), ...blocks]),
    ]),
  ]);
}

/** The first samples, 0 where there are none. */
async function samplesOf(bytes: Uint8Array, count: number): Promise<number[]> {
  const sound = (await findMatroskaSound(memoryFile(bytes)))!;
  assertEquals([sound.encoding, sound.sampleRate, sound.channels], ["pcm8", 1000, 1]);
  const samples = new Uint8Array(count);
  for (const { offset, lengthBytes, at } of soundParts(sound, 0, count)) {
    samples.set(bytes.subarray(offset, offset + lengthBytes), at);
  }
  return [...samples];
}

const FRAME = [0xff, 0xd8];

Deno.test("findMatroskaSound() counts from the first frame, and leaves out what is before it", async () => {
  const bytes = file([
    ...[block(2, 98, [1, 2, 3, 4]), block(1, 100, FRAME), block(2, 102, [5, 6]), block(1, 140, FRAME)],
    block(2, 150, [9]),
  ]);
  const samples = await samplesOf(bytes, 60);
  assertEquals(samples.slice(0, 5), [3, 4, 5, 6, 0]);
  assertEquals(samples.indexOf(9), 50);
});

const LACED: readonly [name: string, flags: number, lengths: readonly number[]][] = [
  ["Xiph", 0x82, [2, 2, 1]],
  ["of one length", 0x84, [2]],
  ["EBML", 0x86, [2, 0x82, 0xbe]],
];

for (const [name, flags, lengths] of LACED) {
  Deno.test(`findMatroskaSound() reads blocks with lacing: ${name}`, async () => {
    const bytes = file([block(1, 0, FRAME), block(2, 0, [...lengths, 1, 2, 3, 4, 5, 6], flags)]);
    assertEquals(await samplesOf(bytes, 7), [1, 2, 3, 4, 5, 6, 0]);
  });
}

Deno.test("findMatroskaSound() names a codec that it does not read, and finds nothing where there is no sound", async () => {
  const bytes = file([block(1, 0, FRAME), block(2, 0, [1])], "A_OPUS");
  await assertRejects(() => findMatroskaSound(memoryFile(bytes)), SyntaxError, 'its codec "A_OPUS" is not PCM');
  assertEquals(await findMatroskaSound(memoryFile(file([block(1, 0, FRAME)]))), undefined);
});
