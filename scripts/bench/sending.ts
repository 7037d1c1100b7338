/**
 * Sending to many sessions: CPU a frame against gst-rtsp-server, and datagrams a CPU-second against the barest loops.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { ChildProgram } from "../../tests/support/child_program.ts";
import { reservePort } from "../../tests/support/ports.ts";
import type { Bench, Part } from "./bench.ts";
import { frameCpuUs, load, LOAD_COLUMNS, loadLine, type LoadResult } from "./load.ts";
import { type Findings, ratioRow, spread } from "./report.ts";
import { gst, ours } from "./servers.ts";

const SESSIONS = 100;
/** Of an RTP packet of the default MTU. */
const DATAGRAM_BYTES = 1400;
const LOOP_SECONDS = 2;
const LOOP_TS = fromFileUrl(new URL("./send_loop.ts", import.meta.url));
const TRANSPORTS = ["udp", "tcp"] as const;

/** The part. */
export const sending: Part = {
  name: "sending",
  title: `${SESSIONS} sessions of 720p25`,
  programs: ["gst-launch-1.0"],
  run,
};

async function run(bench: Bench): Promise<Findings> {
  const { media, tools, rounds, seconds, say } = bench;
  const contestants = { ours: ours(media), own: gst(media, "own"), shared: gst(media, "shared") };
  const loads = TRANSPORTS.flatMap((transport) =>
    (["ours", "own", "shared"] as const).map((who) => ({ transport, who, results: [] as LoadResult[] }))
  );
  const loops: Record<"c" | "deno", number[]> = { c: [], deno: [] };
  for (let round = 1; round <= rounds; round++) {
    loops.c.push(await sendLoop(bench, (args) => new ChildProgram(tools.sendLoop, { args })));
    loops.deno.push(await sendLoop(bench, startDenoLoop));
    say(
      `bare loops: ${(loops.c.at(-1)! / 1000).toFixed(0)} k (C), ${
        (loops.deno.at(-1)! / 1000).toFixed(0)
      } k (Deno) datagrams a CPU-second`,
    );
    for (const { transport, who, results } of loads) {
      const options = { loadClient: tools.loadClient, transport, sessions: SESSIONS, seconds };
      const result = await load(contestants[who], options);
      results.push(result);
      say(
        `${contestants[who].name}, ${transport}: ${
          frameCpuUs(result).toFixed(1)
        } µs a frame, ${result.lost} packets lost`,
      );
    }
  }
  const resultsOf = (transport: string, who: string) =>
    loads.find((each) => each.transport === transport && each.who === who)!.results;
  const frames = (transport: string, who: string) => resultsOf(transport, who).map(frameCpuUs);
  const datagrams = resultsOf("udp", "ours").map(({ packets, cpuSeconds }) => packets / cpuSeconds);
  const against = (transport: "udp" | "tcp", who: "own" | "shared", atMost: number) =>
    ratioRow(`CPU a delivered frame over ${transport.toUpperCase()}, against ${contestants[who].name}`, {
      dividend: frames(transport, "ours"),
      divisor: frames(transport, who),
      atMost,
    });
  return {
    rows: [
      ratioRow("UDP datagrams a CPU-second of the whole server, against a bare C sendto() loop", {
        dividend: datagrams,
        divisor: loops.c,
        atLeast: 0.5,
      }),
      ratioRow("the same against a bare `await conn.send()` loop in Deno", {
        dividend: datagrams,
        divisor: loops.deno,
      }),
      against("udp", "own", 0.9),
      against("tcp", "own", 0.3),
      against("udp", "shared", 2),
      against("tcp", "shared", 1),
    ],
    details: [
      {
        title: `${SESSIONS} sessions of 720p25, about ${(media.hdFrameBytes / 1000).toFixed(0)} kB a frame`,
        columns: LOAD_COLUMNS,
        lines: loads.map(({ transport, who, results }) =>
          loadLine(contestants[who], { transport, sessions: SESSIONS }, results)
        ),
      },
      {
        title: `Datagrams of ${DATAGRAM_BYTES} bytes, thousands a CPU-second`,
        columns: ["sender", "datagrams"],
        lines: [["C, sendto()", loops.c], ["Deno, await conn.send()", loops.deno], ["mjpegrtsp, all of it", datagrams]]
          .map(([name, samples]) => [name as string, spread((samples as number[]).map((value) => value / 1000), 0)]),
      },
    ],
  };
}

function startDenoLoop(args: readonly string[]): ChildProgram {
  return new ChildProgram(Deno.execPath(), { args: ["run", "--no-prompt", "--allow-net", LOOP_TS, ...args] });
}

/** Datagrams a CPU-second of a bare loop, the load client taking them. */
async function sendLoop(
  { tools }: Bench,
  start: (args: readonly string[]) => ChildProgram,
): Promise<number> {
  const port = reservePort();
  const sink = ["sink", "1", String(LOOP_SECONDS + 1), `rtsp://127.0.0.1:${port}/`];
  await using receiver = new ChildProgram(tools.loadClient, { args: sink });
  await receiver.waitForLine(/^window$/);
  await using sender = start([port, DATAGRAM_BYTES, LOOP_SECONDS].map(String));
  const { stdout } = await sender.exit();
  const { datagrams, cpuSeconds } = JSON.parse(stdout[0]);
  return datagrams / cpuSeconds;
}
