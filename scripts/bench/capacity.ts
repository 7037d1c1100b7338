/**
 * How many sessions get every frame? Server and clients run on the same machine.
 *
 * @module
 */

import type { Bench, Part } from "./bench.ts";
import { isLossless, load } from "./load.ts";
import { HD_FRAME_RATE } from "./files.ts";
import type { Findings, Row } from "./report.ts";
import { type Contestant, gst, OURS, ours } from "./servers.ts";

const SEARCHES = [
  { transport: "udp", steps: [100, 120, 150, 200], target: 120 },
  { transport: "tcp", steps: [200, 400], target: 400 },
] as const;
/** One failure may be the fault of another program. */
const TRIES = 2;

export const capacity: Part = {
  name: "capacity",
  title: "Sessions of 720p25 with no frame lost",
  programs: ["gst-launch-1.0"],
  run,
};

async function run(bench: Bench): Promise<Findings> {
  const { files } = bench;
  const rows: Row[] = [];
  for (const { transport, steps, target } of SEARCHES) {
    for (const contestant of [ours(files), gst(files, "own"), gst(files, "shared")]) {
      const most = await search(bench, contestant, { transport, steps });
      const isOurs = contestant.name === OURS;
      const over = `sessions of 720p25 with no frame lost over ${transport.toUpperCase()} (${steps.join(", ")} tried)`;
      rows.push({
        what: `${over}: ${contestant.name}`,
        measured: String(most),
        target: isOurs ? `at least ${target}` : "",
        isReached: isOurs ? most >= target : undefined,
      });
    }
  }
  return { rows };
}

/** Takes the steps in order; returns the last one at which every session got every frame, 0 if none did. */
async function search(
  { tools, seconds, say }: Bench,
  contestant: Contestant,
  { transport, steps }: { readonly transport: "udp" | "tcp"; readonly steps: readonly number[] },
): Promise<number> {
  let most = 0;
  for (const sessions of steps) {
    let isPassed = false;
    for (let attempt = 1; attempt <= TRIES && !isPassed; attempt++) {
      const told = `${contestant.name}, ${sessions} sessions over ${transport}`;
      try {
        const result = await load(contestant, { loadClient: tools.loadClient, transport, sessions, seconds });
        isPassed = isLossless(result, HD_FRAME_RATE);
        const { lost, damaged, fewestFrames } = result;
        say(`${told}: ${lost} packets lost, ${damaged} frames damaged, at least ${fewestFrames} frames a session`);
      } catch (error) {
        say(`${told}: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
      }
    }
    if (!isPassed) break;
    most = sessions;
  }
  return most;
}
