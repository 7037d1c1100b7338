/**
 * What a subcommand is.
 *
 * @module
 */

import type { OptionTable } from "./terminal/options.ts";

/** A subcommand: its help and what it does. */
export interface Command {
  /** Without the program's name, for instance `serve [ROOT] [OPTIONS]`. */
  readonly usage: string;
  /** What it does, for `--help`: lines of up to 110 characters. */
  readonly description: string;
  /** Its options, by name. */
  readonly options: OptionTable;
  /** Without the program's name. */
  readonly examples: readonly string[];
  /** Does its work and returns the exit code. Throws a `UsageError` or a `FailedError`. */
  run(args: readonly string[]): Promise<number>;
}
