/**
 * Sending to many sessions: CPU a frame, against gst-rtsp-server, and datagrams a CPU-second, against bare loops.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { ChildProgram } from "../../../tests/support/child_program.ts";
import type { Bench, Part } from "../bench.ts";
import { HD_FRAME_RATE } from "../files.ts";
import { bareLoop, LOOP_SECONDS, pacedLoop } from "../loops.ts";
import { frameCpuUs, load, LOAD_COLUMNS, loadLine, type LoadResult } from "../load.ts";
import { type Findings, ratioRow, spread } from "../report.ts";
import { type Contestant, findMediaMtx, gst, mediaMtx, ours } from "../servers.ts";

const SESSIONS = 100;
/** Size of an RTP packet at the default MTU. */
const DATAGRAM_BYTES = 1400;
const LOOP_TS = fromFileUrl(new URL("../programs/send_loop.ts", import.meta.url));
const TRANSPORTS = ["udp", "tcp"] as const;
const WHO = ["ours", "own", "shared", "mediaMtx"] as const;
type Who = typeof WHO[number];
const LOOPS = [
  { key: "c", name: "C, sendto()" },
  { key: "deno", name: "Deno, await conn.send()" },
  { key: "paced", name: "Deno, the same, paced" },
] as const;

/** One contestant over one transport. */
interface Load {
  readonly transport: "udp" | "tcp";
  readonly who: Who;
  readonly contestant: Contestant | undefined;
  readonly results: LoadResult[];
}

export const sending: Part = {
  name: "sending",
  title: `${SESSIONS} sessions of 720p25`,
  programs: ["gst-launch-1.0"],
  run,
};

async function run(bench: Bench): Promise<Findings> {
  const { files, tools, rounds, seconds, say } = bench;
  const mediaMtxProgram = findMediaMtx();
  const contestants: Partial<Record<Who, Contestant>> = {
    ...{ ours: ours(files), own: gst(files, "own"), shared: gst(files, "shared") },
    mediaMtx: mediaMtxProgram === undefined ? undefined : mediaMtx(files, mediaMtxProgram),
  };
  const loads: Load[] = TRANSPORTS.flatMap((transport) =>
    WHO.map((who) => ({ transport, who, contestant: contestants[who], results: [] }))
  );
  const loops: Record<"c" | "deno" | "paced", number[]> = { c: [], deno: [], paced: [] };
  const pacing = {
    datagramsAFrame: Math.ceil(files.hdFrameBytes / DATAGRAM_BYTES),
    ...{ bytes: DATAGRAM_BYTES, sessions: SESSIONS, frameRate: HD_FRAME_RATE },
  };
  for (let round = 1; round <= rounds; round++) {
    loops.c.push(await tightLoop(bench, (args) => new ChildProgram(tools.sendLoop, { args })));
    loops.deno.push(await tightLoop(bench, startDenoLoop));
    loops.paced.push(await pacedLoop(bench, pacing));
    say(
      `bare loops: ${
        Object.entries(loops).map(([name, rates]) => `${(rates.at(-1)! / 1000).toFixed(0)} k (${name})`).join(", ")
      } datagrams a CPU-second`,
    );
    for (const { transport, contestant, results } of loads) {
      if (contestant === undefined) continue;
      const options = { loadClient: tools.loadClient, transport, sessions: SESSIONS, seconds };
      const result = await load(contestant, options);
      results.push(result);
      say(
        `${contestant.name}, ${transport}: ${frameCpuUs(result).toFixed(1)} µs a frame, ${result.lost} packets lost`,
      );
    }
  }
  const resultsOf = (transport: string, who: Who) =>
    loads.find((each) => each.transport === transport && each.who === who)!.results;
  const datagrams = resultsOf("udp", "ours").map(({ packets, cpuSeconds }) => packets / cpuSeconds);
  const against = (transport: "udp" | "tcp", who: Who, atMost: number) => {
    const over = transport.toUpperCase();
    if (contestants[who] === undefined) {
      const measured = "not measured: MEDIAMTX names no program";
      return { what: `CPU a delivered frame over ${over}, against MediaMTX`, measured, target: `at most ${atMost}` };
    }
    return ratioRow(`CPU a delivered frame over ${over}, against ${contestants[who].name}`, {
      dividend: resultsOf(transport, "ours").map(frameCpuUs),
      divisor: resultsOf(transport, who).map(frameCpuUs),
      atMost,
    });
  };
  return {
    rows: [
      ...LOOPS.map(({ key, name }) => ({
        what: `machine: datagrams of ${DATAGRAM_BYTES} bytes a CPU-second, ${name}`,
        measured: `${spread(loops[key].map((rate) => rate / 1000), 0)} k`,
        target: "",
      })),
      ratioRow("UDP datagrams a CPU-second of the whole server, against the bare C loop", {
        dividend: datagrams,
        divisor: loops.c,
      }),
      ratioRow("the same against the bare `await conn.send()` loop in Deno", {
        dividend: datagrams,
        divisor: loops.deno,
        atLeast: 0.87,
      }),
      ratioRow("the same against that loop, paced", { dividend: datagrams, divisor: loops.paced }),
      against("udp", "own", 0.75),
      against("udp", "shared", 1.6),
      against("udp", "mediaMtx", 0.9),
      against("tcp", "own", 0.2),
      against("tcp", "shared", 1.25),
      against("tcp", "mediaMtx", 0.25),
    ],
    details: [
      {
        title: `${SESSIONS} sessions of 720p25, about ${(files.hdFrameBytes / 1000).toFixed(0)} kB a frame`,
        columns: LOAD_COLUMNS,
        lines: loads.flatMap(({ transport, contestant, results }) =>
          contestant === undefined ? [] : [loadLine(contestant, { transport, sessions: SESSIONS }, results)]
        ),
      },
      {
        title: `Datagrams of ${DATAGRAM_BYTES} bytes, thousands a CPU-second`,
        columns: ["sender", "datagrams"],
        lines: [
          ...LOOPS.map(({ key, name }) => [name, loops[key]] as const),
          ["mjpegrtsp, the whole server", datagrams] as const,
        ].map(([name, samples]) => [name, spread(samples.map((value) => value / 1000), 0)]),
      },
    ],
  };
}

function startDenoLoop(args: readonly string[]): ChildProgram {
  return new ChildProgram(Deno.execPath(), { args: ["run", "--no-prompt", "--allow-net", LOOP_TS, ...args] });
}

/** Datagrams a CPU-second of a loop that sends one after the other. */
function tightLoop(bench: Bench, start: (args: readonly string[]) => ChildProgram): Promise<number> {
  return bareLoop(bench, (port) => start([port, DATAGRAM_BYTES, LOOP_SECONDS].map(String)));
}
