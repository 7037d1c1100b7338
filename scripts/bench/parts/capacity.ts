/**
 * How many sessions get every frame? Server and clients run on the same machine.
 *
 * @module
 */

import type { Bench, Part } from "../bench.ts";
import { isLossless, load } from "../load.ts";
import { HD_FRAME_RATE } from "../files.ts";
import type { Findings, Row } from "../report.ts";
import { type Contestant, gst, OURS, ours } from "../servers.ts";

const SEARCHES = [
  { transport: "udp", steps: [50, 80, 100, 120, 150, 200, 250], target: 120 },
  { transport: "tcp", steps: [200, 400, 500], target: 400 },
] as const;
/** How many times as many sessions two threads have over UDP as one, at least. */
const THREADS_TARGET = 1.6;
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
    const most: Record<string, number> = {};
    const contestants = [ours(files), ours(files, { threads: 2 }), gst(files, "own"), gst(files, "shared")];
    for (const contestant of contestants) {
      const found = most[contestant.name] = await search(bench, contestant, { transport, steps });
      const isOurs = contestant.name === OURS;
      const over = `sessions of 720p25 with no frame lost over ${transport.toUpperCase()} (${steps.join(", ")} tried)`;
      rows.push({
        what: `${over}: ${contestant.name}`,
        measured: String(found),
        target: isOurs ? `at least ${target}` : "",
        isReached: isOurs ? found >= target : undefined,
      });
    }
    const ratio = most[contestants[1].name] / most[OURS];
    const ratioTarget = transport === "udp" ? THREADS_TARGET : undefined;
    rows.push({
      what: `the same over ${transport.toUpperCase()}: two threads against one`,
      measured: ratio.toFixed(2),
      target: ratioTarget === undefined ? "" : `at least ${ratioTarget}`,
      isReached: ratioTarget === undefined ? undefined : ratio >= ratioTarget,
    });
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
