import { assertEquals } from "@std/assert";
import { type FrameTimes, ListedTimes, RegularTimes } from "./frame_times.ts";
import { IndexedCursor } from "./indexed_cursor.ts";
import type { SeekOptions } from "./source.ts";

/** Ten frames a second. */
const REGULAR = new RegularTimes(5, 10);
/** A frame after 0.1 s, the next after a gap of two seconds. */
const WITH_GAP = new ListedTimes(Float64Array.of(0, 100_000, 2_100_000), 2_200_000);

/** The next `count` frames of a cursor, with their times in milliseconds. */
async function take(
  cursor: IndexedCursor,
  count: number,
): Promise<[frame: number, timeMs: number, durationMs: number][]> {
  const taken: [number, number, number][] = [];
  for (let slot = cursor.peek(); slot !== undefined && taken.length < count; slot = cursor.peek()) {
    taken.push([(await cursor.read())[0], Math.round(slot.timeUs / 1000), Math.round(slot.durationUs / 1000)]);
    cursor.advance();
  }
  return taken;
}

function open(times: FrameTimes, loops = false): IndexedCursor {
  return new IndexedCursor({ times, loops, frame: (index) => Uint8Array.of(index) }, { onClose() {} });
}

const CASES: readonly {
  title: string;
  times?: FrameTimes;
  loops?: boolean;
  seek: SeekOptions;
  expected: [frame: number, timeMs: number, durationMs: number][];
}[] = [
  {
    title: "every frame",
    seek: {},
    expected: [[0, 0, 100], [1, 100, 100], [2, 200, 100], [3, 300, 100], [4, 400, 100]],
  },
  {
    title: "from a time to another",
    seek: { fromUs: 150_000, toUs: 400_000 },
    expected: [[1, 100, 100], [2, 200, 100], [3, 300, 100]],
  },
  { title: "every other frame", seek: { step: 2 }, expected: [[0, 0, 200], [2, 200, 200], [4, 400, 200]] },
  {
    title: "three frames in four",
    seek: { step: 1.5 },
    expected: [[0, 0, 150], [1, 150, 150], [3, 300, 150], [4, 450, 150]],
  },
  { title: "backwards", seek: { fromUs: 200_000, step: -1 }, expected: [[2, 200, 100], [1, 100, 100], [0, 0, 100]] },
  {
    title: "backwards to a time",
    seek: { fromUs: 400_000, toUs: 200_000, step: -1 },
    expected: [[4, 400, 100], [3, 300, 100], [2, 200, 100]],
  },
  {
    title: "backwards from the start, which is from the end",
    seek: { toUs: 300_000, step: -1 },
    expected: [[4, 400, 100], [3, 300, 100]],
  },
  {
    title: "a gap, forwards",
    times: WITH_GAP,
    seek: {},
    expected: [[0, 0, 100], [1, 100, 2000], [2, 2100, 100]],
  },
  {
    title: "a gap, from within",
    times: WITH_GAP,
    seek: { fromUs: 1_000_000 },
    expected: [[1, 100, 2000], [2, 2100, 100]],
  },
  {
    title: "a gap, backwards",
    times: WITH_GAP,
    seek: { step: -1 },
    expected: [[2, 2100, 2000], [1, 100, 100], [0, 0, 100]],
  },
  {
    title: "round after round, times going on",
    times: WITH_GAP,
    loops: true,
    seek: { fromUs: 2_100_000, toUs: 4_300_000 },
    expected: [[2, 2100, 100], [0, 2200, 100], [1, 2300, 2000]],
  },
  {
    title: "round after round, backwards",
    loops: true,
    seek: { fromUs: 100_000, toUs: -200_000, step: -1 },
    expected: [[1, 100, 100], [0, 0, 100], [4, -100, 100], [3, -200, 100]],
  },
];

for (const { title, times = REGULAR, loops, seek, expected } of CASES) {
  Deno.test(`IndexedCursor gives ${title}`, async () => {
    const cursor = open(times, loops);
    cursor.seek(seek);
    assertEquals(await take(cursor, 10), expected);
  });
}

Deno.test("IndexedCursor looks at a frame as often as one likes, and stays where it is", async () => {
  const cursor = open(REGULAR);
  cursor.advance();
  assertEquals([cursor.peek(), cursor.positionUs], [cursor.peek(), 100_000]);
  assertEquals([await cursor.read(), await cursor.read()], [Uint8Array.of(1), Uint8Array.of(1)]);
});

Deno.test("IndexedCursor starts again where it is at its end, and goes on where it is not", async () => {
  const cursor = open(REGULAR);
  await take(cursor, 2);
  cursor.seek({});
  assertEquals(await take(cursor, 10), [[2, 200, 100], [3, 300, 100], [4, 400, 100]]);
  assertEquals(cursor.positionUs, REGULAR.durationUs);
  cursor.seek({});
  assertEquals((await take(cursor, 1))[0], [0, 0, 100]);
});

