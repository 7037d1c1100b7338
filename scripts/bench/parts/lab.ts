/**
 * The lab's dialect: sessions a CPU-second, against the lab's Python server.
 *
 * @module
 */

import type { Bench, Part } from "../bench.ts";
import { frameCpuUs, load, LOAD_COLUMNS, loadLine, type LoadResult } from "../load.ts";
import { LAB_FRAME_RATE } from "../files.ts";
import { pacedLoop } from "../loops.ts";
import { type Findings, ratioRow } from "../report.ts";
import { oursForLab, pythonLabServer } from "../servers.ts";

const LOAD = { transport: "lab", sessions: 100 } as const;

export const lab: Part = {
  name: "lab",
  title: "Sessions of the lab's dialect a CPU-second",
  programs: ["python3"],
  run,
};

async function run(bench: Bench): Promise<Findings> {
  const { files, tools, rounds, seconds, say } = bench;
  const contestants = [oursForLab(files), pythonLabServer(files)];
  const results: LoadResult[][] = contestants.map(() => []);
  const pacing = { bytes: Math.round(files.labFrameBytes), datagramsAFrame: 1, frameRate: LAB_FRAME_RATE };
  /** CPU time of a bare paced loop for a frame, in microseconds. */
  const bare: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    bare.push(1e6 / await pacedLoop(bench, { ...pacing, sessions: LOAD.sessions }));
    say(`a bare paced loop, lab: ${bare.at(-1)!.toFixed(1)} µs a frame`);
    for (const [index, contestant] of contestants.entries()) {
      const result = await load(contestant, { loadClient: tools.loadClient, seconds, ...LOAD });
      results[index].push(result);
      say(`${contestant.name}, lab: ${frameCpuUs(result).toFixed(1)} µs a frame`);
    }
  }
  // Both send the same frames, so the ratio of sessions a CPU-second is the inverse ratio of CPU a frame.
  const [our, their] = results.map((each) => each.map(frameCpuUs));
  return {
    rows: [
      ratioRow("sessions of the lab's dialect a CPU-second, against the lab's Python server", {
        dividend: their,
        divisor: our,
        atLeast: 8,
      }),
      ratioRow("CPU a frame in the lab's dialect, against a bare paced loop in Deno", {
        dividend: our,
        divisor: bare,
        atMost: 1.3,
      }),
    ],
    details: [{
      title: `${LOAD.sessions} lab sessions, CIF at ${LAB_FRAME_RATE} frames a second, about ${
        (files.labFrameBytes / 1000).toFixed(0)
      } kB a frame`,
      columns: LOAD_COLUMNS,
      lines: contestants.map((contestant, index) => loadLine(contestant, LOAD, results[index])),
    }],
  };
}
