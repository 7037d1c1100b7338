/**
 * The table of subcommands: what each is for, which permissions it needs, and where it is. Picks one and runs it.
 *
 * @module
 */

import denoConfig from "../deno.json" with { type: "json" };
import type { Command } from "./command.ts";
import { EXIT, FailedError, UsageError } from "./terminal/usage.ts";

/** A permission that the executable is compiled with. */
export type Permission = "net" | "read" | "write";

/** A row of the table. */
interface CommandEntry {
  /** One line for `--help`. */
  readonly summary: string;
  /** What the subcommand needs when called with `args`. */
  readonly permissions: (args: readonly string[]) => readonly Permission[];
  readonly load: () => Promise<{ readonly command: Command }>;
}

const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  serve: {
    summary: "Serve Motion-JPEG files, and a test source, over RTSP and RTP",
    permissions: () => ["net", "read"],
    load: () => import("./serve.ts"),
  },
  play: {
    summary: "Play a stream on a local page, or store its frames",
    permissions: (args) => isStoring(args) ? ["net", "read", "write"] : ["net", "read"],
    load: () => import("./play.ts"),
  },
  demo: {
    summary: "Serve the test source and play it on a local page, in one",
    permissions: () => ["net", "read"],
    load: () => import("./demo.ts"),
  },
  testsrc: {
    summary: "Write the test pattern as a file in the lab's format",
    permissions: () => ["write"],
    load: () => import("./testsrc.ts"),
  },
};

/** The permissions that the command line `args` needs; none for help and typos. */
export function permissionsFor(args: readonly string[]): readonly Permission[] {
  const entry = Object.hasOwn(COMMANDS, args[0] ?? "") ? COMMANDS[args[0]] : undefined;
  return entry === undefined || wantsHelp(args) ? [] : entry.permissions(args.slice(1));
}

/** Runs the command line `args`, tells the errors that people can mend, and returns the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === "--version" || name === "-V") return print(`mjpegrtsp ${denoConfig.version}`);
    if (name === undefined) throw new UsageError("Say what to do");
    if (name === "--help" || name === "-h" || name === "help") return print(await help(rest[0]));
    if (!Object.hasOwn(COMMANDS, name)) throw new UsageError(await unknownCommand(name));
    if (wantsHelp(args)) return print(await help(name));
    const { command } = await COMMANDS[name].load();
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) {
      const about = name !== undefined && Object.hasOwn(COMMANDS, name) ? `${name} ` : "";
      complain(`${error.message}\nSee: mjpegrtsp ${about}--help`);
      return EXIT.usage;
    }
    if (!(error instanceof FailedError)) throw error;
    complain(error.message);
    return EXIT.failed;
  }
}

function wantsHelp(args: readonly string[]): boolean {
  return optionsOf(args).some((argument) => argument === "--help" || argument === "-h");
}

/** What stands before `--`. */
function optionsOf(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

/** Whether `--out` names a file; that it is given once, the parser sees to. */
function isStoring(given: readonly string[]): boolean {
  const args = optionsOf(given);
  const out = args.findIndex((argument) => argument === "--out" || argument.startsWith("--out="));
  if (out < 0) return false;
  return (args[out] === "--out" ? args[out + 1] : args[out].slice("--out=".length)) !== "-";
}

async function help(name: string | undefined): Promise<string> {
  if (name === undefined || !Object.hasOwn(COMMANDS, name)) {
    const rows = Object.entries(COMMANDS).map(([command, { summary }]) => `  ${command.padEnd(10)}${summary}`);
    return `mjpegrtsp ${denoConfig.version}: Motion-JPEG over RTSP and RTP, server and player

Usage: mjpegrtsp COMMAND [OPTIONS]

${rows.join("\n")}

  mjpegrtsp COMMAND --help    explains a command
  mjpegrtsp --version         prints the version

Exit codes: 0 done, 1 failed, 2 wrong usage`;
  }
  const { describeOptions } = await import("./terminal/options.ts");
  const { command } = await COMMANDS[name].load();
  return `Usage: mjpegrtsp ${command.usage}

${command.description}

Options:
${describeOptions(command.options)}

Examples:
${command.examples.map((example) => `  mjpegrtsp ${example}`).join("\n")}`;
}

async function unknownCommand(name: string): Promise<string> {
  const { closestString } = await import("@std/text/closest-string");
  const near = closestString(name, Object.keys(COMMANDS));
  return `There is no command ${JSON.stringify(name)}; did you mean ${near}?`;
}

function print(text: string): number {
  console.log(text);
  return EXIT.done;
}

function complain(text: string): void {
  console.error(`mjpegrtsp: ${text}`);
}
