import { assertEquals } from "@std/assert";
import type { ReadFrame } from "./movie.ts";
import { retime, type Retiming } from "./retiming.ts";

/** Frames whose only byte is their number, shown from these times on, in milliseconds; the last time is the end. */
async function* movie(timesMs: readonly number[], broken = -1): AsyncGenerator<ReadFrame> {
  for (const [index, timeMs] of timesMs.slice(0, -1).entries()) {
    yield {
      data: index === broken ? new Error("broken") : Uint8Array.of(index),
      timestampUs: timeMs * 1000,
      durationUs: (timesMs[index + 1] - timeMs) * 1000,
      share: (index + 1) / (timesMs.length - 1),
    };
  }
}

/** Which frames come, and when, in milliseconds; `undefined` is the broken one. */
async function retimed(frames: AsyncIterable<ReadFrame>, retiming: Retiming): Promise<[number | undefined, number][]> {
  const all = await Array.fromAsync(retime(frames, retiming));
  return all.map(({ data, timestampUs }) => [data instanceof Error ? undefined : data[0], timestampUs / 1000]);
}

const CASES: readonly {
  readonly title: string;
  readonly timesMs: readonly number[];
  readonly retiming: Retiming;
  readonly expected: readonly (readonly [number | undefined, number])[];
}[] = [
  {
    title: "leaves frames alone",
    timesMs: [0, 40, 200, 210],
    retiming: {},
    expected: [[0, 0], [1, 40], [2, 200]],
  },
  {
    title: "leaves frames alone that have the rate already, though their times are rounded",
    timesMs: [0, 33, 67, 100],
    retiming: { frameRate: 30 },
    expected: [[0, 0], [1, 33.333], [2, 66.667]],
  },
  {
    title: "leaves out frames for a lower rate",
    timesMs: [0, 40, 80, 120, 160, 200],
    retiming: { frameRate: 12.5 },
    expected: [[0, 0], [2, 80], [4, 160]],
  },
  {
    title: "repeats frames for a higher rate, and where they are shown for long",
    timesMs: [0, 100, 400, 500],
    retiming: { frameRate: 10 },
    expected: [[0, 0], [1, 100], [1, 200], [1, 300], [2, 400]],
  },
  {
    title: "gives one frame of a movie shorter than a step",
    timesMs: [0, 1],
    retiming: { frameRate: 1 },
    expected: [[0, 0]],
  },
  {
    title: "shows a movie twice as fast, and no more frames a second",
    timesMs: [0, 40, 80, 120, 160, 200],
    retiming: { scale: 2 },
    expected: [[0, 0], [2, 40], [4, 80]],
  },
  {
    title: "shows a movie at half the speed",
    timesMs: [0, 40, 80],
    retiming: { scale: 0.5 },
    expected: [[0, 0], [1, 80]],
  },
  {
    title: "shows a movie twice as fast at a rate of its own",
    timesMs: [0, 40, 80, 120, 160],
    retiming: { scale: 2, frameRate: 50 },
    expected: [[0, 0], [1, 20], [2, 40], [3, 60]],
  },
];

for (const { title, timesMs, retiming, expected } of CASES) {
  Deno.test(`retime() ${title}`, async () => {
    assertEquals(await retimed(movie(timesMs), retiming), expected.map(([frame, timeMs]) => [frame, timeMs]));
  });
}

Deno.test("retime() passes on a broken frame, and shows the one before for longer", async () => {
  const frames = await retimed(movie([0, 100, 200, 300], 1), { frameRate: 10 });
  assertEquals(frames, [[undefined, 100], [0, 0], [0, 100], [2, 200]]);
});
