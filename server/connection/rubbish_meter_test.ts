import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { MAX_RUBBISH_BYTES, RUBBISH_BYTES_PER_SECOND } from "../limits.ts";
import { RubbishMeter } from "./rubbish_meter.ts";

Deno.test(`RubbishMeter takes ${MAX_RUBBISH_BYTES} bytes of no use, and is full at one more`, () => {
  const meter = new RubbishMeter(new FakeClock());
  meter.addRead(MAX_RUBBISH_BYTES);
  assertEquals(meter.isFull, false);
  meter.addRead(1);
  assertEquals(meter.isFull, true);
});

Deno.test(`RubbishMeter forgets ${RUBBISH_BYTES_PER_SECOND} bytes a second`, () => {
  const clock = new FakeClock();
  const meter = new RubbishMeter(clock);
  for (let second = 0; second < 1000; second++) {
    meter.addRead(RUBBISH_BYTES_PER_SECOND);
    clock.advance(1000);
  }
  meter.addRead(MAX_RUBBISH_BYTES);
  assertEquals(meter.isFull, false);
  meter.addRead(1);
  assertEquals(meter.isFull, true);
});

Deno.test("RubbishMeter is never full where half of what comes is of use", () => {
  const meter = new RubbishMeter(new FakeClock());
  for (let count = 0; count < 100_000; count++) {
    meter.addRead(200);
    meter.addUseful(100);
  }
  assertEquals(meter.isFull, false);
  for (let count = 0; count < 100_000; count++) {
    meter.addRead(300);
    meter.addUseful(100);
  }
  assertEquals(meter.isFull, true);
});
