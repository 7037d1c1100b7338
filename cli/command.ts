/**
 * What a command of `mjpegrtsp` consists of.
 *
 * @module
 */

import type { OptionTable } from "./options/option.ts";

/** A command: its help, and what it does. */
export interface Command {
  /** The forms of its command line, without the program's name, for instance `serve [ROOT] [OPTIONS]`. */
  readonly usage: readonly string[];
  /** Text of `--help` before the options, in lines of up to 110 characters. */
  readonly description: string;
  readonly options: OptionTable;
  /** Text of `--help` behind the options, in lines of up to 110 characters. */
  readonly notes?: string;
  /** Command lines without the program's name. */
  readonly examples: readonly string[];
  /** Runs the command and returns the exit code. Throws a `UsageError` or a `FailedError`. */
  run(args: readonly string[]): Promise<number>;
}
