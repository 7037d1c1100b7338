import { assertEquals } from "@std/assert";
import { Sequencer } from "./sequencer.ts";

Deno.test("Sequencer numbers packets over the wrap, and gives all of a frame its time", () => {
  const sequencer = new Sequencer({
    ssrc: 7,
    sequenceNumber: 0xfffe,
    timestampAtZero: 2 ** 32 - 90,
    clockRate: 90_000,
  });
  assertEquals(sequencer.stampAt(0), { ssrc: 7, sequenceNumber: 0xfffe, timestamp: 2 ** 32 - 90 });
  sequencer.advance(3);
  assertEquals(sequencer.nextSequenceNumber, 1);
  // 1 ms is 90 ticks: the timestamp wraps.
  assertEquals(sequencer.stampAt(1), { ssrc: 7, sequenceNumber: 1, timestamp: 0 });
  assertEquals(sequencer.timestampAt(41), 3600);
  sequencer.jumpTo(500);
  sequencer.advance(1);
  assertEquals(sequencer.nextSequenceNumber, 501);
});

Deno.test("Sequencer.random() starts at random numbers of 32, 32 and 16 bits", () => {
  const draws = [0.25, 0.5, 1 - 2 ** -32];
  const sequencer = Sequencer.random({ random: () => draws.shift()!, clockRate: 90_000 });
  assertEquals(sequencer.stampAt(0), { ssrc: 2 ** 30, sequenceNumber: 0xffff, timestamp: 2 ** 31 });
});
