/**
 * The servers that are compared. Each measurement starts its own.
 *
 * @module
 */

import { startLabServer } from "../../tests/lab/lab_peers.ts";
import { startGstServer } from "../../tests/support/gst_server.ts";
import { ChildProgram } from "../../tests/support/child_program.ts";
import { startMediaMtx } from "../../tests/support/mediamtx.ts";
import { startOurServer } from "../../tests/support/our_program.ts";
import { findProgram } from "../../tests/support/peers.ts";
import { type BenchFiles, HD_FRAME_RATE } from "./files.ts";

/** Our name in the tables. */
export const OURS = "mjpegrtsp";

/** A running server. */
export interface BenchServer extends AsyncDisposable {
  readonly port: number;
  readonly program: { readonly pid: number };
}

/** A server that takes part. */
export interface Contestant {
  /** Name in the tables. */
  readonly name: string;
  /** The path in the URL of its stream. */
  readonly path: string;
  /** Starts the server and waits until it listens. */
  readonly start: () => Promise<BenchServer>;
}

/** What is served by {@linkcode ours}, and how. */
export interface OursOptions {
  /** Default `hd`. */
  readonly file?: string;
  /** Threads that serve; default 1, since the others have one, too. */
  readonly threads?: number;
  readonly args?: readonly string[];
}

/** `mjpegrtsp serve` with a file in high definition. */
export function ours(files: BenchFiles, { file = files.hd, threads = 1, args = [] }: OursOptions = {}): Contestant {
  const all = ["--fps", String(HD_FRAME_RATE), "--loop", "--threads", String(threads), ...args];
  return {
    name: threads === 1 ? OURS : `${OURS}, ${threads} threads`,
    path: `/${file}`,
    start: () => startOurServer({ root: files.root, args: all }),
  };
}

/** `mjpegrtsp serve` with the lab's file. */
export function oursForLab(files: BenchFiles): Contestant {
  return {
    name: OURS,
    path: `/${files.lab}`,
    start: () => startOurServer({ root: files.root, args: ["--loop", "--threads", "1"] }),
  };
}

/** The lab's Python server. */
export function pythonLabServer(files: BenchFiles): Contestant {
  return { name: "the lab's Python server", path: `/${files.lab}`, start: () => startLabServer({ root: files.root }) };
}

/** Where MediaMTX is, if it is there: the variable MEDIAMTX names it. */
export function findMediaMtx(): string | undefined {
  return Deno.env.get("MEDIAMTX") ?? findProgram("mediamtx");
}

/** MediaMTX, which ffmpeg publishes the same file to, over and over. */
export function mediaMtx(files: BenchFiles, program: string): Contestant {
  return { name: "MediaMTX, one publisher", path: "/stream", start: () => startPublishedMediaMtx(files, program) };
}

async function startPublishedMediaMtx({ root, hdAvi }: BenchFiles, program: string): Promise<BenchServer> {
  return await publishTo(hdAvi, async () => {
    const server = await startMediaMtx({ paths: ["stream:"], directory: root, program });
    return { ...server, port: Number(new URL(server.url.replace("rtsp:", "http:")).port) };
  }, /is publishing to path/);
}

/** `mjpegrtsp serve`, which ffmpeg publishes the same file to, over and over. */
export function oursPublished({ hdAvi }: BenchFiles): Contestant {
  const start = () => startOurServer({ root: "docs", args: ["--threads", "1", "--publish", "stream"] });
  return {
    name: `${OURS}, one publisher`,
    path: "/stream",
    start: () => publishTo(hdAvi, start, / publishes stream$/),
  };
}

/** Starts a server, and what publishes a file at it as `/stream`, and waits until it says so. */
async function publishTo(
  avi: string,
  start: () => Promise<BenchServer & { readonly program: ChildProgram }>,
  line: RegExp,
): Promise<BenchServer> {
  const stack = new AsyncDisposableStack();
  try {
    const { port, program } = stack.use(await start());
    const input = ["-re", "-stream_loop", "-1", "-i", avi, "-c", "copy"];
    const output = ["-f", "rtsp", "-rtsp_transport", "tcp", `rtsp://127.0.0.1:${port}/stream`];
    stack.use(new ChildProgram("ffmpeg", { args: ["-nostdin", "-loglevel", "error", ...input, ...output] }));
    await program.waitForLine(line);
    return { port, program, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** gst-rtsp-server with a pipeline for each client (`own`) or one for all (`shared`). */
export function gst(
  files: BenchFiles,
  pipelines: "own" | "shared",
  { avi = files.hdAvi }: { readonly avi?: string } = {},
): Contestant {
  return {
    name: `gst-rtsp-server, ${pipelines} pipeline${pipelines === "own" ? "s" : ""}`,
    path: pipelines === "own" ? "/stream" : "/shared",
    start: () => startGstServer(avi, { args: ["--no-parse"] }),
  };
}
