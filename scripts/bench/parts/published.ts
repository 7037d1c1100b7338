/**
 * A stream that one client publishes, for 100 viewers: CPU a frame, against MediaMTX where it is installed.
 *
 * @module
 */

import type { Bench, Part } from "../bench.ts";
import { frameCpuUs, load, LOAD_COLUMNS, loadLine, type LoadResult } from "../load.ts";
import { type Findings, ratioRow, type Row } from "../report.ts";
import { findMediaMtx, mediaMtx, oursPublished } from "../servers.ts";

const SESSIONS = 100;
const TRANSPORTS = ["udp", "tcp"] as const;

export const published: Part = {
  name: "published",
  title: "A stream that one client publishes, for 100 viewers",
  programs: ["ffmpeg"],
  run,
};

async function run({ files, tools, rounds, seconds, say }: Bench): Promise<Findings> {
  const program = findMediaMtx();
  const contestants = [oursPublished(files), ...program === undefined ? [] : [mediaMtx(files, program)]];
  const loads = TRANSPORTS.flatMap((transport) =>
    contestants.map((contestant) => ({ transport, contestant, results: [] as LoadResult[] }))
  );
  for (let round = 1; round <= rounds; round++) {
    for (const { transport, contestant, results } of loads) {
      const result = await load(contestant, { loadClient: tools.loadClient, transport, sessions: SESSIONS, seconds });
      results.push(result);
      say(`${contestant.name}, ${transport}: ${frameCpuUs(result).toFixed(1)} µs a frame, ${result.lost} packets lost`);
    }
  }
  return {
    rows: TRANSPORTS.map((transport): Row => {
      const what =
        `CPU a frame of a published stream, ${SESSIONS} viewers over ${transport.toUpperCase()}, against MediaMTX`;
      const [ours, theirs] = loads.filter((each) => each.transport === transport);
      if (theirs === undefined) return { what, measured: "not measured: MEDIAMTX names no program", target: "" };
      return ratioRow(what, { dividend: ours.results.map(frameCpuUs), divisor: theirs.results.map(frameCpuUs) });
    }),
    details: [{
      title: "A stream of 720p25 that one client publishes",
      columns: LOAD_COLUMNS,
      lines: loads.map((each) => loadLine(each.contestant, { ...each, sessions: SESSIONS }, each.results)),
    }],
  };
}
