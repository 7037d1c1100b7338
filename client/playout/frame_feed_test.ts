import { assertEquals } from "@std/assert";
import { createClock } from "../../net/system_clock.ts";
import type { ReceivedFrame } from "../../page/playback.ts";
import { FrameFeed } from "./frame_feed.ts";

Deno.test("FrameFeed: frames that are read at once have arrived at once, and the time of day may be set", () => {
  let [nowMs, unixMs] = [0, 0];
  const clock = { ...createClock(() => nowMs), unixMs: () => unixMs };
  const frames: ReceivedFrame[] = [];
  const feed = new FrameFeed({ clock, onFrame: (frame) => frames.push(frame) });
  const take = (timestamp: number, arrivalMs: number) =>
    feed.take({ data: new Uint8Array(1), timestamp, clockRate: 90_000, arrivalMs, senderTimeMs: undefined }, undefined);
  // The time of day is told in whole milliseconds, while the clock goes on.
  for (const [index, [now, unix]] of [[10.1, 1_000_010], [10.9, 1_000_010], [11.2, 1_000_011]].entries()) {
    [nowMs, unixMs] = [now, unix];
    take(3600 * index, 10);
  }
  [nowMs, unixMs] = [20, 9_000_020];
  take(10_800, 20);
  assertEquals(frames.map(({ arrivalMs }) => Math.round(arrivalMs)), [1_000_010, 1_000_010, 1_000_010, 9_000_020]);
  assertEquals(new Set(frames.slice(0, 3).map(({ arrivalMs }) => arrivalMs)).size, 1);
});
