/**
 * Checks the imports: `deno task imports` prints the table of rooms and fails on an import that it does not allow, on a circle
 * between files, and on a codec room that reads the clock, draws random numbers or uses `Deno` itself.
 *
 * @module
 */

import { dirname, join, normalize } from "@std/path";

/**
 * The rooms that each room may use, besides itself. A room is a folder; a folder that is not in the table belongs to the room around
 * it. `server/` with a slash means the room and all its sub-rooms. Every sub-room may use the `limits.ts` of the room around it.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "main": ["cli"],
  "cli": ["cli/", "server/", "client/", "page", "rtsp/", "rtp/", "mjpeg/", "net", "net/capture"],
  "cli/commands": ["cli", "cli/", "server/", "client/", "page", "rtsp/", "rtp/", "mjpeg/", "net", "net/capture"],
  "cli/relay": [
    ...["cli", "cli/terminal", "cli/options", "server/engines", "server/source"],
    ...["client", "client/playout", "client/rtsp", "client/session", "net"],
  ],
  "cli/web": [
    ...["cli", "cli/options", "server/engines", "server/observation", "client", "client/rtsp", "client/session"],
    ...["page", "page/http", "page/socket", "rtsp/fields", "net"],
  ],
  "cli/probing": [
    ...["cli", "cli/options", "server/source/files", "client", "client/playout", "client/session", "page"],
    ...["rtsp/", "rtp/", "mjpeg/", "net"],
  ],
  "cli/checkup": ["cli", "cli/probing", "cli/options", "client/session", "server", "rtp/", "net"],
  "cli/push": [
    ...["cli", "cli/relay", "cli/terminal", "cli/options", "client", "client/rtsp", "client/playout"],
    ...["server", "server/connection", "server/packetize", "server/send", "server/session", "server/source"],
    ...["rtsp/", "rtp/", "net"],
  ],
  "cli/conversion": [
    ...["cli", "cli/options", "cli/terminal", "client/record", "client/record/stores", "server", "server/source"],
    ...["server/decoder", "mjpeg/", "rtp/lab"],
  ],
  "cli/playlist": [
    ...["cli", "cli/options", "cli/terminal", "client", "client/playlist", "client/playout", "client/rtsp"],
    ...["client/session", "client/http", "client/record", "page", "net"],
  ],
  "cli/local": [
    ...["cli", "cli/options", "cli/terminal", "client/session", "server/engines", "server/observation"],
    ...["server/source/served", "rtsp/fields", "net"],
  ],
  "cli/terminal": ["cli/options", "net"],
  "cli/options": ["server", "server/session", "client/http", "client/session", "client/record", "client/rtsp", "rtsp/"],

  "server": ["server/", "rtsp/", "net"],
  "server/engines": ["server/", "rtsp/", "mjpeg/containers/index", "net"],
  "server/engines/host": [
    ...["server/engines", "server", "server/capture", "server/observation", "server/places", "server/packetize"],
    "server/publish",
    ...["server/source", "server/source/files", "server/source/decoded"],
    ...["mjpeg/containers/index", "net"],
  ],
  "server/engines/engine": ["server/engines", "server/", "mjpeg/containers/index", "rtsp/", "net"],
  "server/lab": ["server/session", "server/rtsp", "server/source", "server/send", "rtsp/", "rtp/", "net"],
  "server/publish": ["server/capture", "server/session", "server/connection", "server/source", "rtsp/", "rtp/", "net"],
  "server/rtsp": [
    "server/session",
    "server/publish",
    "server/places",
    "server/source",
    "server/packetize",
    "server/send",
    "server/emulation",
    "rtsp/",
    "rtp/",
    "net",
  ],
  "server/session": [
    ...[
      "server/adaptation",
      "server/capture",
      "server/connection",
      "server/places",
      "server/source",
      "server/packetize",
      "server/send",
      "server/sound",
      "server/emulation",
    ],
    ...["rtsp/", "rtp/", "net"],
  ],
  "server/sound": ["server/packetize", "server/send", "server/source", "rtp", "net"],
  "server/adaptation": ["server/emulation", "mjpeg/conditioning", "rtp", "net"],
  "server/send": [
    ...[
      "server/adaptation",
      "server/capture",
      "server/connection",
      "server/packetize",
      "server/emulation",
      "rtp/",
      "net",
    ],
  ],
  "server/packetize": ["rtp/", "mjpeg/", "net"],
  "server/source": ["server/source/served", "server/source/files", "server/source/decoded", "rtp/", "mjpeg/", "net"],
  "server/source/files": ["server/source", "rtp/", "mjpeg/", "net"],
  "server/source/served": ["net"],
  "server/source/decoded": ["server/source", "server/source/files", "server/decoder", "mjpeg/", "net"],
  "server/decoder": ["mjpeg", "net"],
  "server/connection": ["rtsp/", "net"],
  "server/observation": [
    ...["server/session", "server/send", "server/source", "server/source/decoded", "mjpeg/jpeg", "rtsp", "net"],
  ],
  "server/places": ["net"],
  "server/emulation": [],
  "server/capture": ["rtsp/fields", "net", "net/capture"],

  "client": ["client/", "page", "rtsp/", "rtp/", "mjpeg", "net", "net/capture"],
  "client/playout": ["client/session", "client/rtsp", "page", "rtsp/", "rtp/", "mjpeg", "net"],
  "client/playlist": ["client/session", "client/rtsp", "page", "rtsp", "mjpeg", "net"],
  "client/http": ["client/session", "client/rtsp", "mjpeg/multipart", "rtsp/", "rtp/", "net"],
  "client/session": ["client/http", "client/rtsp", "client/transport", "page", "rtsp/", "rtp/", "net", "net/capture"],
  "client/rtsp": ["rtsp/", "rtp/", "net", "net/capture"],
  "client/transport": ["rtsp/", "net", "net/capture"],
  "client/record": ["client/record/stores", "page", "mjpeg/", "net"],
  "client/record/stores": ["mjpeg/", "net"],

  "page": ["page/http", "page/socket", "page/catalog", "page/assets/", "rtsp/", "mjpeg", "net"],
  "page/http": ["net"],
  "page/socket": ["page", "page/http", "rtsp", "mjpeg", "net"],
  "page/catalog": ["page/assets"],
  "page/assets": ["page/assets/"],
  "page/assets/drawing": ["page/assets"],
  "page/assets/record": ["page/assets", "page/assets/sound"],
  "page/assets/sound": ["page/assets"],
  "page/assets/playlist": ["page/assets", "page/assets/stage"],
  "page/assets/grid": ["page/assets", "page/assets/playlist", "page/assets/record", "page/assets/stage"],
  "page/assets/stage": [
    ...["page/assets", "page/assets/drawing", "page/assets/record", "page/assets/sound", "page/assets/playlist"],
    "page/assets/grid",
  ],
  "page/assets/timeline": ["page/assets", "page/assets/stage"],
  "page/assets/panel": ["page/assets", "page/assets/stage"],
  "page/assets/tour": ["page/assets"],
  "page/assets/wire": ["page/assets"],
  "page/assets/knobs": ["page/assets"],

  "rtsp": ["rtsp/reading", "rtsp/lab", "rtsp/fields", "net"],
  "rtsp/reading": ["rtsp", "net"],
  "rtsp/lab": ["rtsp", "rtsp/reading"],
  "rtsp/fields": [],
  "rtp": ["net"],
  "rtp/receiver": ["rtp", "net"],
  "rtp/audio": ["rtp", "mjpeg"],
  "rtp/jpeg": ["rtp", "mjpeg/"],
  "rtp/lab": ["rtp", "mjpeg/"],
  "mjpeg": [],
  "mjpeg/testsrc": ["mjpeg", "mjpeg/jpeg", "mjpeg/conditioning"],
  "mjpeg/containers": ["mjpeg", "mjpeg/containers/", "mjpeg/jpeg", "mjpeg/entropy", "mjpeg/multipart"],
  "mjpeg/containers/index": ["mjpeg", "mjpeg/containers", "mjpeg/containers/sound"],
  "mjpeg/containers/streams": [
    ...["mjpeg", "mjpeg/containers", "mjpeg/containers/index", "mjpeg/jpeg", "mjpeg/entropy", "mjpeg/multipart"],
  ],
  "mjpeg/containers/avi": [
    ...["mjpeg", "mjpeg/containers", "mjpeg/containers/index", "mjpeg/containers/sound", "mjpeg/jpeg"],
  ],
  "mjpeg/containers/sound": ["mjpeg", "mjpeg/containers", "mjpeg/containers/index", "mjpeg/containers/avi"],
  "mjpeg/containers/isobmff": ["mjpeg", "mjpeg/containers", "mjpeg/containers/index", "mjpeg/containers/sound"],
  "mjpeg/containers/matroska": ["mjpeg", "mjpeg/containers", "mjpeg/containers/index", "mjpeg/containers/sound"],
  "mjpeg/multipart": ["mjpeg", "mjpeg/jpeg"],
  "mjpeg/conditioning": ["mjpeg", "mjpeg/jpeg", "mjpeg/entropy"],
  "mjpeg/entropy": ["mjpeg", "mjpeg/jpeg"],
  "mjpeg/jpeg": ["mjpeg"],
  "net": [],
  "net/capture": ["net"],

  "tests": ["main", "cli", "server/", "client/", "page", "rtsp/", "rtp/", "mjpeg/", "net", "scripts"],
  "scripts": ["main", "cli/", "server/", "client/", "page", "rtsp/", "rtp/", "mjpeg/", "net", "tests"],
};

/** Rooms that use no socket, file, clock, timer or random numbers; callers hand these in. */
const CODEC_ROOMS = /^(?:rtsp|rtp|mjpeg)(?:\/|$)/;

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)["'](\.{1,2}\/[^"']+)["']/gm;
const EDGE =
  /\bDeno\.|\bDate\.now\b|\bperformance\.now\b|\bset(?:Timeout|Interval)\b|\bMath\.random\b|\bgetRandomValues\b/;

