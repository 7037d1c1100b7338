/**
 * Compiles the executables: `deno task compile` for this machine, `deno task compile:all` for all targets.
 *
 * `deno compile` adds the program to a base executable called denort, which it downloads. `DENORT_BIN` names a local one instead.
 *
 * @module
 */

import denoConfig from "../deno.json" with { type: "json" };

/** The permissions of the executable; main.ts gives up those that a command does not need. */
export const BAKED_PERMISSIONS = ["--allow-net", "--allow-read", "--allow-write", "--no-prompt"];

/** Workers: `deno compile` does not find them, since nothing imports them. */
const INCLUDES = ["server/source/test_source_worker.ts", "server/packetize/conditioning_worker.ts"];

const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

/** The arguments of `deno compile` for one executable. */
export function compileArguments(output: string, target?: string): string[] {
  return [
    "compile",
    "--quiet",
    ...BAKED_PERMISSIONS,
    "--exclude-unused-npm",
    ...INCLUDES.flatMap((path) => ["--include", path]),
    ...(target === undefined ? [] : ["--target", target]),
    "--output",
    output,
    "main.ts",
  ];
}

/** Explains a failed compilation: advice if denort cannot be downloaded, else the output as it is. */
export function explainFailure(stderr: string): string {
  if (
    /denort|dl\.deno\.land/i.test(stderr) && /download|fetch|send|connect|dns|lookup|proxy|status|403|404/i.test(stderr)
  ) {
    return "Cannot download the denort base that executables are built on: set DENORT_BIN to a denort of this Deno " +
      "version, or try again with a connection";
  }
  return stderr.trim();
}

async function compile(output: string, target?: string): Promise<boolean> {
  const args = compileArguments(output, target);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, stderr: "piped" }).output();
  if (!success) {
    console.error(`${output}: ${explainFailure(new TextDecoder().decode(stderr))}`);
    return false;
  }
  const { size } = await Deno.stat(output);
  console.log(`${output}: ${(size / 2 ** 20).toFixed(0)} MiB`);
  return true;
}

if (import.meta.main) {
  await Deno.mkdir("dist", { recursive: true });
  const suffix = (target: string) => target.includes("windows") ? ".exe" : "";
  const results: boolean[] = [];
  if (Deno.args.includes("--all")) {
    for (const target of TARGETS) {
      results.push(await compile(`dist/mjpegrtsp-${denoConfig.version}-${target}${suffix(target)}`, target));
    }
  } else {
    results.push(await compile(`dist/mjpegrtsp${suffix(Deno.build.target)}`));
  }
  if (results.includes(false)) Deno.exit(1);
}
