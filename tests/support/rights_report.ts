/**
 * Has every thread of a running program tell, after a while, what it can do. The main thread loads it with `--preload`; workers are
 * started from modules of their own, which load it in front of the real ones.
 *
 * @module
 */

import { basename, fromFileUrl, join, toFileUrl } from "@std/path";
import { attemptAll, type TriedPaths } from "./rights_attempts.ts";

const HERE = import.meta.url;

/** What is to be told, and when. */
export interface ReportOptions {
  /** Where the modules are that workers are started from. */
  readonly folder: string;
  readonly paths: TriedPaths;
  readonly afterMs: number;
}

/** Writes the modules. Returns the one to load with `--preload`. */
export async function writeReporters(options: ReportOptions, workers: readonly URL[]): Promise<string> {
  const preload = join(options.folder, "report.ts");
  await Deno.writeTextFile(
    preload,
    `import { report } from ${JSON.stringify(HERE)};\nreport(${JSON.stringify(options)});\n`,
  );
  for (const { href } of workers) {
    await Deno.writeTextFile(
      join(options.folder, basename(fromFileUrl(href))),
      `import "./report.ts";\nimport ${JSON.stringify(href)};\n`,
    );
  }
  return preload;
}

/** Tells what this thread can do, and has the workers that it starts do the same. */
export function report({ folder, paths, afterMs }: ReportOptions): void {
  const name = "WorkerGlobalScope" in globalThis ? self.name : "main";
  const timer = setTimeout(
    () => console.error(`rights of ${name}: ${attemptAll(paths).join(", ") || "none"}`),
    afterMs,
  );
  Deno.unrefTimer(timer);
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(specifier: string | URL, options?: WorkerOptions) {
      super(toFileUrl(join(folder, basename(fromFileUrl(specifier)))), options);
    }
  };
}
