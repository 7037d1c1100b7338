/**
 * The table of commands: what each is for, the permissions it needs, and the file it is in.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { isUrl } from "./options/is_url.ts";
import { beforeDashes } from "./options/parse_command.ts";

/** A permission that the executable is compiled with. */
export type Permission = "net" | "read" | "write";

/** A row of the table. */
export interface CommandEntry {
  /** One line for `mjpegrtsp --help`. */
  readonly summary: string;
  /** The permissions that the command needs when called with `args`. */
  readonly permissions: (args: readonly string[]) => readonly Permission[];
  /** Loads the command; its modules are not loaded before. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** The commands by name. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  serve: {
    summary: "Serve Motion-JPEG files and a test source over RTSP",
    permissions: (args) => isStoring(args) ? ["net", "read", "write"] : ["net", "read"],
    load: () => import("./commands/serve.ts"),
  },
  play: {
    summary: "Play a stream in your browser, or store its frames",
    permissions: (args) => isStoring(args) ? ["net", "read", "write"] : ["net", "read"],
    load: () => import("./commands/play.ts"),
  },
  push: {
    summary: "Publish a movie or a stream at another server",
    permissions: () => ["net", "read"],
    load: () => import("./commands/push.ts"),
  },
  demo: {
    summary: "Serve the test source and play it, in one command",
    permissions: () => ["net", "read"],
    load: () => import("./commands/demo.ts"),
  },
  convert: {
    summary: "Write a movie to a file of another format, frame by frame",
    permissions: () => ["read", "write"],
    load: () => import("./commands/convert.ts"),
  },
  probe: {
    summary: "Tell what a movie or a stream is, and who can be served with it",
    // Behind -- a URL is one as well.
    permissions: (args) => args.some(isUrl) ? ["net"] : ["read"],
    load: () => import("./commands/probe.ts"),
  },
  doctor: {
    summary: "Say what will and will not work on this machine",
    permissions: () => ["net", "read"],
    load: () => import("./commands/doctor.ts"),
  },
  testsrc: {
    summary: "Write the test source to a file",
    permissions: () => ["read", "write"],
    load: () => import("./commands/testsrc.ts"),
  },
  licenses: {
    summary: "Print the licences of all that is in the executable",
    permissions: () => [],
    load: () => import("./commands/licenses.ts"),
  },
};

/** The command called `name`; `undefined` if there is none. */
export function findCommand(name: string | undefined): CommandEntry | undefined {
  return name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

/** The permissions that the command line `args` needs; none for help and typos. */
export function permissionsFor(args: readonly string[]): readonly Permission[] {
  const entry = findCommand(args[0]);
  return entry === undefined || wantsHelp(args) ? [] : entry.permissions(args.slice(1));
}

/** Whether the command line `args` asks for help. */
export function wantsHelp(args: readonly string[]): boolean {
  return beforeDashes(args).some((argument) => argument === "--help" || argument === "-h");
}

/** Whether `--out` names a file or a folder, or `--pcap` a file. */
function isStoring(args: readonly string[]): boolean {
  const given = beforeDashes(args);
  return ["--out", "--pcap"].some((option) => {
    const index = given.findIndex((argument) => argument === option || argument.startsWith(`${option}=`));
    return index >= 0 && (given[index] === option ? given[index + 1] : given[index].slice(option.length + 1)) !== "-";
  });
}
