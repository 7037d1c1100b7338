import { assertEquals } from "@std/assert";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { soundMp4 } from "../../../tests/support/sound_files.ts";
import { soundParts } from "../sound/stored_sound.ts";
import { findIsobmffSound } from "./isobmff_sound.ts";

const CHUNKS = [Uint8Array.of(1, 0, 2, 0), Uint8Array.of(3, 0), Uint8Array.of(4, 0, 5, 0)];

for (const isEven of [true, false]) {
  Deno.test(`findIsobmffSound() finds samples ${isEven ? "of one length" : "with a length each"}, behind a pause`, async () => {
    for (const pause of [0, 100]) {
      const bytes = soundMp4(CHUNKS, { isEven, pause });
      const sound = (await findIsobmffSound(memoryFile(bytes)))!;
      assertEquals([sound.encoding, sound.sampleRate, sound.channels, sound.sampleCount], [
        ...["pcm16", 1000, 1, pause + 5],
      ] as [string, number, number, number]);
      const parts = soundParts(sound, pause, 5);
      const found = parts.flatMap(({ offset, lengthBytes }) => [...bytes.subarray(offset, offset + lengthBytes)]);
      assertEquals([parts[0].at, found], [0, [1, 0, 2, 0, 3, 0, 4, 0, 5, 0]]);
    }
  });
}
