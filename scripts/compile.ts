/**
 * Compiles the executables: `deno task compile` for this machine, `deno task compile:all` for all targets; with `--with-ffmpeg` they
 * decode videos of other codecs, which are under the GPL.
 *
 * `deno compile` adds the program to a base executable called denort, which it downloads. `DENORT_BIN` names a local one instead; it is
 * of one target. What can run here is run: an executable that is not ours is not kept.
 *
 * @module
 */

import denoConfig from "../deno.json" with { type: "json" };

/** The permissions of the executable; main.ts gives up those that a command does not need. */
export const BAKED_PERMISSIONS = ["--allow-net", "--allow-read", "--allow-write", "--no-prompt"];

/** Workers: `deno compile` does not find them, since nothing imports them. */
export const WORKERS = [
  "server/engines/host/host.ts",
  "server/engines/engine/engine.ts",
  "server/source/test_source_worker.ts",
  "server/packetize/conditioning_worker.ts",
  "client/record/store_worker.ts",
  "client/record/fitting_worker.ts",
  "cli/relay/relay_worker.ts",
  "cli/web/web_worker.ts",
];

/** The worker that FFmpeg is in. */
export const FFMPEG_WORKERS = ["server/decoder/decoder_worker.ts"];

const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

/** What is compiled. */
export interface CompileOptions {
  /** Default this machine. */
  readonly target?: string;
  /** Embed FFmpeg; default false. */
  readonly withFFmpeg?: boolean;
}

/** The arguments of `deno compile` for one executable. */
export function compileArguments(output: string, { target, withFFmpeg = false }: CompileOptions = {}): string[] {
  const workers = [...WORKERS, ...(withFFmpeg ? FFMPEG_WORKERS : [])];
  return [
    "compile",
    "--quiet",
    ...BAKED_PERMISSIONS,
    "--exclude-unused-npm",
    // The cache would lie in the folder for temporary files, where other users of the machine can put one with code of their own.
    "--no-code-cache",
    ...workers.flatMap((path) => ["--include", path]),
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

/** What is wrong with an executable that should be ours; `undefined` where nothing is. */
export async function findFault(executable: string): Promise<string | undefined> {
  const expected = `mjpegrtsp ${denoConfig.version}`;
  try {
    const { stdout } = await new Deno.Command(executable, { args: ["--version"], stdin: "null" }).output();
    const printed = new TextDecoder().decode(stdout).trim();
    return printed === expected ? undefined : `its --version prints ${JSON.stringify(printed)}, not "${expected}"`;
  } catch (error) {
    return `it does not run: ${error instanceof Error ? error.message : error}`;
  }
}

/** Compiles one executable, for this machine without `target`. Returns whether it is there, and ours as far as can be told here. */
async function compile(output: string, options: CompileOptions): Promise<boolean> {
  const { target, withFFmpeg } = options;
  const args = compileArguments(output, options);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, stderr: "piped" }).output();
  if (!success) {
    console.error(`${output}: ${explainFailure(new TextDecoder().decode(stderr))}`);
    return false;
  }
  const fault = target === undefined || target === Deno.build.target
    ? await findFault(await Deno.realPath(output))
    : undefined;
  if (fault !== undefined) {
    await Deno.remove(output);
    console.error(`${output} is removed: ${fault}; is DENORT_BIN a denort of this Deno version?`);
    return false;
  }
  const { size } = await Deno.stat(output);
  const license = withFFmpeg ? ", with FFmpeg: it is under the GNU General Public License, version 2 or later" : "";
  console.log(`${output}: ${(size / 2 ** 20).toFixed(0)} MiB${license}`);
  return true;
}

if (import.meta.main) {
  const isForAll = Deno.args.includes("--all");
  if (isForAll && Deno.env.get("DENORT_BIN") !== undefined) {
    console.error(
      `DENORT_BIN names the denort of one target, and these are ${TARGETS.length}: unset it, or compile on each`,
    );
    Deno.exit(1);
  }
  const withFFmpeg = Deno.args.includes("--with-ffmpeg");
  const name = withFFmpeg ? "mjpegrtsp-with-ffmpeg" : "mjpegrtsp";
  await Deno.mkdir("dist", { recursive: true });
  const suffix = (target: string) => target.includes("windows") ? ".exe" : "";
  const results: boolean[] = [];
  if (isForAll) {
    for (const target of TARGETS) {
      const output = `dist/${name}-${denoConfig.version}-${target}${suffix(target)}`;
      results.push(await compile(output, { target, withFFmpeg }));
    }
  } else {
    results.push(await compile(`dist/${name}${suffix(Deno.build.target)}`, { withFFmpeg }));
  }
  if (results.includes(false)) Deno.exit(1);
}
