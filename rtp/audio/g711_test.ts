import { assert, assertEquals } from "@std/assert";
import { encodeMuLaw, MU_LAW } from "./g711.ts";

Deno.test("encodeMuLaw() gives the byte whose step a sample is in, and the largest one beyond", () => {
  // There are two bytes for 0.
  MU_LAW.forEach((sample, byte) => assertEquals(encodeMuLaw(sample), sample === 0 ? 0xff : byte));
  for (let sample = -32_635; sample <= 32_635; sample += 7) {
    const decoded = MU_LAW[encodeMuLaw(sample)];
    assert(Math.abs(decoded - sample) <= (Math.abs(sample) + 132) / 32, `${sample} becomes ${decoded}`);
  }
  assertEquals([-32_768, 32_767].map((sample) => MU_LAW[encodeMuLaw(sample)]), [-32_124, 32_124]);
});
