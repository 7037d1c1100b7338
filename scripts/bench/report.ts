/**
 * Measurements to text: rows of the table, medians and ranges, Markdown.
 *
 * @module
 */

import { markdownTable } from "../markdown_table.ts";

/** A number that was measured several times. */
export type Samples = readonly number[];

/** One line of the table: what was measured, beside what it ought to be. */
export interface Row {
  /** What is measured, against what. */
  readonly what: string;
  /** The result, or why there is none. */
  readonly measured: string;
  /** What it ought to be; empty where it is there for comparison only. */
  readonly target: string;
  /** Whether it is; `undefined` where nothing is asked for, or nothing could be measured. */
  readonly isReached?: boolean;
}

/** The numbers behind some rows. */
export interface Details {
  /** What they are. */
  readonly title: string;
  /** The heads of the columns. */
  readonly columns: readonly string[];
  /** The cells. */
  readonly lines: readonly (readonly string[])[];
}

/** What one part of the benchmark found out. */
export interface Findings {
  /** For the table. */
  readonly rows: readonly Row[];
  /** For who wants to know more. */
  readonly details?: readonly Details[];
}

/** The middle one. */
export function median(samples: Samples): number {
  return samples.toSorted((left, right) => left - right)[samples.length >> 1];
}

/** The median, and in brackets the smallest and the largest where there are several. */
export function spread(samples: Samples, digits: number): string {
  const middle = median(samples).toFixed(digits);
  if (samples.length < 2) return middle;
  return `${middle} (${Math.min(...samples).toFixed(digits)}..${Math.max(...samples).toFixed(digits)})`;
}

/** A row for a ratio of two things that were measured alternately: the ratio of the medians, and the rounds' own. */
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

/** The table itself. */
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
