/**
 * Any bytes as a file with sound: samples that are within it, or a SyntaxError that says what is wrong.
 *
 * @module
 */

import { assert } from "@std/assert";
import fc from "fast-check";
import { findSound } from "../../mjpeg/containers/index_file.ts";
import { soundParts } from "../../mjpeg/containers/sound/stored_sound.ts";
import { storedBlockBytes } from "../../mjpeg/sound.ts";
import { aviFile } from "../support/avi_files.ts";
import { memoryFile } from "../support/memory_file.ts";
import { soundBlock, soundMatroska, soundMp4 } from "../support/sound_files.ts";
import { wavFile } from "../support/wav_files.ts";
import { fuzzAsync, mutated } from "./fuzz.ts";

const samples = fc.uint8Array({ maxLength: 40 });
const block = fc.record({
  track: fc.constantFrom(1 as const, 2 as const),
  timeMs: fc.nat(1000),
  data: fc.array(fc.nat(255), { minLength: 1, maxLength: 20 }),
  flags: fc.constantFrom(0x80, 0x82, 0x84, 0x86),
}).map(({ track, timeMs, data, flags }) => soundBlock(track, timeMs, data, flags));
const anyFile = fc.oneof(
  mutated(samples.map((data) => wavFile(data))),
  mutated(fc.array(block, { maxLength: 8 }).map((blocks) => soundMatroska(blocks))),
  mutated(
    fc.tuple(fc.array(samples, { maxLength: 5 }), fc.boolean()).map(([chunks, isEven]) => soundMp4(chunks, { isEven })),
  ),
  mutated(samples.map((data) => aviFile({ frames: [data], hasSound: true }))),
);

fuzzAsync("findSound() finds samples within any file, or says what is wrong", anyFile, async (bytes) => {
  const sound = await findSound(memoryFile(bytes), new AbortController().signal).catch((error) => {
    assert(error instanceof SyntaxError && error.message !== "", String(error));
  });
  if (sound === undefined) return;
  const count = Math.min(sound.sampleCount, 10_000);
  const wanted = count * storedBlockBytes(sound);
  let end = 0;
  for (const { offset, lengthBytes, at } of soundParts(sound, 0, count)) {
    assert(offset >= 0 && lengthBytes > 0 && offset + lengthBytes <= bytes.length, `${lengthBytes} bytes at ${offset}`);
    assert(at >= end && at + lengthBytes <= wanted, `${lengthBytes} bytes to ${at} of ${wanted}`);
    end = at + lengthBytes;
  }
});
