/**
 * What a part of the benchmark is, and what it gets: files to serve, tools, rounds and seconds.
 *
 * @module
 */

import type { BenchFiles } from "./files.ts";
import type { Findings } from "./report.ts";
import type { Tools } from "./tools.ts";

/** What every part gets. */
export interface Bench {
  readonly files: BenchFiles;
  /** The compiled C programs. */
  readonly tools: Tools;
  /** How often each of the compared programs is measured; they take turns. */
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Prints progress. */
  readonly say: (text: string) => void;
}

/** A part of the benchmark: it gives some rows of the table. */
export interface Part {
  /** Its name for `--only`. */
  readonly name: string;
  /** What it measures; the table says so if it cannot. */
  readonly title: string;
  /** Other programs that it starts. */
  readonly programs: readonly string[];
  readonly run: (bench: Bench) => Promise<Findings>;
}
