/**
 * A progress bar on standard error.
 *
 * @module
 */

import { standardError } from "./line_output.ts";

const BAR_WIDTH = 30;
/** How often the line changes, in milliseconds. */
const INTERVAL_MS = 250;
/** After this time it can be told how much is left, in milliseconds. */
const ESTIMATE_AFTER_MS = 2000;

/** A line that is rewritten as the work goes on. Prints nothing if standard error is not a terminal. */
export class ProgressLine {
  readonly #isTerminal = Deno.stderr.isTerminal();
  readonly #startMs = performance.now();
  #lastMs = -Infinity;

  /** Shows `share`, 0 to 1 or unknown, and the time that is left, beside `label`. */
  show(share: number | undefined, label: string): void {
    const nowMs = performance.now();
    const isDue = nowMs - this.#lastMs >= INTERVAL_MS || share === 1;
    if (!this.#isTerminal || !isDue) return;
    this.#lastMs = nowMs;
    standardError.raw(`\r${share === undefined ? "" : barOf(share)}${label}${this.#timeLeft(share, nowMs)}\x1b[K`);
  }

  /** Moves to the next line. */
  end(): void {
    if (this.#isTerminal && this.#lastMs > 0) standardError.raw("\n");
  }

  #timeLeft(share: number | undefined, nowMs: number): string {
    const spentMs = nowMs - this.#startMs;
    if (share === undefined || share === 0 || spentMs < ESTIMATE_AFTER_MS) return "";
    return `, ${durationOf(Math.ceil(spentMs * (1 - share) / share / 1000))} left`;
  }
}

function barOf(share: number): string {
  const bar = "█".repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, "░");
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} % `;
}

/** `5 s`, `2:05` or `1:02:05`. */
function durationOf(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const parts = seconds < 3600 ? [seconds / 60, seconds] : [seconds / 3600, seconds / 60, seconds];
  return parts.map((part, index) =>
    String(Math.floor(index === 0 ? part : part % 60)).padStart(index === 0 ? 1 : 2, "0")
  )
    .join(":");
}
