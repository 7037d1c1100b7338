/**
 * What every part of the benchmark gets: movies, tools, and how long it may take.
 *
 * @module
 */

import type { BenchMedia } from "./media.ts";
import type { Findings } from "./report.ts";
import type { Tools } from "./tools.ts";

/** One run of the benchmark. */
export interface Bench {
  /** The movies. */
  readonly media: BenchMedia;
  /** The compiled C programs. */
  readonly tools: Tools;
  /** How often what is compared is measured, alternately. */
  readonly rounds: number;
  /** Length of a measurement, in seconds. */
  readonly seconds: number;
  /** Tells how far it is. */
  readonly say: (text: string) => void;
}

/** A part of the benchmark: some rows of the table. */
export interface Part {
  /** For `--only`. */
  readonly name: string;
  /** What is measured, for the table where that is not possible. */
  readonly title: string;
  /** Programs of others that it starts. */
  readonly programs: readonly string[];
  /** Measures. */
  readonly run: (bench: Bench) => Promise<Findings>;
}
