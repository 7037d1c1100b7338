/**
 * The servers that are compared, each started anew for every measurement.
 *
 * @module
 */

import { startLabServer } from "../../tests/lab/lab_peers.ts";
import { startGstServer } from "../../tests/support/gst_server.ts";
import { startOurServer } from "../../tests/support/our_program.ts";
import { type BenchMedia, HD_FRAME_RATE } from "./media.ts";

/** Our name in the tables. */
export const OURS = "mjpegrtsp";

/** A running server. */
export interface BenchServer extends AsyncDisposable {
  readonly port: number;
  readonly program: { readonly pid: number };
}

/** A server by its name in the tables, and what a client asks it for. */
export interface Contestant {
  /** For the tables. */
  readonly name: string;
  /** What is behind the port in the URL. */
  readonly path: string;
  /** Starts it and waits until it listens. */
  readonly start: () => Promise<BenchServer>;
}

/** `mjpegrtsp serve` with a movie in high definition, by default the long one, and more arguments. */
export function ours(
  media: BenchMedia,
  { movie = media.hd, args = [] }: { readonly movie?: string; readonly args?: readonly string[] } = {},
): Contestant {
  return {
    name: OURS,
    path: `/${movie}`,
    start: () => startOurServer({ root: media.root, args: ["--fps", String(HD_FRAME_RATE), "--loop", ...args] }),
  };
}

/** `mjpegrtsp serve` with the lab's movie. */
export function oursForLab(media: BenchMedia): Contestant {
  return {
    name: OURS,
    path: `/${media.lab}`,
    start: () => startOurServer({ root: media.root, args: ["--loop"] }),
  };
}

/** The lab's server in Python. */
export function pythonLabServer(media: BenchMedia): Contestant {
  return { name: "the lab's Python server", path: `/${media.lab}`, start: () => startLabServer({ root: media.root }) };
}

/** gst-rtsp-server with a pipeline for each client, or with one for all. */
export function gst(media: BenchMedia, pipelines: "own" | "shared"): Contestant {
  return {
    name: `gst-rtsp-server, ${pipelines} pipeline${pipelines === "own" ? "s" : ""}`,
    path: pipelines === "own" ? "/stream" : "/shared",
    start: () => startGstServer(media.hdAvi, { args: ["--no-parse"] }),
  };
}