Deno.test("IndexedCursor that loops tells its place within the source, in every round", async () => {
  const cursor = open(REGULAR, true);
  await take(cursor, 13);
  assertEquals(cursor.positionUs, 300_000);
  cursor.seek({ step: -1 });
  assertEquals(await take(cursor, 5), [[3, 300, 100], [2, 200, 100], [1, 100, 100], [0, 0, 100], [4, -100, 100]]);
});

Deno.test("IndexedCursor gives nothing once it is closed, and says so once", () => {
  let closed = 0;
  const frames = { times: REGULAR, loops: true, frame: (index: number) => Uint8Array.of(index) };
  const cursor = new IndexedCursor(frames, { onClose: () => closed++ });
  cursor.close();
  cursor.close();
  assertEquals([cursor.peek(), closed], [undefined, 1]);
});

Deno.test("IndexedCursor goes to a time of a later round, where its source loops", async () => {
  const cursor = open(REGULAR, true);
  cursor.seek({ fromUs: 1_200_000, toUs: 1_600_000 });
  assertEquals(cursor.positionUs, 200_000);
  assertEquals(await take(cursor, 9), [[2, 1200, 100], [3, 1300, 100], [4, 1400, 100], [0, 1500, 100]]);
});

Deno.test("IndexedCursor.readAhead() gives the frames on its way, without moving, up to its end", () => {
  const ahead = (cursor: IndexedCursor) =>
    [0, 1, 2].map((frames) => (cursor.readAhead(frames) as Uint8Array | undefined)?.[0]);
  const cursor = open(REGULAR);
  cursor.seek({ fromUs: 200_000 });
  assertEquals([ahead(cursor), ahead(cursor)], [[2, 3, 4], [2, 3, 4]]);
  cursor.advance();
  assertEquals(ahead(cursor), [3, 4, undefined]);
  cursor.seek({ fromUs: 400_000, toUs: 200_000, step: -1 });
  assertEquals(ahead(cursor), [4, 3, 2]);
  cursor.seek({ fromUs: 100_000, step: 2 });
  assertEquals(ahead(cursor), [1, 3, undefined]);
  cursor.close();
  assertEquals(ahead(cursor), [undefined, undefined, undefined]);
  const looping = open(REGULAR, true);
  looping.seek({ fromUs: 300_000 });
  assertEquals(ahead(looping), [3, 4, 0]);
});

/** Frames that grow, and who waits for more. */
function growing(count: number) {
  const waiters = new Set<() => void>();
  const frames = {
    times: new RegularTimes(count, 10),
    loops: false,
    frame: (index: number) => Uint8Array.of(index),
    whenGrown(waiter: () => void) {
      waiters.add(waiter);
      return () => waiters.delete(waiter);
    },
  };
  return {
    frames,
    waiters,
    cursor: new IndexedCursor(frames, { onClose() {} }),
    growTo(newCount: number) {
      frames.times = new RegularTimes(newCount, 10);
      for (const waiter of waiters) waiter();
    },
  };
}

Deno.test("IndexedCursor.more() waits at the end of frames that grow, and the way goes on there", async () => {
  const { cursor, growTo } = growing(2);
  assertEquals((await take(cursor, 9)).map(([frame]) => frame), [0, 1]);
  const more = cursor.more();
  growTo(4);
  await more;
  assertEquals(await take(cursor, 9), [[2, 200, 100], [3, 300, 100]]);
  // PLAY without a range goes on where the way ended, not from the start.
  cursor.seek({});
  assertEquals(cursor.peek(), undefined);
  const next = cursor.more();
  growTo(5);
  await next;
  assertEquals(await take(cursor, 9), [[4, 400, 100]]);
});

Deno.test("IndexedCursor.more() ends when the cursor is closed, and when it is called again", async () => {
  const { cursor, waiters } = growing(0);
  const [first, second] = [cursor.more(), cursor.more()];
  await first;
  assertEquals(waiters.size, 1);
  cursor.close();
  await second;
  assertEquals([waiters.size, cursor.more()], [0, undefined]);
});

Deno.test("IndexedCursor.more() waits for nothing backwards, behind its goal, and where frames do not grow", () => {
  const { cursor } = growing(3);
  cursor.seek({ step: -1 });
  assertEquals(cursor.more(), undefined);
  cursor.seek({ fromUs: 0, toUs: 100_000 });
  cursor.advance();
  assertEquals([cursor.peek(), cursor.more()], [undefined, undefined]);
  assertEquals(open(REGULAR).more(), undefined);
});

Deno.test("IndexedCursor waits for a goal behind the end of frames that grow", async () => {
  const { cursor, growTo } = growing(2);
  cursor.seek({ fromUs: 0, toUs: 500_000 });
  assertEquals((await take(cursor, 9)).map(([frame]) => frame), [0, 1]);
  const more = cursor.more();
  growTo(4);
  await more;
  assertEquals((await take(cursor, 9)).map(([frame]) => frame), [2, 3]);
  cursor.close();
});
