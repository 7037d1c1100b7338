import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { SoundReel } from "./sound_reel.js";

const RATE = 8000;
const QUANTUM = 128;
const TONE_HZ = 440;
/** The largest step from one sample to the next of the tone at full volume, with some room for fades and other speeds. */
const MAX_STEP = 1.15 * 2 * Math.PI * TONE_HZ / RATE;

interface ReelOptions {
  readonly outputRate?: number;
  readonly channels?: number;
}

/** A reel of a tone, and all that is heard of it. */
function open({ outputRate = RATE, channels = 1 }: ReelOptions = {}) {
  const reel = new SoundReel(outputRate);
  const heard: [number[], number[]] = [[], []];
  reel.aim(0);
  return {
    reel,
    heard,
    /** Puts a tone there, of `count` samples. Each further channel is half as loud as the one before. */
    put(seconds: number, count: number) {
      const samples = Int16Array.from({ length: count * channels }, (_, index) => {
        const time = seconds + Math.floor(index / channels) / RATE;
        return 32_000 * Math.sin(2 * Math.PI * TONE_HZ * time) / 2 ** (index % channels);
      });
      reel.push({ samples, channels, sampleRate: RATE, timestampUs: Math.round(seconds * 1e6) });
    },
    /** Listens for a while. */
    listen(seconds: number) {
      const end = heard[0].length + seconds * outputRate;
      while (heard[0].length < end) {
        const output = [new Float32Array(QUANTUM), new Float32Array(QUANTUM)];
        reel.render(output, heard[0].length / outputRate);
        output.forEach((samples, channel) => heard[channel].push(...samples));
      }
    },
    /** The loudest between two times. */
    level: (from: number, to: number, channel = 0) =>
      Math.max(...heard[channel].slice(from * outputRate, to * outputRate).map(Math.abs)),
  };
}

function largestStep(samples: readonly number[]): number {
  return Math.max(...samples.slice(1).map((sample, index) => Math.abs(sample - samples[index])));
}

Deno.test("SoundReel gives samples at their times, as they are", () => {
  const { put, listen, heard, level } = open();
  for (let piece = 0; piece < 50; piece++) put(0.1 + piece * 0.02, 160);
  listen(1.5);
  assertEquals(level(0, 0.1), 0);
  assertEquals(level(1.1, 1.5), 0);
  for (let number = 0.12 * RATE; number < 1.09 * RATE; number++) {
    assertAlmostEquals(heard[0][number], 32_000 / 32_768 * Math.sin(2 * Math.PI * TONE_HZ * number / RATE), 0.001);
  }
  assert(largestStep(heard[0]) < MAX_STEP);
});

Deno.test("SoundReel resamples to the rate of the output", () => {
  const { put, listen, heard } = open({ outputRate: 48_000 });
  for (let piece = 0; piece < 50; piece++) put(piece * 0.02, 160);
  listen(1);
  const middle = heard[0].slice(9600, 38_400);
  const upwards = middle.filter((sample, index) => index > 0 && sample >= 0 && middle[index - 1] < 0).length;
  assertAlmostEquals(upwards / 0.6, TONE_HZ, 3);
  assert(largestStep(heard[0]) < MAX_STEP / 5);
});

for (const [channels, right] of [[1, 1], [2, 0.5], [6, 0.5]]) {
  Deno.test(`SoundReel gives both ears something of ${channels} channels`, () => {
    const { put, listen, level } = open({ channels });
    for (let piece = 0; piece < 20; piece++) put(piece * 0.02, 160);
    listen(0.3);
    assertAlmostEquals(level(0.1, 0.2), 32_000 / 32_768, 0.01);
    assertAlmostEquals(level(0.1, 0.2, 1), right * 32_000 / 32_768, 0.01);
  });
}

/** Where sound is missing, or is another than was thought. */
const HOLES: readonly [title: string, put: (put: (seconds: number, count: number) => void) => void][] = [
  ["a gap", (put) => [0, 0.1, 0.3, 0.4].forEach((seconds) => put(seconds, 800))],
  ["an overlap", (put) => [0, 0.1, 0.1713, 0.27, 0.37].forEach((seconds) => put(seconds, 800))],
  ["pieces of odd lengths", (put) => [0, 0.1, 0.16, 0.3, 0.301].forEach((seconds) => put(seconds, 777))],
];

for (const [title, fill] of HOLES) {
  Deno.test(`SoundReel does not click at ${title}`, () => {
    const { put, listen, heard, level } = open();
    fill(put);
    listen(0.6);
    assert(level(0, 0.6) > 0.9);
    assert(largestStep(heard[0]) < MAX_STEP, `a step of ${largestStep(heard[0])}`);
  });
}

Deno.test("SoundReel fades where nothing more comes, and goes on at the times of what comes then", () => {
  const { put, listen, heard, level } = open();
  for (let piece = 0; piece < 10; piece++) put(piece * 0.02, 160);
  listen(0.5);
  assertEquals(level(0.21, 0.5), 0);
  // Late: its time has passed in part.
  put(0.4, 1600);
  listen(0.2);
  assertAlmostEquals(heard[0][4400], 32_000 / 32_768 * Math.sin(2 * Math.PI * TONE_HZ * 4400 / RATE), 0.01);
  assertEquals(level(0.61, 0.7), 0);
  assert(largestStep(heard[0]) < MAX_STEP);
});

for (const [shift, isCut] of [[0.03, false], [-0.03, false], [0.2, true], [-0.2, true]] as const) {
  const does = isCut ? "cuts" : "draws";
  Deno.test(`SoundReel ${does} sound to its time where that moves by ${shift} s`, () => {
    const { reel, listen, heard } = open();
    // Samples that tell their time: 1 is 10 s.
    const samples = Int16Array.from({ length: 7 * RATE }, (_, number) => 3276.8 * (number / RATE - 1));
    reel.push({ samples, channels: 1, sampleRate: RATE, timestampUs: -1e6 });
    listen(0.5);
    reel.aim(shift);
    listen(5);
    const hole = heard[0].slice(QUANTUM, -1).some((sample, index) => index > 0 && sample === 0);
    assertEquals(hole, isCut);
    assert(largestStep(heard[0]) < 0.03, `a step of ${largestStep(heard[0])}`);
    assertAlmostEquals(heard[0].at(-1)! * 10, heard[0].length / RATE - shift, 0.004);
  });
}

Deno.test("SoundReel forgets softly, and takes what comes meanwhile", () => {
  const { reel, put, listen, heard, level } = open();
  for (let piece = 0; piece < 100; piece++) put(piece * 0.02, 160);
  listen(0.3);
  reel.flush();
  put(0.4, 800);
  listen(0.3);
  assertEquals(level(0.32, 0.4), 0);
  assert(level(0.42, 0.48) > 0.9);
  assertEquals(level(0.51, 0.6), 0);
  assert(largestStep(heard[0]) < MAX_STEP);
});

Deno.test("SoundReel takes what is of another time line in place of what it has", () => {
  const { reel, put, listen, heard, level } = open();
  for (let piece = 0; piece < 100; piece++) put(piece * 0.02, 160);
  listen(0.3);
  reel.aim(-1000);
  for (let piece = 0; piece < 10; piece++) put(1000.32 + piece * 0.02, 160);
  listen(0.3);
  assert(level(0.35, 0.5) > 0.9);
  assertEquals(level(0.53, 0.6), 0);
  assert(largestStep(heard[0]) < MAX_STEP);
});
