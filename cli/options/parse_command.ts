/**
 * Parses the arguments of a command by its table of options. `parseArgs` of std splits them; this file checks them first, since
 * `parseArgs` accepts unknown options, missing values and repeated options.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { UsageError } from "./errors.ts";
import type { OptionTable, OptionValues } from "./option.ts";

/** The arguments of a command, parsed. */
export interface ParsedCommand<Table extends OptionTable> {
  /** A value for every option of the table. */
  readonly options: OptionValues<Table>;
  /** The arguments that are not options, in order. */
  readonly positionals: readonly string[];
}

/** Parses `args`. Throws a {@linkcode UsageError} for any option that is unknown, incomplete, repeated or out of range. */
export function parseCommand<Table extends OptionTable>(args: readonly string[], table: Table): ParsedCommand<Table> {
  const names = Object.keys(table);
  const switches = names.filter((name) => table[name].value === "");
  const withValue = names.filter((name) => table[name].value !== "");
  checkNames(args, { names, switches, repeated: names.filter((name) => table[name].repeats) });
  const parsed = parseArgs(glueValues(args, withValue), {
    boolean: switches,
    // What is no option stays as it is written: a folder called 007 is not one called 7.
    string: [...withValue, "_"],
    negatable: switches,
    collect: names.filter((name) => table[name].repeats),
  });
  const options = Object.fromEntries(names.map((name) => {
    const given = parsed[name];
    if (given === undefined || !isGiven(name, args)) return [name, table[name].fallback];
    const parse = (text: unknown) => parseValue(`--${name}`, () => table[name].parse(String(text)));
    return [name, Array.isArray(given) ? given.flatMap(parse) : parse(given)];
  }));
  return { options: options as OptionValues<Table>, positionals: parsed._.map(String) };
}

/** Runs `parse` and puts `name` before the message of its {@linkcode UsageError}. */
export function parseValue<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${name} ${error.message}`);
    throw error;
  }
}

/** The arguments before `--`; those behind it are never options. */
export function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

/** Whether `--name` or `--no-name` is given: `parseArgs` has a value for a switch even if it is not. */
function isGiven(name: string, args: readonly string[]): boolean {
  return beforeDashes(args).some((argument) => [`--${name}`, `--no-${name}`].includes(argument.split("=")[0]));
}

/** Refuses an unknown option, naming the closest known one, an option without its value, a switch with one, and a second value. */
function checkNames(
  args: readonly string[],
  { names, switches, repeated }: Readonly<Record<"names" | "switches" | "repeated", readonly string[]>>,
): void {
  const seen = new Set<string>();
  const given = beforeDashes(args);
  for (let index = 0; index < given.length; index++) {
    const argument = given[index];
    if (!/^-./s.test(argument)) continue;
    const name = argument.replace(/^--?/, "").split("=")[0];
    const isSwitch = switches.includes(name) || switches.includes(name.replace(/^no-/, ""));
    if (!argument.startsWith("--") || (!names.includes(name) && !isSwitch)) {
      // Nothing is close to a single letter.
      const near = name.length > 1 ? closestString(name, [...names, "help"]) : undefined;
      const hint = near === undefined ? "" : `; did you mean --${near}?`;
      throw new UsageError(`There is no option ${withoutSecrets(argument)}${hint}`);
    }
    if (isSwitch && argument.includes("=")) throw new UsageError(`--${name} takes no value`);
    // Its value is the next argument, which is not looked at as an option.
    if (!isSwitch && !argument.includes("=")) checkValue(name, given[++index]);
    if (!isSwitch && !repeated.includes(name) && seen.has(name)) {
      throw new UsageError(`--${name} is given twice; it takes one value`);
    }
    seen.add(name);
  }
}

/** Refuses an option behind which none of its values stands, but the end or another option. Numbers may be below 0. */
function checkValue(name: string, value: string | undefined): void {
  if (value === undefined) throw new UsageError(`--${name} needs a value`);
  if (/^-(?!\.?\d)./s.test(value)) {
    throw new UsageError(`--${name} needs a value; if ${value} is meant, write --${name}=${value}`);
  }
}

/** Writes `--out -` as `--out=-`; `parseArgs` would take the dash for another argument. */
function glueValues(args: readonly string[], withValue: readonly string[]): string[] {
  const glued: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index];
    if (argument === "--") return [...glued, ...args.slice(index)];
    if (argument.startsWith("--") && withValue.includes(argument.slice(2))) glued.push(`${argument}=${args[++index]}`);
    else glued.push(argument);
  }
  return glued;
}
