/**
 * Writes cli/licenses.txt, what `mjpegrtsp licenses` prints, from the packages that are embedded in the executable: `deno task
 * licenses:write`. With `--check`, which `deno task ok` uses, it writes nothing and fails if the file is not what it would write.
 *
 * @module
 */

import { FFMPEG_WORKERS, WORKERS } from "./compile.ts";

const OUTPUT = "cli/licenses.txt";
const RULE = "=".repeat(80);

const INTRODUCTION =
  `The executable contains what follows, each part under its own licence. This software is based in part on the work of
the Independent JPEG Group.`;

const DENO =
  `Deno, with which the executable is compiled, is made of V8, whose licence is the next, and of several hundred libraries
written in Rust and C. Their names, versions and sources are in Deno's own list:
https://github.com/denoland/deno/blob/main/Cargo.lock`;

const WITH_FFMPEG =
  `What follows is only in executables that were compiled with --with-ffmpeg. Such an executable is, as a whole, under the
GNU General Public License, version 2 or later.`;

/** Licences of packages that are published to npm without: that of Deno's standard library is Deno's. */
const LACKING: Readonly<Record<string, readonly string[]>> = {
  "deno-std": ["deno.txt"],
  "@ffmpeg/core": ["ffmpeg_core.txt", "gpl_2.txt"],
};

/** An npm package, as \`deno info\` knows it. */
interface Package {
  readonly name: string;
  readonly version: string;
  /** Its folder in the cache. */
  readonly localPath: string;
}

/** The packages of which a module is loaded by main.ts or by a worker, by name. */
export async function embeddedPackages(): Promise<Package[]> {
  return await packagesOf(["main.ts", ...WORKERS]);
}

/** Those that `--with-ffmpeg` adds. */
export async function ffmpegPackages(): Promise<Package[]> {
  const others = await embeddedPackages();
  return (await packagesOf(FFMPEG_WORKERS)).filter(({ name }) => others.every((other) => other.name !== name));
}

async function packagesOf(roots: readonly string[]): Promise<Package[]> {
  const packages = new Map<string, Package>();
  for (const root of roots) {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", root] }).output();
    const { modules, npmPackages } = JSON.parse(new TextDecoder().decode(stdout));
    for (const { npmPackage } of modules) {
      if (npmPackage !== undefined) packages.set(npmPackage, npmPackages[npmPackage]);
    }
  }
  return [...packages.values()].toSorted((left, right) => left.name < right.name ? -1 : 1);
}

/** The whole of cli/licenses.txt. */
export async function licenses(): Promise<string> {
  const deno = await Deno.readTextFile("scripts/licenses/deno.txt");
  const parts = [
    section("mjpegrtsp", await Deno.readTextFile("LICENSE")),
    INTRODUCTION,
    section("Deno", `${deno.trim()}\n\n${DENO}`),
    section("V8", await Deno.readTextFile("scripts/licenses/v8.txt")),
  ];
  for (const embedded of await embeddedPackages()) parts.push(await sectionOf(embedded));
  parts.push(WITH_FFMPEG);
  for (const embedded of await ffmpegPackages()) parts.push(await sectionOf(embedded));
  return `${parts.join("\n\n")}\n`;
}

async function sectionOf({ name, version, localPath }: Package): Promise<string> {
  const texts = await licenseTexts(localPath);
  for (const file of LACKING[name] ?? []) texts.push(await Deno.readTextFile(`scripts/licenses/${file}`));
  if (texts.length === 0) {
    throw new Error(`The npm package ${name} has no licence: add its text to scripts/licenses/`);
  }
  return section(`${name} ${version}`, texts.map((text) => text.trim()).join("\n\n"));
}

/** The licences in a package and in the folders below, of what it has taken from others. */
async function licenseTexts(folder: string): Promise<string[]> {
  const texts: string[] = [];
  const entries = (await Array.fromAsync(Deno.readDir(folder))).toSorted((left, right) =>
    left.name < right.name ? -1 : 1
  );
  for (const { name, isDirectory } of entries) {
    const path = `${folder}/${name}`;
    if (isDirectory) texts.push(...await licenseTexts(path));
    else if (/^(?:licen[cs]e|notice|copying)/i.test(name)) texts.push(await Deno.readTextFile(path));
  }
  return texts;
}

function section(title: string, text: string): string {
  return `${RULE}\n${title}\n${RULE}\n\n${text.replaceAll("\r", "").trim()}`;
}

if (import.meta.main) {
  const text = await licenses();
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(OUTPUT, text);
  } else if (await Deno.readTextFile(OUTPUT).catch(() => "") !== text) {
    console.error(`${OUTPUT} is stale: run deno task licenses:write and commit it`);
    Deno.exit(1);
  }
}
