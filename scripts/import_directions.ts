/**
 * Checks that imports run one way, `main -> cli -> server | client -> rtsp | rtp | mjpeg`, and that the codec rooms take
 * time, chance, sockets and files only as they are handed in. Run by `deno task imports`.
 *
 * @module
 */

import { dirname, join, normalize } from "@std/path";

/** The rooms that each room may import, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  main: ["cli"],
  cli: ["server", "client", "rtsp", "rtp", "mjpeg"],
  server: ["rtsp", "rtp", "mjpeg"],
  client: ["rtsp", "rtp", "mjpeg"],
  rtp: ["mjpeg"],
  rtsp: [],
  mjpeg: [],
  tests: ["main", "cli", "server", "client", "rtsp", "rtp", "mjpeg", "scripts"],
  scripts: ["main", "cli", "server", "client", "rtsp", "rtp", "mjpeg", "tests"],
};

const CODEC_ROOMS = ["rtsp", "rtp", "mjpeg"];
/** What tests beside their source may import besides. */
const TEST_ROOMS = ["tests", "server", ...CODEC_ROOMS];

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)["'](\.{1,2}\/[^"']+)["']/gm;
const EDGE =
  /\bDeno\.|\bDate\.now\b|\bperformance\.now\b|\bset(?:Timeout|Interval)\b|\bMath\.random\b|\bgetRandomValues\b/;

/** A line that breaks a rule. */
export interface Violation {
  /** Path from the top of the repository, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Checks sources by their paths from the top of the repository. */
export function checkImports(sources: ReadonlyMap<string, string>): Violation[] {
  return [...sources].flatMap(([file, source]) => {
    const room = roomOf(file);
    if (room === undefined) return [];
    const isTest = /_(?:test|bench)\.ts$/.test(file);
    const allowed = [room, ...ALLOWED[room], ...(isTest ? TEST_ROOMS : [])];
    return [
      ...checkDirections(file, source, allowed),
      ...(CODEC_ROOMS.includes(room) && !isTest ? checkEdges(file, source) : []),
    ];
  });
}

function checkDirections(file: string, source: string, allowed: readonly string[]): Violation[] {
  return [...source.matchAll(IMPORT)].flatMap((match) => {
    const target = normalize(join(dirname(file), match[1])).replaceAll("\\", "/");
    const room = roomOf(target);
    if (room === undefined || allowed.includes(room)) return [];
    const line = source.slice(0, match.index).split("\n").length;
    return [{
      file,
      line,
      message: `imports ${target}; ${allowed[0]} may import ${allowed.slice(1).join(", ") || "nothing"}`,
    }];
  });
}

function checkEdges(file: string, source: string): Violation[] {
  return source.split("\n").flatMap((text, index) => {
    const code = text.replace(/^\s*(?:\/?\*|\/\/).*/, "");
    const match = EDGE.exec(code);
    return match === null ? [] : [{ file, line: index + 1, message: `uses ${match[0]}, which is to be handed in` }];
  });
}

/** The room of a path: its first folder, or `main` for main.ts; `undefined` for whatever belongs to none. */
function roomOf(file: string): string | undefined {
  const room = file === "main.ts" ? "main" : file.includes("/") ? file.split("/")[0] : undefined;
  return room !== undefined && Object.hasOwn(ALLOWED, room) ? room : undefined;
}

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sourceFiles(path);
    else if (/\.(?:ts|js)$/.test(entry.name)) yield path;
  }
}

if (import.meta.main) {
  const sources = new Map([["main.ts", await Deno.readTextFile("main.ts")]]);
  for (const room of Object.keys(ALLOWED).filter((name) => name !== "main")) {
    for await (const path of sourceFiles(room)) sources.set(path, await Deno.readTextFile(path));
  }
  const violations = checkImports(sources);
  for (const { file, line, message } of violations) console.error(`${file}:${line} ${message}`);
  if (violations.length > 0) Deno.exit(1);
  console.log(`imports run one way in ${sources.size} files`);
}
