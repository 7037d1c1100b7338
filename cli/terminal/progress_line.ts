/**
 * A progress bar on standard error.
 *
 * @module
 */

import { standardError } from "./line_output.ts";

const BAR_WIDTH = 30;

/** A line that is rewritten as the work goes on. Prints nothing if standard error is not a terminal. */
export class ProgressLine {
  readonly #isTerminal = Deno.stderr.isTerminal();
  #lastPercent = -1;

  /** Shows `share`, 0 to 1, beside `label`. */
  show(share: number, label: string): void {
    const percent = Math.floor(share * 100);
    if (!this.#isTerminal || percent === this.#lastPercent) return;
    this.#lastPercent = percent;
    const bar = "█".repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, "░");
    standardError.raw(`\r${bar} ${String(percent).padStart(3)} % ${label}\x1b[K`);
  }

  /** Moves to the next line. */
  end(): void {
    if (this.#isTerminal && this.#lastPercent >= 0) standardError.raw("\n");
  }
}
