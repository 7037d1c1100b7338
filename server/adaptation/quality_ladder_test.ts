import { assert, assertEquals } from "@std/assert";
import { COARSEST_LEVEL } from "../../mjpeg/conditioning/requantizing.ts";
import { describeQuality, hasFrame, QUALITIES } from "./quality_ladder.ts";

Deno.test("QUALITIES starts with everything, and each needs clearly less than the one before", () => {
  assertEquals(QUALITIES[0], { frames: [1, 1], level: 0, rate: 1 });
  for (const [index, { rate }] of QUALITIES.entries()) {
    assert(index === 0 || rate < 0.9 * QUALITIES[index - 1].rate, `${index}`);
  }
  assertEquals(QUALITIES.at(-1)!.level, COARSEST_LEVEL);
});

Deno.test("hasFrame() leaves out frames evenly", () => {
  const taken = (sent: number, of: number) =>
    Array.from({ length: 12 }, (_, order) => hasFrame({ frames: [sent, of], level: 0, rate: 1 }, order) ? "x" : ".")
      .join("");
  assertEquals(taken(1, 1), "xxxxxxxxxxxx");
  assertEquals(taken(2, 3), ".xx.xx.xx.xx");
  assertEquals(taken(1, 2), ".x.x.x.x.x.x");
  assertEquals(taken(1, 8), ".......x....");
});

Deno.test("describeQuality() says what is left out, and how coarse the rest is", () => {
  assertEquals(describeQuality(QUALITIES[0]), "all frames");
  assertEquals(describeQuality(QUALITIES[1]), "2 of 3 frames");
  assertEquals(describeQuality(QUALITIES[3]), "1 of 2 frames, quantized 2 times as coarsely");
});
