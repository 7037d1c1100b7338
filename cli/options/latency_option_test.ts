import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./errors.ts";
import { latency } from "./latency_option.ts";

const OPTION = latency("auto|MS", "", { maxMs: 10_000 });

Deno.test("latency() takes auto, and milliseconds up to the limit", () => {
  assertEquals(OPTION.fallback, "auto");
  for (const [given, value] of [["auto", "auto"], ["0", 0], ["80.5", 80.5], ["10000", 10_000]] as const) {
    assertEquals(OPTION.parse(given), value);
  }
  for (const given of ["", "10000.5", "10001", "-1", "80ms", "Auto", "1e3"]) {
    assertThrows(() => OPTION.parse(given), UsageError, "needs auto or milliseconds, 0 to 10000, got", given);
  }
});
