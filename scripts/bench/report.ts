/**
 * Turns measurements into text: medians, ranges, ratios and tables.
 *
 * @module
 */

import { markdownTable } from "../markdown_table.ts";

/** The same number, measured several times. */
export type Samples = readonly number[];

/** A row of the table: a result beside its target. */
export interface Row {
  /** What is measured, and against what. */
  readonly what: string;
  /** The result, or why there is none. */
  readonly measured: string;
  /** The target; empty if the row is for comparison only. */
  readonly target: string;
  /** Whether the target is reached; `undefined` without a target or a result. */
  readonly isReached?: boolean;
}

/** A table of the numbers behind some rows. */
export interface Details {
  readonly title: string;
  readonly columns: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

/** The results of one part of the benchmark. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly details?: readonly Details[];
}

/** The median. */
export function median(samples: Samples): number {
  return samples.toSorted((left, right) => left - right)[samples.length >> 1];
}

/** The median; with several samples also the smallest and the largest, in brackets. */
export function spread(samples: Samples, digits: number): string {
  const middle = median(samples).toFixed(digits);
  if (samples.length < 2) return middle;
  return `${middle} (${Math.min(...samples).toFixed(digits)}..${Math.max(...samples).toFixed(digits)})`;
}

/** A row for the ratio of two programs that took turns: the ratio of the medians, and the range of the rounds. */
export function ratioRow(
  what: string,
  { dividend, divisor, atLeast, atMost }: {
    readonly dividend: Samples;
    readonly divisor: Samples;
    readonly atLeast?: number;
    readonly atMost?: number;
  },
): Row {
  const ratio = median(dividend) / median(divisor);
  const rounds = dividend.map((value, round) => value / divisor[round]);
  const range = rounds.length < 2 ? "" : ` (${Math.min(...rounds).toFixed(2)}..${Math.max(...rounds).toFixed(2)})`;
  const target = atLeast !== undefined ? `at least ${atLeast}` : atMost !== undefined ? `at most ${atMost}` : "";
  const isReached = target === "" ? undefined : ratio >= (atLeast ?? -Infinity) && ratio <= (atMost ?? Infinity);
  return { what, measured: `${ratio.toFixed(2)}${range}`, target, isReached };
}

/** The table of all rows. */
export function rowsTable(rows: readonly Row[]): string {
  return markdownTable(
    ["what", "measured", "target", "reached"],
    rows.map(({ what, measured, target, isReached }) => [
      what,
      measured,
      target,
      isReached === undefined ? "" : isReached ? "yes" : "no",
    ]),
  );
}
