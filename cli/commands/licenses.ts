/**
 * `mjpegrtsp licenses`: prints the licences of all that is in the executable.
 *
 * @module
 */

import type { Command } from "../command.ts";
import licenses from "../licenses.txt" with { type: "text" };
import { EXIT, UsageError } from "../options/errors.ts";
import { parseCommand } from "../options/parse_command.ts";

/** The command. */
export const command: Command = {
  usage: ["licenses"],
  description: "Prints the licences of mjpegrtsp and of everything that the executable contains.",
  options: {},
  examples: ["licenses"],

  run(args) {
    const { positionals } = parseCommand(args, {});
    if (positionals.length > 0) throw new UsageError(`licenses takes no arguments, got ${positionals.join(" ")}`);
    console.log(licenses.trimEnd());
    return Promise.resolve(EXIT.done);
  },
};
