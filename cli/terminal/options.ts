/**
 * Options of the subcommands: each is described once, and parsed, checked, explained in `--help` and suggested after a
 * typo from that description. The splitting of the arguments is std's `parseArgs`.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import { UsageError } from "./usage.ts";

/** An option of a subcommand; `T` is its value once parsed. */
export interface Option<T> {
  /** How `--help` writes its value, for instance `PORT`; empty for a switch. */
  readonly value: string;
  /** One line for `--help`. */
  readonly help: string;
  /** The value where the option is not given. */
  readonly fallback: T;
  /** Makes the value of the text given. Throws a {@linkcode UsageError} without the option's name. */
  readonly parse: (text: string) => T;
}

/** The options of a subcommand by name, without dashes. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of a table's options. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

/** What a subcommand is called with. */
export interface ParsedCommand<Table extends OptionTable> {
  /** The value of every option of the table. */
  readonly options: OptionValues<Table>;
  /** The arguments that belong to no option, in order. */
  readonly positionals: readonly string[];
}

/** A switch: present or not; `--no-NAME` takes it back. */
export function flag(help: string): Option<boolean> {
  return { value: "", help, fallback: false, parse: (given) => given === "true" };
}

/** A switch whose default depends: `--NAME` or `--no-NAME`, or `undefined` for neither. */
export function toggle(help: string): Option<boolean | undefined> {
  return { value: "", help, fallback: undefined, parse: (given) => given === "true" };
}

/** Any text. */
export function text(value: string, help: string): Option<string | undefined>;
/** Any text, with a default. */
export function text(value: string, help: string, fallback: string): Option<string>;
/** Any text, with or without a default. */
export function text(value: string, help: string, fallback?: string): Option<string | undefined> {
  return { value, help, fallback, parse: (given) => given };
}

/** One of a few words. */
export function choice<Word extends string>(
  words: readonly [Word, ...Word[]],
  help: string,
  fallback: NoInfer<Word> = words[0],
): Option<Word> {
  return {
    value: words.join("|"),
    help,
    fallback,
    parse(given) {
      const word = words.find((candidate) => candidate === given);
      if (word === undefined) throw new UsageError(`is ${words.join(" or ")}, not ${JSON.stringify(given)}`);
      return word;
    },
  };
}

/** What a number may be. */
export interface NumberRange {
  /** Smallest value allowed. */
  readonly min: number;
  /** Largest value allowed. */
  readonly max: number;
  /** Refuse fractions. */
  readonly integer?: boolean;
}

/** A number, without a default. */
export function number(value: string, help: string, range: NumberRange): Option<number | undefined>;
/** A number with a default. */
export function number(value: string, help: string, range: NumberRange & { fallback: number }): Option<number>;
/** A number with or without a default. */
export function number(
  value: string,
  help: string,
  range: NumberRange & { fallback?: number },
): Option<number | undefined> {
  return { value, help, fallback: range.fallback, parse: (given) => parseNumber(given, range) };
}

/** Text to a number within `range`. Throws a {@linkcode UsageError} that says what is wanted. */
export function parseNumber(given: string, { min, max, integer = false }: NumberRange): number {
  const parsed = /^-?(\d+\.?\d*|\.\d+)$/.test(given.trim()) ? Number(given) : NaN;
  if (Number.isNaN(parsed) || parsed < min || parsed > max || (integer && !Number.isInteger(parsed))) {
    const kind = integer ? "a whole number" : "a number";
    throw new UsageError(`is ${kind} from ${min} to ${max}, not ${JSON.stringify(given)}`);
  }
  return parsed;
}

/** A text with a unit, such as `5%` or `40ms`, to a number of the unit that counts. */
export function quantity(
  value: string,
  help: string,
  units: { readonly factors: Readonly<Record<string, number>>; readonly max: number; readonly fallback: number },
): Option<number> {
  const names = Object.keys(units.factors).filter((name) => name !== "");
  return {
    value,
    help,
    fallback: units.fallback,
    parse(given) {
      const match = /^(\d+\.?\d*|\.\d+)\s*([a-z%]*)$/i.exec(given.trim());
      const factor = match === null ? undefined : units.factors[match[2].toLowerCase()];
      const parsed = match === null || factor === undefined ? NaN : Number(match[1]) * factor;
      if (!(parsed >= 0 && parsed <= units.max)) {
        throw new UsageError(`is a number with ${names.join(" or ")}, such as ${value}, not ${JSON.stringify(given)}`);
      }
      return parsed;
    },
  };
}

/** Parses the arguments of a subcommand. Throws a {@linkcode UsageError} for whatever is not in the table. */
export function parseCommand<Table extends OptionTable>(args: readonly string[], table: Table): ParsedCommand<Table> {
  const names = Object.keys(table);
  const switches = names.filter((name) => table[name].value === "");
  const withValue = names.filter((name) => table[name].value !== "");
  checkNames(args, names, switches);
  const parsed = parseArgs(glueValues(args, withValue), { boolean: switches, string: withValue, negatable: switches });
  const options = Object.fromEntries(names.map((name) => {
    const given = parsed[name];
    if (given === undefined || !isGiven(name, args)) return [name, table[name].fallback];
    try {
      return [name, table[name].parse(String(given))];
    } catch (error) {
      if (error instanceof UsageError) throw new UsageError(`--${name} ${error.message}`);
      throw error;
    }
  }));
  return { options: options as OptionValues<Table>, positionals: parsed._.map(String) };
}

/** The lines of `--help` about the options. */
export function describeOptions(table: OptionTable): string {
  const rows = Object.entries(table).map(([name, { value, help, fallback }]) => {
    const isShown = fallback !== undefined && fallback !== false && fallback !== 0 && !help.includes("default");
    const isToggle = value === "" && fallback === undefined;
    const written = isToggle ? `--[no-]${name}` : `--${name}${value === "" ? "" : ` ${value}`}`;
    return [written, isShown ? `${help} (default ${fallback})` : help];
  });
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => {
    if (left.length > width) return `  ${left}\n  ${"".padEnd(width)}  ${right}`;
    return `  ${left.padEnd(width)}  ${right}`;
  }).join("\n");
}

/** Whether an option is there, in either sense: a switch that is not has a value all the same. */
function isGiven(name: string, args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? undefined : end).some((argument) =>
    [`--${name}`, `--no-${name}`].includes(argument.split("=")[0])
  );
}

/** Refuses unknown options, naming the nearest known one, options that lack their value, and a second value. */
function checkNames(args: readonly string[], names: readonly string[], switches: readonly string[]): void {
  const seen = new Set<string>();
  for (const [index, argument] of args.entries()) {
    if (argument === "--") return;
    if (!/^-[^\d]/.test(argument)) continue;
    const name = argument.replace(/^--?/, "").split("=")[0];
    const isSwitch = switches.includes(name) || switches.includes(name.replace(/^no-/, ""));
    if (!argument.startsWith("--") || (!names.includes(name) && !isSwitch)) {
      const near = closestString(name, [...names, "help"]);
      throw new UsageError(`There is no option ${argument}${near === undefined ? "" : `; did you mean --${near}?`}`);
    }
    const needsValue = !isSwitch && !argument.includes("=");
    if (needsValue && args[index + 1] === undefined) throw new UsageError(`--${name} needs a value`);
    if (!isSwitch && seen.has(name)) throw new UsageError(`--${name} is given twice; it takes one value`);
    seen.add(name);
  }
}

/** `--out -` would be taken for an option and a stray dash; `--out=-` is not. */
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
