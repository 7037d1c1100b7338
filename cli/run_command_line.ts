/**
 * Runs a command line: picks the command, prints help and version, and turns errors into exit codes.
 *
 * @module
 */

import { closestString } from "@std/text/closest-string";
import denoConfig from "../deno.json" with { type: "json" };
import { COMMANDS, findCommand, wantsHelp } from "./commands.ts";
import { commandHelp, overview } from "./help.ts";
import { EXIT, FailedError, UsageError } from "./options/errors.ts";
import { endAtUnhandledErrors, endProgram, tellUnexpected } from "./terminal/ending.ts";
import { standardError } from "./terminal/line_output.ts";

/** Runs the command line `args`, and ends the program with its exit code. */
export async function runProgram(args: readonly string[]): Promise<never> {
  endAtUnhandledErrors();
  return await endProgram(await runCommandLine(args));
}

/** Runs the command line `args` and returns the exit code. Tells the errors that end it. */
async function runCommandLine(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === "--version" || name === "-V") return print(`mjpegrtsp ${denoConfig.version}`);
    if (name === undefined) throw new UsageError(`Name a command: ${Object.keys(COMMANDS).join(", ")}`);
    if (name === "--help" || name === "-h") return print(overview(denoConfig.version));
    if (name === "help") {
      return print(rest.length === 0 || wantsHelp(rest) ? overview(denoConfig.version) : await helpOn(rest[0]));
    }
    if (wantsHelp(args)) return print(await helpOn(name));
    const { command } = await entryOf(name).load();
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) {
      const command = findCommand(name) === undefined ? "" : `${name} `;
      standardError.line(`mjpegrtsp: ${error.message}`);
      standardError.line(`See: mjpegrtsp ${command}--help`);
      return EXIT.usage;
    }
    if (error instanceof FailedError) standardError.line(`mjpegrtsp: ${error.message}`);
    else tellUnexpected(error);
    return EXIT.failed;
  }
}

async function helpOn(name: string): Promise<string> {
  return commandHelp((await entryOf(name).load()).command);
}

function entryOf(name: string): (typeof COMMANDS)[string] {
  const entry = findCommand(name);
  if (entry !== undefined) return entry;
  const names = Object.keys(COMMANDS);
  if (name.startsWith("-")) throw new UsageError(`Name the command before ${name}: ${names.join(", ")}`);
  const near = closestString(name, names);
  throw new UsageError(`There is no command ${JSON.stringify(name)}; did you mean ${near}?`);
}

function print(text: string): number {
  console.log(text);
  return EXIT.done;
}
