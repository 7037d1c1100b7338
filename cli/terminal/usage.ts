/**
 * Errors of the command line and the exit codes that they lead to.
 *
 * @module
 */

/** Exit codes: what they mean is part of the interface. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** The command line is wrong: exit code 2, and a hint at `--help`. */
export class UsageError extends Error {
  /** The class's name, for logs. */
  override name = "UsageError";
}

/** Something that a person can mend went wrong: exit code 1, told in one line without a stack. */
export class FailedError extends Error {
  /** The class's name, for logs. */
  override name = "FailedError";
}
