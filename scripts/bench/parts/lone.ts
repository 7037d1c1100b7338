/**
 * One session alone: what a server takes that has little to do, where waking up costs more than sending.
 *
 * @module
 */

import type { Bench, Part } from "../bench.ts";
import { cpuOf, load, LOAD_COLUMNS, loadLine, type LoadResult } from "../load.ts";
import { type Findings, ratioRow } from "../report.ts";
import { gst, ours } from "../servers.ts";

/** CPU times are counted in hundredths of a second, and one session takes a few hundredths of a core: so many windows make one. */
const WINDOWS = 4;
const TRANSPORTS = ["udp", "tcp"] as const;

export const lone: Part = { name: "lone", title: "One session of 720p25", programs: ["gst-launch-1.0"], run };

async function run({ files, tools, rounds, seconds, say }: Bench): Promise<Findings> {
  const contestants = [ours(files), gst(files, "own")];
  const loads = TRANSPORTS.flatMap((transport) =>
    contestants.map((contestant) => ({ transport, sessions: 1, contestant, results: [] as LoadResult[] }))
  );
  for (let round = 1; round <= rounds; round++) {
    for (const { transport, sessions, contestant, results } of loads) {
      const options = { loadClient: tools.loadClient, transport, sessions, seconds: seconds * WINDOWS };
      const result = await load(contestant, options);
      results.push(result);
      say(`${contestant.name}, one session over ${transport}: ${cpuOf(result).toFixed(4)} CPU`);
    }
  }
  return {
    rows: TRANSPORTS.map((transport) => {
      const [our, their] = loads.filter((each) => each.transport === transport).map(({ results }) =>
        results.map(cpuOf)
      );
      return ratioRow(`CPU of one session over ${transport.toUpperCase()}, against ${contestants[1].name}`, {
        dividend: our,
        divisor: their,
        atMost: 2,
      });
    }),
    details: [{
      title: "One session of 720p25",
      columns: LOAD_COLUMNS,
      lines: loads.map((each) => loadLine(each.contestant, each, each.results)),
    }],
  };
}
