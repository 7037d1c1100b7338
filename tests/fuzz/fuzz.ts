/**
 * Properties that random input is to keep: a modest number of runs in every test run, the same each time, so that a change is
 * judged by itself; many and new ones in `deno task fuzz`, whose arguments are `--seconds N` for each property and `--seed N` to
 * see the same again.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { parseArgs } from "@std/cli/parse-args";
import fc from "fast-check";

/** The seed of test runs. */
const TEST_SEED = 2435;

const flags = parseArgs(Deno.args, { string: ["seconds", "seed"] });
const seconds = flags.seconds === undefined ? undefined : Number(flags.seconds);
const seed = Number(flags.seed ?? (seconds === undefined ? TEST_SEED : crypto.getRandomValues(new Int32Array(1))[0]));
if (!Number.isInteger(seed) || seconds !== undefined && !(seconds > 0)) {
  throw new RangeError(`Cannot fuzz for ${flags.seconds} seconds with seed ${flags.seed}: --seconds 20 --seed 7`);
}
if (seconds !== undefined) console.log(`fuzz: --seconds ${seconds} --seed ${seed}`);

/** Options of {@linkcode fuzz}. */
export interface FuzzOptions {
  /** Runs in a test run; default 200. */
  readonly runs?: number;
}

/** A test of a property of random input. Where it fails, fast-check says the seed and the smallest input that fails. */
export function fuzz<T>(name: string, input: fc.Arbitrary<T>, check: (input: T) => void, options: FuzzOptions = {}) {
  const { runs = 200 } = options;
  Deno.test(`fuzz: ${name}`, () => {
    fc.assert(
      fc.property(input, check),
      seconds === undefined
        ? { numRuns: runs, seed }
        : { numRuns: Number.MAX_SAFE_INTEGER, seed, interruptAfterTimeLimit: seconds * 1000 },
    );
  });
}

/** The same for properties that take time of their own, such as reading a file. */
export function fuzzAsync<T>(
  name: string,
  input: fc.Arbitrary<T>,
  check: (input: T) => Promise<void>,
  options: FuzzOptions = {},
) {
  const { runs = 200 } = options;
  Deno.test(`fuzz: ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(input, check),
      seconds === undefined
        ? { numRuns: runs, seed }
        : { numRuns: Number.MAX_SAFE_INTEGER, seed, interruptAfterTimeLimit: seconds * 1000 },
    );
  });
}

/** Bytes with some of them changed, taken out, doubled or added, or broken off: real input gone wrong. */
export function mutated(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const value = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff));
  const change = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("set" as const), position, value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("insert" as const), position, value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), position, value: fc.nat(64) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("double" as const), position, value: fc.nat(64) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), position, value }) },
  );
  return fc.tuple(bytes, fc.array(change, { minLength: 1, maxLength: 6 })).map(([original, changes]) => {
    let current = original.slice();
    for (const { kind, position, value } of changes) {
      const at = Math.floor(position * current.length);
      if (kind === "set" && current.length > 0) current[at] = value;
      else if (kind === "insert") {
        current = concat([current.subarray(0, at), Uint8Array.of(value), current.subarray(at)]);
      } else if (kind === "remove") current = concat([current.subarray(0, at), current.subarray(at + value)]);
      else if (kind === "double") current = concat([current.subarray(0, at + value), current.subarray(at)]);
      else if (kind === "cut") current = current.slice(0, at);
    }
    return current;
  });
}

/** Calls `action`; only errors of these classes may come of it. What it gives, or `undefined` where it threw. */
export function mayThrow<T>(
  // deno-lint-ignore no-explicit-any
  classes: readonly (abstract new (...args: any[]) => Error)[],
  action: () => T,
): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!classes.some((one) => error instanceof one)) throw error;
    return undefined;
  }
}

/** Text of which parts are repeated many times: what makes patterns slow. */
export function repetitive(parts: readonly string[], maxRepeats: number): fc.Arbitrary<string> {
  const part = fc.oneof(fc.constantFrom(...parts), fc.string({ maxLength: 6 }));
  const run = fc.tuple(part, fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.nat(maxRepeats)));
  return fc.array(run, { maxLength: 12 }).map((runs) => runs.map(([text, count]) => text.repeat(count)).join(""));
}
