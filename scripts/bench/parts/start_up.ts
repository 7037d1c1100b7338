/**
 * Start-up: the time from starting `serve` to the first connection.
 *
 * @module
 */

import { startOurs } from "../../../tests/support/our_program.ts";
import { reservePort } from "../../../tests/support/ports.ts";
import type { Bench, Part } from "../bench.ts";
import { type Findings, median, spread } from "../report.ts";

const STARTS_A_ROUND = 4;
const RETRY_MS = 2;
const TIMEOUT_MS = 20_000;
const MAX_MS = 150;

export const startUp: Part = { name: "start-up", title: "Start-up to listening", programs: [], run };

async function run({ files, rounds, say }: Bench): Promise<Findings> {
  // The first start may have to fill Deno's caches.
  await start(files.root);
  const samples: number[] = [];
  for (let count = 0; count < rounds * STARTS_A_ROUND; count++) samples.push(await start(files.root));
  say(`start-up: ${spread(samples, 0)} ms`);
  return {
    rows: [{
      what: "start-up to listening, from source with `deno run`, its caches filled (not the compiled executable)",
      measured: `${spread(samples, 0)} ms`,
      target: `at most ${MAX_MS} ms`,
      isReached: median(samples) <= MAX_MS,
    }],
  };
}

/** Starts the server and returns the milliseconds until it accepts a connection. */
async function start(root: string): Promise<number> {
  const port = reservePort();
  const startMs = performance.now();
  await using _program = startOurs(["serve", root, "--port", String(port), "--host", "127.0.0.1"]);
  for (;;) {
    const passedMs = performance.now() - startMs;
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return passedMs;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused) || passedMs > TIMEOUT_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
