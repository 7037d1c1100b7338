import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Liveness } from "./liveness.ts";

function open() {
  const clock = new FakeClock();
  const heard: (number | "resumed")[] = [];
  const liveness = new Liveness({
    clock,
    stepsMs: [5000, 10_000],
    onSilence: (silentMs) => heard.push(silentMs),
    onResumed: () => heard.push("resumed"),
  });
  return { clock, heard, liveness };
}

Deno.test("Liveness tells each step of a silence once", () => {
  const { clock, heard, liveness } = open();
  liveness.start();
  clock.advance(4999);
  assertEquals(heard, []);
  clock.advance(1);
  assertEquals(heard, [5000]);
  clock.advance(5000);
  assertEquals(heard, [5000, 10_000]);
  clock.advance(60_000);
  assertEquals([heard.length, clock.pendingTimers], [2, 0]);
});

Deno.test("Liveness times a silence from the last packet, and tells when packets come again", () => {
  const { clock, heard, liveness } = open();
  liveness.start();
  for (let count = 0; count < 5; count++) {
    clock.advance(3000);
    liveness.note(clock.nowMs());
  }
  assertEquals([heard, liveness.lastPacketMs], [[], 15_000]);
  clock.advance(10_000);
  assertEquals([heard, liveness.silentMs], [[5000, 10_000], 10_000]);
  liveness.note(clock.nowMs());
  liveness.note(clock.nowMs());
  clock.advance(5000);
  assertEquals(heard, [5000, 10_000, "resumed", 5000]);
});

Deno.test("Liveness times a silence from the start where packets came before it", () => {
  const { clock, heard, liveness } = open();
  liveness.note(clock.nowMs());
  clock.advance(60_000);
  liveness.start();
  assertEquals(liveness.silentMs, 0);
  clock.advance(4999);
  assertEquals(heard, []);
  // A session that starts again has its time, too.
  liveness.start();
  clock.advance(4999);
  assertEquals(heard, []);
  clock.advance(1);
  assertEquals(heard, [5000]);
});

Deno.test("Liveness is silent from the first step to the next packet, or until it is stopped", () => {
  const { clock, liveness } = open();
  liveness.start();
  clock.advance(4999);
  assertEquals(liveness.isSilent, false);
  clock.advance(1);
  assertEquals(liveness.isSilent, true);
  liveness.note(clock.nowMs());
  assertEquals(liveness.isSilent, false);
  clock.advance(5000);
  liveness.stop();
  assertEquals(liveness.isSilent, false);
});

Deno.test("Liveness tells nothing once it is stopped", () => {
  const { clock, heard, liveness } = open();
  liveness.start();
  liveness.stop();
  liveness.note(clock.nowMs());
  clock.advance(60_000);
  assertEquals([heard, clock.pendingTimers], [[], 0]);
});

Deno.test("Liveness is at the end from when the server says so to the next packet, or until it is stopped", () => {
  const { clock, heard, liveness } = open();
  liveness.start();
  liveness.end();
  assertEquals(liveness.isAtEnd, true);
  liveness.note(clock.nowMs());
  assertEquals([liveness.isAtEnd, heard], [false, ["resumed"]]);
  liveness.end();
  liveness.stop();
  assertEquals([liveness.isAtEnd, heard], [false, ["resumed"]]);
});

Deno.test("Liveness counts the time of playing only", () => {
  const { clock, liveness } = open();
  clock.advance(1000);
  assertEquals([liveness.playedMs, liveness.activeMs], [0, 0]);
  liveness.start();
  clock.advance(500);
  assertEquals([liveness.playedMs, liveness.activeMs], [500, 500]);
  liveness.stop();
  clock.advance(7000);
  liveness.stop();
  liveness.start();
  clock.advance(250);
  liveness.start();
  clock.advance(250);
  assertEquals([liveness.playedMs, liveness.activeMs], [1000, 1000]);
});

Deno.test("Liveness tells the time in which something came from that of silence", () => {
  const { clock, liveness } = open();
  const times = () => [liveness.activeMs, liveness.playedMs];
  liveness.start();
  clock.advance(2000);
  liveness.note(clock.nowMs());
  clock.advance(4999);
  assertEquals(times(), [6999, 6999]);
  // Five seconds of silence are noticed at once.
  clock.advance(1);
  assertEquals(times(), [2000, 7000]);
  clock.advance(6000);
  assertEquals(times(), [2000, 13_000]);
  liveness.note(clock.nowMs());
  clock.advance(3000);
  assertEquals(times(), [5000, 16_000]);
  liveness.note(clock.nowMs());
  // Servers say only after a while that the last packet was the last.
  clock.advance(500);
  liveness.end();
  assertEquals(times(), [5000, 16_500]);
  clock.advance(500);
  liveness.stop();
  clock.advance(1000);
  assertEquals(times(), [5000, 17_000]);
  liveness.end();
  liveness.stop();
  liveness.start();
  clock.advance(1000);
  assertEquals(times(), [6000, 18_000]);
});