/** A line that is not allowed. */
export interface Violation {
  /** Path from the top of the repository, with slashes. */
  readonly file: string;
  /** Line number, from 1. */
  readonly line: number;
  readonly message: string;
}

/** An import of a file of the repository. */
interface Import {
  readonly file: string;
  readonly line: number;
  readonly target: string;
}

/** Checks source texts; the keys are their paths from the top of the repository. */
export function checkImports(sources: ReadonlyMap<string, string>): Violation[] {
  const imports = [...sources].flatMap(([file, source]) => importsOf(file, source));
  return [
    ...imports.flatMap(checkDirection),
    ...findCircles(imports),
    ...[...sources].flatMap(([file, source]) => checkEdges(file, source)),
  ];
}

function importsOf(file: string, source: string): Import[] {
  return [...source.matchAll(IMPORT)].map((match) => ({
    file,
    line: source.slice(0, match.index).split("\n").length + (match[0].startsWith("\n") ? 1 : 0),
    target: normalize(join(dirname(file), match[1])).replaceAll("\\", "/"),
  }));
}

function checkDirection({ file, line, target }: Import): Violation[] {
  const [room, targetRoom] = [roomOf(file), roomOf(target)];
  if (room === undefined || targetRoom === undefined || room === targetRoom || isTest(file)) return [];
  const isLimits = target === `${room.split("/")[0]}/limits.ts`;
  const isAllowed = ROOMS[room].some((allowed) =>
    allowed.endsWith("/") ? `${targetRoom}/`.startsWith(allowed) : targetRoom === allowed
  );
  if (isLimits || isAllowed) return [];
  return [{ file, line, message: `imports ${target}; ${room} may use ${ROOMS[room].join(", ") || "nothing"}` }];
}

