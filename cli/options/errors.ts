/**
 * The errors that end a command, and the exit codes. The exit codes are part of the interface.
 *
 * @module
 */

/** Exit codes of the program. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** The arguments are wrong: exit code 2. The message is followed by a hint at `--help`. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** What `parse` gives of an argument; the `SyntaxError` that it throws of a wrong one becomes a {@linkcode UsageError}. */
export function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof SyntaxError ? new UsageError(error.message) : error;
  }
}

/** The command failed for a reason that the user can fix: exit code 1. The message is printed without a stack. */
export class FailedError extends Error {
  override name = "FailedError";
}
