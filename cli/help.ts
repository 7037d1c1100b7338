/**
 * The texts of `--help`.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import type { Option, OptionTable } from "./options/option.ts";

/** The exit codes, for `--help` and docs/COMMANDS.md. */
export const EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 wrong usage";

/** Width of the first column of `--help`. */
const MAX_COLUMN = 26;

/** The text of `mjpegrtsp --help`. */
export function overview(version: string): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  return `mjpegrtsp ${version}: server and player for Motion-JPEG over RTSP and RTP

Usage: mjpegrtsp COMMAND [OPTIONS]

Commands:
${rows.join("\n")}

  mjpegrtsp COMMAND --help    explains a command and its options
  mjpegrtsp --version         prints the version

${EXIT_CODES}`;
}

/** The text of `mjpegrtsp COMMAND --help`. */
export function commandHelp({ usage, description, options, notes, examples }: Command): string {
  const forms = usage.map((form, index) => `${index === 0 ? "Usage:" : "      "} mjpegrtsp ${form}`);
  return [
    forms.join("\n"),
    description,
    ...(Object.keys(options).length === 0 ? [] : [describeOptions(options)]),
    ...(notes === undefined ? [] : [notes]),
    `Examples:\n${examples.map((example) => `  mjpegrtsp ${example}`).join("\n")}`,
  ].join("\n\n");
}

/** The options in columns, under the headings of their groups. */
export function describeOptions(table: OptionTable): string {
  const names = Object.keys(table);
  const width = Math.min(MAX_COLUMN, Math.max(...names.map((name) => optionText(name, table[name]).length)));
  const groups = Map.groupBy(names, (name) => table[name].group ?? "Options");
  return [...groups].map(([group, members]) => {
    const lines = members.map((name) => {
      const { help, defaultText } = table[name];
      const left = optionText(name, table[name]);
      const right = defaultText === undefined ? help : `${help} (default: ${defaultText})`;
      return left.length > width ? `  ${left}\n  ${"".padEnd(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`;
    });
    return `${group}:\n${lines.join("\n")}`;
  }).join("\n\n");
}

/** An option as it is written, for instance `--port PORT`. */
export function optionText(name: string, { value, fallback }: Option<unknown>): string {
  if (value !== "") return `--${name} ${value}`;
  return fallback === undefined ? `--[no-]${name}` : `--${name}`;
}