/** Gives one violation for each circle, at the import that closes it. */
function findCircles(imports: readonly Import[]): Violation[] {
  const byFile = Map.groupBy(imports, ({ file }) => file);
  const done = new Set<string>();
  const violations: Violation[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    for (const { line, target } of byFile.get(file) ?? []) {
      const start = path.indexOf(target);
      if (start >= 0) {
        violations.push({ file, line, message: `closes a circle: ${[...path.slice(start), target].join(" -> ")}` });
      } else if (!done.has(target)) visit(target, [...path, target]);
    }
    done.add(file);
  };
  for (const file of byFile.keys()) if (!done.has(file)) visit(file, [file]);
  return violations;
}

function checkEdges(file: string, source: string): Violation[] {
  const room = roomOf(file);
  if (room === undefined || !CODEC_ROOMS.test(room) || isTest(file)) return [];
  return source.split("\n").flatMap((text, index) => {
    const code = text.replace(/^\s*(?:\/?\*|\/\/).*/, "");
    const match = EDGE.exec(code);
    return match === null ? [] : [{ file, line: index + 1, message: `uses ${match[0]}; let the caller hand it in` }];
  });
}

/** Tests and benchmarks may import anything. */
function isTest(file: string): boolean {
  return /_(?:test|bench)\.ts$/.test(file);
}

/** The innermost room that a file is in; `undefined` if it is in none. */
function roomOf(file: string): string | undefined {
  if (file === "main.ts") return "main";
  for (let folder = dirname(file); folder !== "."; folder = dirname(folder)) {
    if (Object.hasOwn(ROOMS, folder)) return folder;
  }
  return undefined;
}

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sourceFiles(path);
    else if (/\.(?:ts|js)$/.test(entry.name)) yield path;
  }
}

/** The table of rooms as text: each room, its number of files, and the rooms that it may use. */
function roomTable(files: readonly string[]): string {
  const rows = Object.entries(ROOMS).map(([room, uses]) => {
    const count = files.filter((file) => roomOf(file) === room && !isTest(file)).length;
    return `${room.padEnd(18)} ${String(count).padStart(3)}  ${uses.join(" ")}`;
  });
  return [`${"room".padEnd(18)} ${"files".padStart(3)}  may use`, ...rows].join("\n");
}

if (import.meta.main) {
  const sources = new Map([["main.ts", await Deno.readTextFile("main.ts")]]);
  for (const room of Object.keys(ROOMS).filter((name) => name !== "main" && !name.includes("/"))) {
    for await (const path of sourceFiles(room)) sources.set(path, await Deno.readTextFile(path));
  }
  const violations = checkImports(sources);
  console.log(roomTable([...sources.keys()]));
  for (const { file, line, message } of violations) console.error(`${file}:${line} ${message}`);
  if (violations.length > 0) Deno.exit(1);
  console.log(`${sources.size} files import only what the table allows, without circles`);
}
