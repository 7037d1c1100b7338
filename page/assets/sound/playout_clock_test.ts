import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { PlayoutClock } from "./playout_clock.js";

/** A clock that gets frames and sound, each late by what is said of it. Sound comes in pieces of 20 ms. */
function open() {
  const clock = new PlayoutClock();
  let timeMs = 0;
  return {
    clock,
    /** Seconds of the stream. */
    play(
      seconds: number,
      late: { readonly frame: (number: number) => number; readonly sound: (number: number) => number },
    ) {
      for (let number = 0; number < seconds * 50; number++, timeMs += 20) {
        clock.take("sound", { timeMs, readyMs: 5000 + timeMs + late.sound(number) });
        if (number % 2 === 0) clock.take("frame", { timeMs, readyMs: 5000 + timeMs + late.frame(number) });
      }
      return clock.offsetMs! - 5000;
    },
    skip(milliseconds: number) {
      timeMs += milliseconds;
    },
  };
}

const always = (milliseconds: number) => () => milliseconds;
/** Spread evenly from 0 up to a largest. */
const jitter = (largest: number) => (number: number) => number * 7919 % (largest + 1);

Deno.test("PlayoutClock knows nothing before something has come, and nothing after a restart", () => {
  const { clock, play } = open();
  assertEquals(clock.offsetMs, undefined);
  play(1, { frame: always(10), sound: always(10) });
  clock.restart();
  assertEquals(clock.offsetMs, undefined);
});

Deno.test("PlayoutClock waits a little for what may come later, and less as nothing does", () => {
  const { play } = open();
  const late = { frame: always(10), sound: always(10) };
  assertAlmostEquals(play(0.02, late), 70, 1);
  assertAlmostEquals(play(4, late), 50, 1);
  assertAlmostEquals(play(20, late), 30, 1);
});

for (
  const [title, late, delayMs] of [
    ["sound that comes late", { frame: always(0), sound: always(120) }, 140],
    ["frames that come late", { frame: always(300), sound: always(40) }, 320],
    ["packets that jitter", { frame: jitter(50), sound: jitter(50) }, 70],
  ] as const
) {
  Deno.test(`PlayoutClock waits for ${title}`, () => {
    assertAlmostEquals(open().play(20, late), delayMs, 3);
  });
}

Deno.test("PlayoutClock does not wait for a frame that is late alone, nor longer for a stall that is over", () => {
  const { play } = open();
  const even = { frame: always(10), sound: always(10) };
  const before = play(20, even);
  assertAlmostEquals(play(1, { ...even, frame: (number) => number === 20 ? 400 : 10 }), before, 1);
  const during = play(0.5, { frame: (number) => 500 - 20 * number, sound: (number) => 500 - 20 * number });
  assert(during > 400, `${during}`);
  assertAlmostEquals(play(4, even), before, 1);
});

Deno.test("PlayoutClock begins anew where the time line does", () => {
  const opened = open();
  const late = { frame: always(10), sound: always(10) };
  opened.play(20, late);
  opened.skip(-15_000);
  const { clock } = opened;
  clock.take("frame", { timeMs: 100, readyMs: 30_000 });
  assertEquals(clock.offsetMs, 29_960);
  // One that is still on its way from before changes nothing for long.
  clock.take("sound", { timeMs: 20_000, readyMs: 30_010 });
  clock.take("frame", { timeMs: 140, readyMs: 30_040 });
  assertEquals(Math.round(clock.offsetMs!), 29_960);
});
