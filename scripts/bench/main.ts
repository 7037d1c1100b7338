/**
 * Runs all measurements of docs/BENCHMARKS.md in one run and writes the page. It is the second half of `deno task bench`.
 *
 *     deno task bench                                       everything, about twenty minutes; writes the page
 *     deno run -A scripts/bench/main.ts --quick             fewer and shorter rounds, about four minutes; writes nothing
 *     deno run -A scripts/bench/main.ts --only page,lab     some parts; writes nothing
 *
 * It reads CPU times from /proc, so it needs Linux.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { fromFileUrl } from "@std/path";
import { findProgram } from "../../tests/support/peers.ts";
import { markdownTable } from "../markdown_table.ts";
import type { Bench, Part } from "./bench.ts";
import { bursts } from "./parts/bursts.ts";
import { capacity } from "./parts/capacity.ts";
import { growth } from "./parts/growth.ts";
import { lab } from "./parts/lab.ts";
import { disk } from "./parts/disk.ts";
import { live } from "./parts/live.ts";
import { loadClient } from "./parts/load_client.ts";
import { conditioning } from "./parts/conditioning.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { makeFiles } from "./files.ts";
import { lone } from "./parts/lone.ts";
import { movies } from "./parts/movies.ts";
import { page } from "./parts/page.ts";
import { published } from "./parts/published.ts";
import { receiving } from "./parts/receiving.ts";
import { type Details, type Findings, type Row, rowsTable } from "./report.ts";
import { sending } from "./parts/sending.ts";
import { startUp } from "./parts/start_up.ts";
import { compileTools } from "./tools.ts";

const PARTS: readonly Part[] = [
  loadClient,
  sending,
  lone,
  disk,
  live,
  published,
  capacity,
  lab,
  growth,
  bursts,
  receiving,
  conditioning,
  movies,
  page,
  startUp,
];
const FULL = { rounds: 3, seconds: 5 };
const QUICK = { rounds: 1, seconds: 3 };
const REPORT = fromFileUrl(new URL("../../docs/BENCHMARKS.md", import.meta.url));

/** How the numbers are measured, for the top of the page. */
const METHOD =
  `\`deno task bench\` measures everything in one run, on one machine, over the loopback, and writes this page. Numbers that miss their
target are shown as they are.

- CPU is the user and system time of the whole server, that is of its process and its children, from /proc. 1 is one core. It is
  measured over a window after a warm-up.
- Programs that are compared take turns. The number is the ratio of the medians; in brackets are the lowest and the highest round.
- The same load client (scripts/bench/programs/load_client.c) plays from every server.
- For conditioning, jpegtran's user time counts, less that of its start, which a picture of 16x16 tells; its system time, for memory
  that is taken anew for each frame, does not. Without options it writes the standard Huffman tables too.
- A bare loop sends datagrams of the same size to one socket: one after the other, or paced, as many at a time and as often as the
  sessions get them.
- Every server sends the same frames. ffmpeg makes them with the standard Huffman tables, so that no server has to transcode them.
- gst-rtsp-server's shared pipeline sends every client the same frame at the same time. mjpegrtsp plays the file to each client from
  its beginning. MediaMTX gets them once, from ffmpeg, and takes part where it is installed or the variable MEDIAMTX names it.
- On the loopback the sender also pays for the receiving side of the kernel.`;

async function measure(part: Part, bench: Omit<Bench, "tools">, tools: Bench["tools"] | undefined): Promise<Findings> {
  const missing = part.programs.filter((program) => findProgram(program) === undefined);
  if (tools === undefined) missing.push("a C compiler (cc)");
  if (missing.length > 0) return unmeasured(part, `needs ${missing.join(", ")}`);
  try {
    return await part.run({ ...bench, tools: tools! });
  } catch (error) {
    // If one part fails, the others still count.
    return unmeasured(part, error instanceof Error ? error.message.split("\n")[0] : String(error));
  }
}

function unmeasured({ title }: Part, reason: string): Findings {
  return { rows: [{ what: title, measured: `not measured: ${reason}`, target: "" }] };
}

function report(machine: Machine, rows: readonly Row[], details: readonly Details[]): string {
  return [
    "# Benchmarks",
    METHOD,
    rowsTable(rows),
    "## Machine",
    markdownTable(["what", "which"], machine),
    "## Behind the ratios",
    ...details.flatMap(({ title, columns, lines }) => [`### ${title}`, markdownTable(columns, lines)]),
  ].join("\n\n") + "\n";
}

if (Deno.build.os !== "linux") {
  console.log("bench: The benchmark reads CPU times from /proc, so it needs Linux");
  Deno.exit(0);
}
const args = parseArgs(Deno.args, { boolean: ["quick"], string: ["only"] });
const only = typeof args.only === "string" ? args.only.split(",") : undefined;
const unknown = only?.find((name) => !PARTS.some((part) => part.name === name));
if (unknown !== undefined) {
  console.error(`bench: There is no part ${unknown}; choose from ${PARTS.map(({ name }) => name).join(", ")}`);
  Deno.exit(2);
}
const startMs = performance.now();
const say = (text: string) => console.error(`[${((performance.now() - startMs) / 1000).toFixed(0)} s] ${text}`);
const machine = await describeMachine();
const directory = await Deno.makeTempDir({ prefix: "mjpegrtsp-bench-" });
try {
  const tools = await compileTools(directory);
  const files = await makeFiles(directory);
  const rows: Row[] = [];
  const details: Details[] = [];
  for (const part of PARTS.filter(({ name }) => only === undefined || only.includes(name))) {
    const findings = await measure(part, { files, say, ...(args.quick ? QUICK : FULL) }, tools);
    rows.push(...findings.rows);
    details.push(...findings.details ?? []);
  }
  const text = report(machine, rows, details);
  console.log(text);
  if (only === undefined && !args.quick) await Deno.writeTextFile(REPORT, text);
} finally {
  await Deno.remove(directory, { recursive: true });
}
