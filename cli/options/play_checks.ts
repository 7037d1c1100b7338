/**
 * Options of `play` that do not go together, or not with what is played.
 *
 * @module
 */

import { isHttpUrl } from "../../client/http/http_url.ts";
import { isStandardOutput } from "../../client/record/store_name.ts";
import type { Target } from "../../client/session/target.ts";
import type { FilePath } from "./play_target.ts";
import { UsageError } from "./errors.ts";

/** The options that are looked at. */
export interface CheckedOptions {
  readonly out: string | undefined;
  readonly pcap: string | undefined;
  readonly json: boolean;
  readonly "json-lines": boolean;
  readonly frames: number | undefined;
  readonly "rtp-port": number | undefined;
  readonly paused: boolean;
  readonly "no-preview": boolean;
}

/** The options of the grid. */
export type GridOptions = Readonly<Record<"grid" | "no-preview", boolean>>;

/** Throws a {@linkcode UsageError} for options that do not go together, or not with `targets`. */
export function assertPlayable(targets: readonly (Target | FilePath)[], options: CheckedOptions): void {
  assertOneWriter(options);
  if (targets.length > 1) assertForSeveral(options);
  if (options.pcap !== undefined && targets.some((target) => "url" in target && isHttpUrl(target.url))) {
    throw new UsageError("--pcap captures RTSP and RTP, and this URL is of HTTP: leave it out");
  }
  if (options.paused && options["no-preview"] && !Deno.stdin.isTerminal()) {
    throw new UsageError(
      "--paused with --no-preview needs a terminal: without a page, only its space bar starts playing",
    );
  }
}

/** Throws a {@linkcode UsageError} where there is no grid to begin with: once it is known how many streams there are. */
export function assertGrid(streams: number, { grid, "no-preview": noPreview }: GridOptions): void {
  if (!grid) return;
  if (noPreview) throw new UsageError("--grid is for the page, which --no-preview leaves out");
  if (streams < 2) throw new UsageError("--grid shows several streams at once, and there is one: name others, too");
}

/** Throws for what belongs to one stream, where several are named. */
function assertForSeveral(options: CheckedOptions): void {
  const given = (["out", "pcap", "frames", "json-lines", "rtp-port"] as const)
    .find((name) => options[name] !== undefined && options[name] !== false);
  if (given === undefined) return;
  const advice = given === "out"
    ? "to store them all, start play once for each, or convert for each file"
    : "name one, or leave the option out";
  throw new UsageError(`--${given} is for one stream, and there are several: ${advice}`);
}

/** Throws where two things would be written to standard output. */
function assertOneWriter({ out, pcap, json, "json-lines": jsonLines }: CheckedOptions): void {
  const [one, other] = [
    ...(jsonLines ? ["--json-lines"] : []),
    ...(out !== undefined && isStandardOutput(out) ? [`--out ${out}`] : []),
    ...(pcap === "-" ? ["--pcap -"] : []),
    ...(json ? ["--json"] : []),
  ];
  if (other === undefined) return;
  const advice = jsonLines && other === "--json" ? "its last line is what --json prints" : "store to a file instead";
  throw new UsageError(`${one} and ${other} both write to standard output; ${advice}`);
}
