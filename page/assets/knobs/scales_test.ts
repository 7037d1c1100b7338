import { assertEquals } from "@std/assert";
import { isNetworkValue, NETWORK_PARAMETERS } from "../../../rtsp/fields/emulation_parameters.ts";
import { KNOBS, stepOf } from "./scales.js";

Deno.test("KNOBS have a slider for each parameter, and no step that a server would refuse", () => {
  assertEquals(KNOBS.map(({ key }) => key).sort(), NETWORK_PARAMETERS.map(({ key }) => key).sort());
  for (const parameter of NETWORK_PARAMETERS) {
    const { steps } = KNOBS.find(({ key }) => key === parameter.key)!;
    assertEquals(steps.filter((step) => !isNetworkValue(parameter, step)), [], parameter.name);
    assertEquals(steps[0], 0);
  }
});

Deno.test("stepOf() finds each step, and the one nearest to what a server was started with", () => {
  for (const knob of KNOBS) knob.steps.forEach((value, index) => assertEquals(stepOf(knob, value), index));
  const loss = KNOBS.find(({ key }) => key === "loss")!;
  assertEquals([0.0001, 0.04, 0.9].map((value) => loss.steps[stepOf(loss, value)]), [0.001, 0.05, 1]);
  const rate = KNOBS.find(({ key }) => key === "rate")!;
  assertEquals(rate.steps[stepOf(rate, 1e9)], 100e6);
});
