/**
 * Measures what docs/BENCHMARKS.md says, all of it in one run, and writes it. The second half of `deno task bench`.
 *
 *     deno task bench                                       all of it, about twelve minutes; writes the page
 *     deno run -A scripts/bench/main.ts --quick             fewer rounds, shorter, four minutes; writes nothing
 *     deno run -A scripts/bench/main.ts --only page,lab     some parts; writes nothing
 *
 * Reads CPU times from /proc, so Linux only.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { fromFileUrl } from "@std/path";
import { findProgram } from "../../tests/support/peers.ts";
import { markdownTable } from "../markdown_table.ts";
import type { Bench, Part } from "./bench.ts";
import { bursts } from "./bursts.ts";
import { capacity } from "./capacity.ts";
import { growth } from "./growth.ts";
import { lab } from "./lab.ts";
import { loadClient } from "./load_client.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { makeMedia } from "./media.ts";
import { page } from "./page.ts";
import { receiving } from "./receiving.ts";
import { type Details, type Findings, type Row, rowsTable } from "./report.ts";
import { sending } from "./sending.ts";
import { startUp } from "./start_up.ts";
import { compileTools } from "./tools.ts";

const PARTS: readonly Part[] = [loadClient, sending, capacity, lab, growth, bursts, receiving, page, startUp];
const FULL = { rounds: 3, seconds: 5 };
const QUICK = { rounds: 1, seconds: 3 };
const REPORT = fromFileUrl(new URL("../../docs/BENCHMARKS.md", import.meta.url));

/** What the report says of how it came about. */
const METHOD =
  `\`deno task bench\` measures all of this in one run, on one machine, over the loopback, and writes this page; numbers that
fall short stand as they are, with the target beside them. CPU is that of the whole server (user and system time of the
process and its children, from /proc; 1 is a core) over a window after a warm-up. What is compared is measured in
alternation; the number is the ratio of the medians, in brackets are the lowest and the highest of the rounds. The same
load client (scripts/bench/load_client.c) plays from every server, and the same frames come from all of them: made by
ffmpeg with the standard Huffman tables, so that nobody has to code anything anew. From gst-rtsp-server's shared pipeline
all clients get the same frame at the same time; from mjpegrtsp each plays the movie from its beginning. On the loopback
the sender also pays for the kernel's receiving side.`;

async function measure(part: Part, bench: Omit<Bench, "tools">, tools: Bench["tools"] | undefined): Promise<Findings> {
  const missing = part.programs.filter((program) => findProgram(program) === undefined);
  if (tools === undefined) missing.push("a C compiler (cc)");
  if (missing.length > 0) return unmeasured(part, `needs ${missing.join(", ")}`);
  try {
    return await part.run({ ...bench, tools: tools! });
  } catch (error) {
    // One part that fails must not cost the others' minutes.
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
  console.log("bench: CPU times are read from /proc, which only Linux has");
  Deno.exit(0);
}
const args = parseArgs(Deno.args, { boolean: ["quick"], string: ["only"] });
const only = typeof args.only === "string" ? args.only.split(",") : undefined;
const unknown = only?.find((name) => !PARTS.some((part) => part.name === name));
if (unknown !== undefined) {
  console.error(`bench: there is no part ${unknown}; there are ${PARTS.map(({ name }) => name).join(", ")}`);
  Deno.exit(2);
}
const startMs = performance.now();
const say = (text: string) => console.error(`[${((performance.now() - startMs) / 1000).toFixed(0)} s] ${text}`);
const machine = await describeMachine();
const directory = await Deno.makeTempDir({ prefix: "mjpegrtsp-bench-" });
try {
  const tools = await compileTools(directory);
  const media = await makeMedia(directory);
  const rows: Row[] = [];
  const details: Details[] = [];
  for (const part of PARTS.filter(({ name }) => only === undefined || only.includes(name))) {
    const findings = await measure(part, { media, say, ...(args.quick ? QUICK : FULL) }, tools);
    rows.push(...findings.rows);
    details.push(...findings.details ?? []);
  }
  const text = report(machine, rows, details);
  console.log(text);
  if (only === undefined && !args.quick) await Deno.writeTextFile(REPORT, text);
} finally {
  await Deno.remove(directory, { recursive: true });
}
