import { assertEquals } from "@std/assert";
import { SoundFeed } from "./sound_feed.ts";

const CLOCK_RATE = 8000;
const FORMAT = { sampleRate: CLOCK_RATE, channels: 1 };
/** 20 ms of sound. */
const TICKS = 160;

/** A piece that was read at `arrivalMs`, and which the sender took at `senderTimeMs`. */
function piece(timestamp: number, arrivalMs: number, senderTimeMs?: number) {
  return { data: new Uint8Array(320), timestamp: timestamp >>> 0, clockRate: CLOCK_RATE, arrivalMs, senderTimeMs };
}

/** The frame of 10 s, which was read at 5000 ms. */
const beside = (senderTimeMs?: number) => ({ timestampUs: 10_000_000, readMs: 5000, senderTimeMs });

/** Milliseconds. */
const time = (feed: SoundFeed, ...[sound, frame]: [ReturnType<typeof piece>, ReturnType<typeof beside>]) =>
  feed.time(sound, { format: FORMAT, beside: frame }) / 1000;

Deno.test("SoundFeed goes by arrival before there are reports, and leaves the network's delays out", () => {
  const feed = new SoundFeed();
  assertEquals(time(feed, piece(-TICKS, 5030), beside()), 10_010);
  // The timestamp wraps, and the packet is late.
  assertEquals(time(feed, piece(0, 5150), beside()), 10_030);
  assertEquals(time(feed, piece(TICKS, 5060), beside(77)), 10_050);
  // After half a second it is not the network that delays it.
  assertEquals(time(feed, piece(2 * TICKS, 5720), beside()), 10_700);
});

Deno.test("SoundFeed goes by the reports of both tracks as soon as they are there", () => {
  const feed = new SoundFeed();
  assertEquals(time(feed, piece(0, 5320), beside(1_000_000)), 10_300);
  assertEquals(time(feed, piece(TICKS, 5340, 1_000_040), beside(1_000_000)), 10_040);
  // Clocks that are read with less than 20 ms between them are the same.
  assertEquals(time(feed, piece(2 * TICKS, 5360, 1_000_075), beside(1_000_000)), 10_060);
  assertEquals(time(feed, piece(3 * TICKS, 5380, 1_000_110), beside(1_000_000)), 10_110);
});

Deno.test("SoundFeed goes by arrival where the reports have clocks that do not belong together", () => {
  const feed = new SoundFeed();
  assertEquals(time(feed, piece(0, 5030, 9_000_000), beside(1_000_000)), 10_010);
  assertEquals(time(feed, piece(TICKS, 5050, 9_000_020), beside(1_000_000)), 10_030);
});

Deno.test("SoundFeed begins anew with another session", () => {
  const feed = new SoundFeed();
  assertEquals(time(feed, piece(0, 5020), beside()), 10_000);
  feed.restart();
  assertEquals(time(feed, piece(TICKS, 5420), beside()), 10_400);
});
