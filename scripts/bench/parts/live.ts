/**
 * A live source, fed by hand, for viewers at two threads: CPU a frame from 1 to 100 viewers, against a file.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { ChildProgram } from "../../../tests/support/child_program.ts";
import type { Bench, Part } from "../bench.ts";
import { HD_FRAME_RATE } from "../files.ts";
import { frameCpuUs, load, LOAD_COLUMNS, loadLine, type LoadResult } from "../load.ts";
import { type Findings, ratioRow } from "../report.ts";
import { type Contestant, ours } from "../servers.ts";

const STEPS = [1, 10, 100] as const;
const TRANSPORTS = ["udp", "tcp"] as const;
const LIVE_SERVER = fromFileUrl(new URL("../programs/live_server.ts", import.meta.url));

export const live: Part = { name: "live", title: "A live source for viewers at two threads", programs: [], run };

async function run({ files, tools, rounds, seconds, say }: Bench): Promise<Findings> {
  const path = join(files.root, files.hdShort);
  const contestants: readonly Contestant[] = [
    { name: "mjpegrtsp, 2 threads, live", path: "/live", start: () => startLive(path) },
    { ...ours(files, { file: files.hdShort, threads: 2 }), name: "mjpegrtsp, 2 threads, a file" },
  ];
  const loads = TRANSPORTS.flatMap((transport) =>
    STEPS.flatMap((sessions) =>
      contestants.map((contestant) => ({ transport, sessions, contestant, results: [] as LoadResult[] }))
    )
  );
  for (let round = 1; round <= rounds; round++) {
    for (const { transport, sessions, contestant, results } of loads) {
      const result = await load(contestant, { loadClient: tools.loadClient, transport, sessions, seconds });
      results.push(result);
      say(`${contestant.name}, ${sessions} over ${transport}: ${frameCpuUs(result).toFixed(1)} µs a frame`);
    }
  }
  const most = STEPS.at(-1);
  return {
    rows: TRANSPORTS.map((transport) => {
      const [ofLive, ofFile] = loads.filter((each) => each.transport === transport && each.sessions === most);
      return ratioRow(
        `CPU a frame of a live source, ${most} viewers over ${transport.toUpperCase()} at two threads, against a file`,
        { dividend: ofLive.results.map(frameCpuUs), divisor: ofFile.results.map(frameCpuUs), atMost: 1 },
      );
    }),
    details: [{
      title: "A live source of 720p25 and a file, for viewers at two threads",
      columns: LOAD_COLUMNS,
      lines: loads.map((each) => loadLine(each.contestant, each, each.results)),
    }],
  };
}

async function startLive(path: string) {
  const program = new ChildProgram(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", "--allow-read", LIVE_SERVER, path, String(HD_FRAME_RATE)],
  });
  try {
    const [, port] = await program.waitForLine(/^listening on (\d+)$/);
    return { port: Number(port), program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}
