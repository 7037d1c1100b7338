/**
 * The servers that are compared. Each measurement starts its own.
 *
 * @module
 */

import { startLabServer } from "../../tests/lab/lab_peers.ts";
import { startGstServer } from "../../tests/support/gst_server.ts";
import { startOurServer } from "../../tests/support/our_program.ts";
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

/** `mjpegrtsp serve` with a file in high definition, by default `hd`. */
export function ours(
  files: BenchFiles,
  { file = files.hd, args = [] }: { readonly file?: string; readonly args?: readonly string[] } = {},
): Contestant {
  return {
    name: OURS,
    path: `/${file}`,
    start: () => startOurServer({ root: files.root, args: ["--fps", String(HD_FRAME_RATE), "--loop", ...args] }),
  };
}

/** `mjpegrtsp serve` with the lab's file. */
export function oursForLab(files: BenchFiles): Contestant {
  return {
    name: OURS,
    path: `/${files.lab}`,
    start: () => startOurServer({ root: files.root, args: ["--loop"] }),
  };
}

/** The lab's Python server. */
export function pythonLabServer(files: BenchFiles): Contestant {
  return { name: "the lab's Python server", path: `/${files.lab}`, start: () => startLabServer({ root: files.root }) };
}

/** gst-rtsp-server with a pipeline for each client (`own`) or one for all (`shared`). */
export function gst(files: BenchFiles, pipelines: "own" | "shared"): Contestant {
  return {
    name: `gst-rtsp-server, ${pipelines} pipeline${pipelines === "own" ? "s" : ""}`,
    path: pipelines === "own" ? "/stream" : "/shared",
    start: () => startGstServer(files.hdAvi, { args: ["--no-parse"] }),
  };
}
