import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { isLampLitAt } from "../../mjpeg/testsrc/beep.ts";
import { MU_LAW } from "../../rtp/audio/g711.ts";
import { samplesPerBlock } from "./sound_track.ts";
import { TestSound } from "./test_sound.ts";

Deno.test("TestSound beeps at 1 kHz for a tenth of each second, and is silent for the rest", () => {
  const sound = new TestSound(60);
  const blocks = sound.sampleCount / samplesPerBlock(sound.format);
  const bytes = concat(Array.from({ length: blocks }, (_, index) => sound.block(index)));
  assertEquals(bytes.length, 60 * 8000);
  for (const second of [0, 1, 59]) {
    const samples = [...bytes.subarray(second * 8000, (second + 1) * 8000)].map((byte) => MU_LAW[byte]);
    const beep = samples.slice(0, 800);
    assertEquals(beep.filter((sample, index) => index > 0 && sample >= 0 && beep[index - 1] < 0).length, 99);
    assert(Math.max(...beep) > 15_000);
    assertEquals(samples.slice(800).every((sample) => sample === 0), true);
  }
  assertEquals(sound.block(0), sound.block(2));
});

Deno.test("isLampLitAt() is true for the frames of a fifth of each second", () => {
  const lit = Array.from({ length: 41 }, (_, frame) => frame).filter((frame) => isLampLitAt(frame / 20));
  assertEquals(lit, [0, 1, 2, 3, 20, 21, 22, 23, 40]);
  // Times that are a little too small.
  assertEquals([isLampLitAt(59.999_999_9), isLampLitAt(0.199_999_9)], [true, false]);
});
