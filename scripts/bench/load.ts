/**
 * One server under load: starts it, plays many sessions with the load client, and takes its CPU time and memory over the
 * client's window.
 *
 * @module
 */

import { ChildProgram } from "../../tests/support/child_program.ts";
import { cpuSeconds, residentBytes } from "./processes.ts";
import { median, spread } from "./report.ts";
import type { Contestant } from "./servers.ts";

/** Time for opening the sessions, settling and ending, beside the window. */
const OVERHEAD_MS = 40_000;

/** What the sessions play over. */
export type LoadTransport = "udp" | "tcp" | "lab";

/** How much of it. */
export interface LoadOptions {
  /** The compiled load_client.c. */
  readonly loadClient: string;
  /** What the sessions play over. */
  readonly transport: LoadTransport;
  /** How many at once. */
  readonly sessions: number;
  /** Length of the window. */
  readonly seconds: number;
  /** The client looks at its sockets no oftener than this, in microseconds; default 500. */
  readonly pollUs?: number;
  /** The client's sockets keep the buffer that the system gives them. */
  readonly hasDefaultBuffer?: boolean;
}

/** What the client counted within the window, and what the server took. */
export interface LoadResult {
  /** Length of the window, in seconds. */
  readonly seconds: number;
  /** RTP packets of all sessions. */
  readonly packets: number;
  /** Packets missing by their sequence numbers. */
  readonly lost: number;
  /** Whole frames. */
  readonly frames: number;
  /** Frames with a hole. */
  readonly damaged: number;
  /** Whole frames of the session that got fewest. */
  readonly fewestFrames: number;
  /** CPU time of the server, in seconds. */
  readonly cpuSeconds: number;
  /** Memory of the server at the end of the window. */
  readonly residentBytes: number;
}

/** Starts `contestant`, plays, and ends both. Rejects where a session is refused. */
export async function load(contestant: Contestant, options: LoadOptions): Promise<LoadResult> {
  const { loadClient, transport, sessions, seconds, pollUs = 500, hasDefaultBuffer = false } = options;
  await using server = await contestant.start();
  const { pid } = server.program;
  const url = `rtsp://127.0.0.1:${server.port}${contestant.path}`;
  const args = [transport, String(sessions), String(seconds), url, String(pollUs), ...(hasDefaultBuffer ? ["0"] : [])];
  await using client = new ChildProgram(loadClient, { args });
  await client.waitForLine(/^window$/, OVERHEAD_MS);
  const before = cpuSeconds(pid);
  const [line] = await client.waitForLine(/^\{.*\}$/, seconds * 1000 + OVERHEAD_MS);
  const result = { cpuSeconds: cpuSeconds(pid) - before, residentBytes: residentBytes(pid) };
  await client.exit();
  return { ...JSON.parse(line), ...result };
}

/** CPU time of a second, 1 being a core. */
export function cpuOf({ cpuSeconds, seconds }: LoadResult): number {
  return cpuSeconds / seconds;
}

/** CPU time of a delivered frame, in microseconds. */
export function frameCpuUs({ cpuSeconds, frames }: LoadResult): number {
  return cpuSeconds / frames * 1e6;
}

/** Whether every session got every frame, at `frameRate` frames a second. */
export function isLossless({ lost, damaged, fewestFrames, seconds }: LoadResult, frameRate: number): boolean {
  // The window cuts through a frame at either end.
  return lost === 0 && damaged === 0 && fewestFrames >= Math.floor(seconds * frameRate) - 2;
}

/** Columns of {@linkcode loadLine}. */
export const LOAD_COLUMNS = ["server", "over", "sessions", "CPU", "CPU a frame, µs", "frames/s", "packets lost", "MiB"];

/** The rounds of one server under one load, as a line of a table. */
export function loadLine(
  { name }: Contestant,
  { transport, sessions }: Pick<LoadOptions, "transport" | "sessions">,
  results: readonly LoadResult[],
): string[] {
  return [
    name,
    transport,
    String(sessions),
    spread(results.map(cpuOf), 3),
    spread(results.map(frameCpuUs), 1),
    median(results.map(({ frames, seconds }) => frames / seconds)).toFixed(0),
    String(Math.max(...results.map(({ lost }) => lost))),
    median(results.map(({ residentBytes }) => residentBytes / 2 ** 20)).toFixed(0),
  ];
}
