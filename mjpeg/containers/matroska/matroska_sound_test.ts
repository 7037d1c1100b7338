import { assertEquals, assertRejects } from "@std/assert";
import { soundBlock as block, soundMatroska as file } from "../../../tests/support/sound_files.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { soundParts } from "../sound/stored_sound.ts";
import { findMatroskaSound } from "./matroska_sound.ts";

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
