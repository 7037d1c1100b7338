/**
 * CPU and memory of the server as the number of sessions grows from 1 to 200.
 *
 * @module
 */

import type { Bench, Part } from "../bench.ts";
import { frameCpuUs, load, LOAD_COLUMNS, loadLine, type LoadResult, type LoadTransport } from "../load.ts";
import { type Findings, median, ratioRow, type Row } from "../report.ts";
import { type Contestant, gst, OURS, ours } from "../servers.ts";

const STEPS = [1, 50, 200];
const [FEWEST, MOST] = [STEPS[0], STEPS.at(-1)!];
const MAX_SESSION_KIB = 64;

interface Series {
  readonly contestant: Contestant;
  readonly transport: LoadTransport;
  /** The results of all rounds, for each step. */
  readonly results: LoadResult[][];
}

export const growth: Part = {
  name: "growth",
  title: "CPU and memory a session, from 1 to 200 sessions",
  programs: ["gst-launch-1.0"],
  run,
};

async function run({ files, tools, rounds, seconds, say }: Bench): Promise<Findings> {
  // The whole file is in memory before the window starts, so that only the sessions grow.
  const own = ours(files, { file: files.hdShort });
  const series = ([[own, "udp"], [own, "tcp"], [gst(files, "own"), "tcp"]] as const).map(
    ([contestant, transport]): Series => ({ contestant, transport, results: STEPS.map(() => []) }),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const { contestant, transport, results } of series) {
      for (const [index, sessions] of STEPS.entries()) {
        const options = { loadClient: tools.loadClient, transport, sessions, seconds: Math.ceil(seconds / 2) };
        const result = await load(contestant, options);
        results[index].push(result);
        say(`${contestant.name}, ${sessions} over ${transport}: ${(result.residentBytes / 2 ** 20).toFixed(0)} MiB`);
      }
    }
  }
  return {
    rows: series.flatMap((each) => [cpuRow(each), memoryRow(each)]).filter((row) => row !== undefined),
    details: [{
      title: "Growth",
      columns: LOAD_COLUMNS,
      lines: series.flatMap(({ contestant, transport, results }) =>
        STEPS.map((sessions, index) => loadLine(contestant, { transport, sessions }, results[index]))
      ),
    }],
  };
}

function cpuRow({ contestant, transport, results }: Series): Row | undefined {
  if (contestant.name !== OURS) return undefined;
  return ratioRow(`CPU a frame over ${transport.toUpperCase()} with ${MOST} sessions, against ${FEWEST}`, {
    dividend: results.at(-1)!.map(frameCpuUs),
    divisor: results[0].map(frameCpuUs),
    atMost: 1,
  });
}

function memoryRow({ contestant, transport, results }: Series): Row {
  const [few, many] = [results[0], results.at(-1)!].map((each) =>
    median(each.map(({ residentBytes }) => residentBytes))
  );
  const kibibytes = (many - few) / 1024 / (MOST - FEWEST);
  const isOurs = contestant.name === OURS;
  return {
    what: `memory a session over ${transport.toUpperCase()}, from ${FEWEST} to ${MOST} sessions: ${contestant.name}`,
    measured: `${kibibytes.toFixed(0)} KiB`,
    target: isOurs ? `at most ${MAX_SESSION_KIB} KiB` : "",
    isReached: isOurs ? kibibytes <= MAX_SESSION_KIB : undefined,
  };
}
