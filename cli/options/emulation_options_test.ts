import { assertEquals } from "@std/assert";
import { describeEmulation, EMULATION_OPTIONS, emulationOf } from "./emulation_options.ts";
import { parseCommand } from "./parse_command.ts";

const NOTHING = { loss: 0, duplicate: 0, reorder: 0, delayMs: 0, jitterMs: 0, rate: undefined };

const CASES: readonly [args: string, impairments: Partial<Record<keyof typeof NOTHING, number>>, seed?: number][] = [
  ["--loss 5%", { loss: 0.05 }],
  ["--loss 0.25", { loss: 0.25 }],
  ["--duplicate 1%", { duplicate: 0.01 }],
  ["--reorder 100%", { reorder: 1 }],
  ["--delay 40ms", { delayMs: 40 }],
  ["--delay 10s", { delayMs: 10_000 }],
  ["--jitter 20ms", { jitterMs: 20 }],
  ["--rate 2mbit", { rate: 2e6 }],
  ["--rate 64kbit --seed 7", { rate: 64_000 }, 7],
  ["--delay 1ms --jitter 2ms --rate 3bit", { delayMs: 1, jitterMs: 2, rate: 3 }],
];

for (const [args, impairments, seed = 1] of CASES) {
  Deno.test(`emulationOf() reads ${args}`, () => {
    const { options } = parseCommand(args.split(" "), EMULATION_OPTIONS);
    assertEquals(emulationOf(options), { impairments: { ...NOTHING, ...impairments }, seed });
  });
}

for (const args of ["", "--seed 7", "--loss 0 --delay 0ms --rate 0bit"]) {
  Deno.test(`emulationOf() emulates nothing for ${JSON.stringify(args)}`, () => {
    assertEquals(emulationOf(parseCommand(args.split(" ").filter(Boolean), EMULATION_OPTIONS).options), undefined);
  });
}

Deno.test("describeEmulation() names every impairment with its unit", () => {
  const impairments = { loss: 0.05, duplicate: 0.001, reorder: 0, delayMs: 40, jitterMs: 20, rate: 1.5e6 };
  assertEquals(
    describeEmulation({ impairments, seed: 7 }),
    "loss 5 %, duplicate 0.1 %, reorder 0 %, delay 40 ms, jitter 20 ms, rate 1.5 Mbit/s, seed 7",
  );
  assertEquals(
    describeEmulation({ impairments: { ...impairments, rate: undefined }, seed: 1 }).split(", ").at(-2),
    "rate unlimited",
  );
});
