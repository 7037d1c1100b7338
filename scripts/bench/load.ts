/**
 * One server under load: starts it, plays many sessions with the load client, and measures its CPU time and memory during the
 * client's window.
 *
 * @module
 */

import { ChildProgram } from "../../tests/support/child_program.ts";
import { cpuSeconds, residentBytes } from "./processes.ts";
import { median, spread } from "./report.ts";
import type { Contestant } from "./servers.ts";

/** Longest time for everything but the window: opening the sessions, settling, ending. */
const OVERHEAD_MS = 40_000;

/** The buffer of the client's sockets, in bytes: a thread that waits for its turn loses nothing. */
const BUFFER_BYTES = 8 * 1024 * 1024;

/** Transport of the sessions; `lab` is UDP in the lab's dialect. */
export type LoadTransport = "udp" | "tcp" | "lab";

/** How much load. */
export interface LoadOptions {
  /** Path of the compiled load_client.c. */
  readonly loadClient: string;
  readonly transport: LoadTransport;
  readonly sessions: number;
  /** Length of the window in which packets are counted. */
  readonly seconds: number;
  /** Shortest time between two reads of the client, in microseconds; default 500. */
  readonly pollUs?: number;
  /** Whether the client's sockets keep the system's default buffer. */
  readonly hasDefaultBuffer?: boolean;
  /** How far behind the one before it each session begins to play, in seconds of the movie; default 0. */
  readonly spreadSeconds?: number;
}

/** What the client counted in the window, and what the server used. */
export interface LoadResult {
  /** Length of the window, in seconds. */
  readonly seconds: number;
  /** RTP packets of all sessions. */
  readonly packets: number;
  /** Gaps in the sequence numbers, in packets. */
  readonly lost: number;
  /** Whole frames. */
  readonly frames: number;
  /** Frames with a hole. */
  readonly damaged: number;
  /** Whole frames of the session that got the fewest. */
  readonly fewestFrames: number;
  /** CPU time of the server, in seconds. */
  readonly cpuSeconds: number;
  /** Memory of the server at the end of the window. */
  readonly residentBytes: number;
}

/** Starts `contestant`, plays from it, and ends it. Rejects if a session is refused. */
export async function load(contestant: Contestant, options: LoadOptions): Promise<LoadResult> {
  const { loadClient, transport, sessions, seconds, pollUs = 500, hasDefaultBuffer = false, spreadSeconds = 0 } =
    options;
  await using server = await contestant.start();
  const { pid } = server.program;
  const url = `rtsp://127.0.0.1:${server.port}${contestant.path}`;
  const bufferBytes = hasDefaultBuffer ? 0 : BUFFER_BYTES;
  const args = [transport, sessions, seconds, url, pollUs, bufferBytes, spreadSeconds].map(String);
  await using client = new ChildProgram(loadClient, { args });
  await client.waitForLine(/^window$/, OVERHEAD_MS);
  const before = cpuSeconds(pid);
  const [line] = await client.waitForLine(/^\{.*\}$/, seconds * 1000 + OVERHEAD_MS);
  const result = { cpuSeconds: cpuSeconds(pid) - before, residentBytes: residentBytes(pid) };
  await client.exit();
  return { ...JSON.parse(line), ...result };
}

/** CPU of the server; 1 is one core. */
export function cpuOf({ cpuSeconds, seconds }: LoadResult): number {
  return cpuSeconds / seconds;
}

/** CPU time for a delivered frame, in microseconds. */
export function frameCpuUs({ cpuSeconds, frames }: LoadResult): number {
  return cpuSeconds / frames * 1e6;
}

/** Whether every session got every frame, at `frameRate` frames a second. */
export function isLossless({ lost, damaged, fewestFrames, seconds }: LoadResult, frameRate: number): boolean {
  // The window may cut a frame at either end.
  return lost === 0 && damaged === 0 && fewestFrames >= Math.floor(seconds * frameRate) - 2;
}

/** The columns of {@linkcode loadLine}. */
export const LOAD_COLUMNS = ["server", "over", "sessions", "CPU", "CPU a frame, µs", "frames/s", "packets lost", "MiB"];

/** A line of a table: all rounds of one server under one load. */
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
