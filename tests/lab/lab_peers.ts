/**
 * Starts the networking lab's peers (`lab_server.py`, `lab_client.py`: see there how strict they are and why) and reads
 * what they report.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { reservePort } from "../support/ports.ts";
import { ChildProgram } from "../support/child_program.ts";

const HERE = fromFileUrl(new URL(".", import.meta.url));

/** The program that runs the peers. */
export const PYTHON = "python3";

/** The dialects of the lab: the assignment's, and the widespread fork's. */
export type LabDialect = "a" | "b";

/** Options of {@linkcode startLabServer}. */
export interface LabServerOptions {
  /** Directory of the movies. */
  readonly root: string;
  /** Default `a`. */
  readonly dialect?: LabDialect;
  /** The lab's Java edition: reads and writes whole lines with CR LF. */
  readonly java?: boolean;
  /** The fragmented fork: pieces of 1408 bytes, marker on the last. */
  readonly fragments?: boolean;
  /** How the pieces are numbered, default `packets`: one each. */
  readonly numbering?: "packets" | "frames" | "hundreds";
  /** The multi-flow fork with this many flows, from ports that the system chooses. */
  readonly flows?: number;
  /** What SETUP of an unknown file gets, default `200`. */
  readonly missingFile?: "200" | "silent" | "404" | "404-glued";
  /** Begins again at the end of the file. */
  readonly loop?: "restart" | "continue";
  /** Loses one frame in twenty, as one fork does on purpose; the seed decides which. */
  readonly lossySeed?: number;
}

/** How long a lab client may take for its whole script: longer than any does on a busy machine. */
const SCRIPT_SECONDS = 100;

/** A running lab server. */
export interface LabServer extends AsyncDisposable {
  readonly port: number;
  readonly program: ChildProgram;
}

/** Starts the lab's server on a free port of the loopback and waits until it listens. */
export async function startLabServer(options: LabServerOptions): Promise<LabServer> {
  const args = [join(HERE, "lab_server.py"), "0", "--root", options.root];
  if (options.dialect !== undefined) args.push("--dialect", options.dialect);
  if (options.java) args.push("--java");
  if (options.fragments) args.push("--fragments");
  if (options.numbering !== undefined) args.push("--numbering", options.numbering);
  if (options.flows !== undefined) args.push("--flows", String(options.flows), "--flow-base", "0");
  if (options.missingFile !== undefined) args.push("--missing-file", options.missingFile);
  if (options.loop !== undefined) args.push("--loop", options.loop);
  if (options.lossySeed !== undefined) args.push("--lossy", String(options.lossySeed));
  const program = new ChildProgram(PYTHON, { args });
  try {
    const [, port] = await program.waitForLine(/^listening (\d+)$/);
    return { port: Number(port), program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

/** Options of {@linkcode runLabClient}. */
export interface LabClientOptions {
  readonly rtspPort: number;
  readonly file: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default: a free one. */
  readonly rtpPort?: number;
  /** Default `a`. */
  readonly dialect?: LabDialect;
  /** How the requests are written, default `canonical`; `lab_client.py --help` lists them. */
  readonly variant?: string;
  /** Asks for this many flows. */
  readonly flows?: number;
  /** The fragmented fork: collects payloads until the marker. */
  readonly fragments?: boolean;
  /** Steps, default `setup,play:end,teardown`. */
  readonly script?: string;
  /** Bytes read of a datagram, default 20480. */
  readonly rtpRead?: number;
  /** Address of the RTP socket, default all. */
  readonly bind?: string;
  /** For the last step, where it is expected to wait in vain. */
  readonly patienceSeconds?: number;
}

/** What the client printed in its last line. */
export interface LabClientReport {
  readonly error: string | null;
  /** Frames shown. */
  readonly frames: number;
  readonly packets: number;
  /** Packets whose sequence number was not higher than the last. */
  readonly dropped: number;
  /** Frames that are no JPEG, or were cut off by the read. */
  readonly unshowable: number;
  readonly largest_datagram: number;
  /** Of all packets, as they came. */
  readonly sequence_numbers: readonly number[];
  readonly markers_seen: number;
  /** Unique and sorted, as are the rest. */
  readonly timestamps: readonly number[];
  readonly ssrcs: readonly number[];
  readonly payload_types: readonly number[];
  readonly versions: readonly number[];
  readonly source_ports: readonly number[];
  readonly session: number;
  /** Every reply as it was read. */
  readonly replies: readonly string[];
}

/** How a lab client ended. */
export interface LabClientResult {
  /** 0: all steps done; 1: it crashed; 3: it waited in vain; 4: refused; 5: packets after PAUSE or TEARDOWN. */
  readonly code: number;
  readonly report: LabClientReport;
  readonly stderr: string;
  /** The shown frames, byte for byte. */
  readonly frames: readonly Uint8Array[];
}

/** Runs the lab's client to its end and gathers what it saw. */
export async function runLabClient(options: LabClientOptions): Promise<LabClientResult> {
  const { rtspPort, file, host = "127.0.0.1", rtpPort = reservePort() } = options;
  const out = await Deno.makeTempDir({ prefix: "lab-client-" });
  try {
    const args = [join(HERE, "lab_client.py"), host, String(rtspPort), String(rtpPort), file, "--out", out];
    args.push("--timeout", String(SCRIPT_SECONDS));
    if (options.patienceSeconds !== undefined) args.push("--patience", String(options.patienceSeconds));
    if (options.dialect !== undefined) args.push("--dialect", options.dialect);
    if (options.variant !== undefined) args.push("--variant", options.variant);
    if (options.flows !== undefined) args.push("--flows", String(options.flows));
    if (options.fragments) args.push("--fragments");
    if (options.script !== undefined) args.push("--script", options.script);
    if (options.rtpRead !== undefined) args.push("--rtp-read", String(options.rtpRead));
    if (options.bind !== undefined) args.push("--bind", options.bind);
    await using program = new ChildProgram(PYTHON, { args });
    const { code, stdout, stderr } = await program.exit();
    const lastLine = stdout.at(-1);
    if (lastLine === undefined) {
      throw new Error(`${program.name} ended with ${code} and no report\n${stderr.join("\n")}`);
    }
    const report: LabClientReport = JSON.parse(lastLine);
    return { code, report, stderr: stderr.join("\n"), frames: await readFrames(out) };
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

/** The files of a directory, in the order of their names. */
export async function readFrames(directory: string): Promise<Uint8Array[]> {
  const names = (await Array.fromAsync(Deno.readDir(directory), (entry) => entry.name)).sort();
  return await Promise.all(names.map((name) => Deno.readFile(join(directory, name))));
}
