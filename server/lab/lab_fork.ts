/**
 * Whose client it is: forks of the lab look for further lines in replies, each for others. They are told apart by how they write;
 * plain clients get none. docs/LAB.md has the table.
 *
 * @module
 */

import type { LabLines, RtspRequest } from "../../rtsp/message.ts";
import type { Source } from "../source/source.ts";
import type { ListForm } from "./lab_list.ts";

/** A fork that looks for more than three lines, by what it looks for; `plain` is everybody else. */
export type LabFork =
  | "plain"
  | "frames"
  | "total"
  | "total-time"
  | "total-frames"
  | "json"
  | "fifth-line"
  | "play-total";

/** The fork whose client wrote a SETUP, as far as that shows; `undefined` where it looks like a plain client's. */
export function forkOfSetup({ dialect, version, cseq, headers }: RtspRequest): LabFork | undefined {
  const transport = headers.get("Transport") ?? "";
  if (headers.get("Prefer") !== undefined) return "frames";
  if (transport.includes("Client_port")) return "total-time";
  if (version === "1.4" || (dialect === "lab-b" && transport.includes("HTP/UDP"))) return "total";
  // All others count their requests from 1.
  return cseq === 0 ? "json" : undefined;
}

/** The fork whose client wrote LIST, and how it reads the list. */
export function forkOfList({ dialect, uri }: RtspRequest): { readonly fork: LabFork; readonly form: ListForm } {
  if (dialect === "lab-b") return { fork: "fifth-line", form: "comma" };
  return uri === "*" ? { fork: "total-frames", form: "files" } : { fork: "json", form: "json" };
}

/** What a fork looks for in the reply to SETUP; `plainLine` is for clients that look like plain ones. */
export function setupLines(fork: LabFork, source: Source, plainLine?: string): LabLines | undefined {
  const { frames, seconds } = totalsOf(source);
  switch (fork) {
    case "frames":
      return { lines: [`Frames: ${frames}`] };
    case "total":
      return { lines: [`Total: ${frames}`] };
    case "total-time":
      return { lines: [`TotalTime: ${seconds.toFixed(1)}`] };
    case "total-frames":
      return { lines: [`Total-Frames: ${frames}`] };
    case "fifth-line":
      return { lines: [`Frames: ${frames}`, String(frames)] };
    case "json":
      return { lines: [jsonTotals(source)], endsLastLine: false };
    default:
      return plainLine === undefined ? undefined : { lines: [fillTotals(plainLine, source)] };
  }
}

/** A line with the number of frames in place of `{frames}`, and the duration of `{seconds}`. */
function fillTotals(line: string, source: Source): string {
  const { frames, seconds } = totalsOf(source);
  return line.replaceAll("{frames}", String(frames)).replaceAll("{seconds}", seconds.toFixed(1));
}

/** What a fork looks for in the reply to a request that changes to another movie. */
export function switchLines(fork: LabFork, source: Source): LabLines {
  if (fork === "json") return { lines: [jsonTotals(source)], endsLastLine: false };
  return { lines: [`Total: ${totalsOf(source).frames}`, `FPS: ${Math.round(source.frameRate ?? 0)}`] };
}

/** What a fork looks for in the reply to PLAY. */
export function playLines(fork: LabFork, source: Source): LabLines | undefined {
  return fork === "play-total" ? { lines: [`TTtime: ${totalsOf(source).frames}`] } : undefined;
}

function jsonTotals(source: Source): string {
  const { frames, seconds } = totalsOf(source);
  // The fork divides by the duration.
  return JSON.stringify({ nframe: frames, duration: Math.max(1, Math.round(seconds)) });
}

/** 0 where a source has no end. */
function totalsOf(source: Source): { frames: number; seconds: number } {
  return source.isLive
    ? { frames: 0, seconds: 0 }
    : { frames: source.times.count, seconds: source.times.durationUs / 1e6 };
}
