/**
 * The end of the program: what waits to be written is written first, for as long as that is worth waiting for.
 *
 * @module
 */

import { FLUSH_MS } from "../limits.ts";
import { EXIT } from "../options/errors.ts";
import { standardError } from "./line_output.ts";

/** Ends the program with an exit code once standard error has taken all messages, or will not take them. */
export async function endProgram(code: number): Promise<never> {
  await Promise.race([standardError.written(), new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
  Deno.exit(code);
}

/** Ends the program at errors that nothing in it has handled. Their texts may be a peer's, which Deno would print as they are. */
export function endAtUnhandledErrors(): void {
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    tellUnexpected(event.error);
    endProgram(EXIT.failed);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    tellUnexpected(event.reason);
    endProgram(EXIT.failed);
  });
}

/** Says that an error was not foreseen, and where it comes from. */
export function tellUnexpected(error: unknown): void {
  standardError.line("mjpegrtsp: this error should not happen; please report it with what follows");
  const text = error instanceof Error ? error.stack ?? String(error) : String(error);
  for (const line of text.split("\n")) standardError.line(`  ${line}`);
}
