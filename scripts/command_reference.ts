/**
 * Writes docs/COMMANDS.md from the option tables of the commands: `deno task docs`. With `--check`, which `deno task ok` uses, it
 * writes nothing and fails if the file is not what it would write.
 *
 * @module
 */

import type { Command } from "../cli/command.ts";
import { COMMANDS } from "../cli/commands.ts";
import { optionText } from "../cli/help.ts";
import type { OptionTable } from "../cli/options/option.ts";
import { markdownTable } from "./markdown_table.ts";

const REFERENCE = "docs/COMMANDS.md";

const INTRODUCTION = `# Commands

Written by \`deno task docs\` from the program's own tables; the same text is in \`mjpegrtsp COMMAND --help\`.

In a clone of the repository, write \`deno task\` in place of \`mjpegrtsp\`: \`deno task serve --port 1025\`.`;

const EXIT_CODES = `## Exit codes

${
  markdownTable(["code", "meaning"], [
    ["0", "The command has done its work, or the user has ended what would go on: serve, play, push, demo"],
    ["1", "It failed: the last line on standard error says why"],
    ["2", "The arguments are wrong: the message says which"],
    ["130", "Ended at once by a second Ctrl-C"],
  ])
}`;

/** The whole of docs/COMMANDS.md. */
export async function commandReference(): Promise<string> {
  const sections = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, { load }]) => commandSection(name, (await load()).command)),
  );
  return `${[INTRODUCTION, ...sections, EXIT_CODES].join("\n\n")}\n`;
}

/** The section of one command. */
export function commandSection(name: string, { usage, description, options, notes, examples }: Command): string {
  return [
    `## ${name}`,
    codeBlock(usage.map((form) => `mjpegrtsp ${form}`)),
    description,
    ...optionTables(options),
    ...(notes === undefined ? [] : [notes]),
    "Examples:",
    codeBlock(examples.map((example) => `mjpegrtsp ${example}`)),
  ].join("\n\n");
}

function optionTables(options: OptionTable): string[] {
  const groups = Map.groupBy(Object.keys(options), (name) => options[name].group ?? "Options");
  return [...groups].flatMap(([group, names]) => [
    `### ${group}`,
    markdownTable(
      ["option", "what it does", "range", "default"],
      names.map((name) => {
        const { help, allowed = "", defaultText = "" } = options[name];
        return [`\`${optionText(name, options[name])}\``, help, allowed, defaultText];
      }),
    ),
  ]);
}

function codeBlock(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join("\n");
}

if (import.meta.main) {
  const text = await commandReference();
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(REFERENCE, text);
  } else if (await Deno.readTextFile(REFERENCE).catch(() => "") !== text) {
    console.error(`${REFERENCE} is stale: run deno task docs and commit it`);
    Deno.exit(1);
  }
}
