/**
 * Options of the commands. One description of an option serves parsing, error messages, `--help` and docs/COMMANDS.md.
 *
 * @module
 */

import { UsageError } from "./errors.ts";

/** An option of a command; `T` is its parsed value. */
export interface Option<T> {
  /** Name of the value in `--help`, for instance `PORT`; empty for a switch. */
  readonly value: string;
  /** One line for `--help`, without the default and without a full stop. */
  readonly help: string;
  /** The value if the option is not given. */
  readonly fallback: T;
  /** The default as `--help` shows it; `undefined` if it goes without saying. */
  readonly defaultText?: string;
  /** The allowed values in words, where `help` does not list them; `undefined` if any text will do. */
  readonly allowed?: string;
  /** Heading in `--help` under which the option stands; `undefined` for the first options, which need none. */
  readonly group?: string;
  /** Whether it may be given several times; then `parse` gives lists, and the value is all that are in them. */
  readonly repeats?: boolean;
  /** Parses the text of the value. Throws a {@linkcode UsageError} whose message continues the option's name. */
  readonly parse: (text: string) => T;
}

/** The options of a command by name, without dashes. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The parsed values of a table's options. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

/** What a number may be. */
export interface NumberRange {
  readonly min: number;
  /** No limit by default. */
  readonly max?: number;
  /** Refuse fractions. */
  readonly integer?: boolean;
}

/** A switch, off by default. `--no-NAME` turns it off again. */
export function flag(help: string): Option<boolean> {
  return { value: "", help, fallback: false, parse: (given) => given === "true" };
}

/** A switch with three states: `--NAME`, `--no-NAME`, or `undefined` if neither is given. */
export function toggle(help: string, { defaultText }: { readonly defaultText: string }): Option<boolean | undefined> {
  return { value: "", help, fallback: undefined, defaultText, parse: (given) => given === "true" };
}

/** A text without a default. */
export function text(value: string, help: string): Option<string | undefined>;
/** A text with a default. */
export function text(value: string, help: string, options: { readonly fallback: string }): Option<string>;
/** A text, with or without a default. */
export function text(
  value: string,
  help: string,
  { fallback }: { readonly fallback?: string } = {},
): Option<string | undefined> {
  return { value, help, fallback, defaultText: fallback, parse: (given) => given };
}

/** One of a few words, by default the first one or `fallback`. `note` explains words that need it. */
export function choice<const Word extends string>(
  value: string,
  help: string,
  options: { readonly words: readonly [Word, ...Word[]]; readonly note?: string; readonly fallback?: NoInfer<Word> },
): Option<Word> {
  const { words, note, fallback = words[0] } = options;
  const allowed = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return {
    value,
    help: `${help}: ${allowed}${note === undefined ? "" : `; ${note}`}`,
    fallback,
    defaultText: fallback,
    parse(given) {
      const word = words.find((candidate) => candidate === given);
      if (word === undefined) throw new UsageError(`needs ${allowed}, got ${JSON.stringify(given)}`);
      return word;
    },
  };
}

/** A number with a default. */
export function number(value: string, help: string, range: NumberRange & { readonly fallback: number }): Option<number>;
/** A number without a default; `defaultText` says what happens instead. */
export function number(
  value: string,
  help: string,
  range: NumberRange & { readonly defaultText?: string },
): Option<number | undefined>;
/** A number, with or without a default. */
export function number(
  value: string,
  help: string,
  range: NumberRange & { readonly fallback?: number; readonly defaultText?: string },
): Option<number | undefined> {
  const { fallback, defaultText = fallback?.toString() } = range;
  const allowed = describeRange(range);
  return { value, help, fallback, defaultText, allowed, parse: (given) => parseNumber(given, range) };
}

/** A number in `range`. Throws a {@linkcode UsageError} whose message continues the name of what is parsed. */
export function parseNumber(given: string, range: NumberRange): number {
  const { min, max = Infinity, integer = false } = range;
  const parsed = /^-?(?:\d+(?:\.\d*)?|\.\d+)$/.test(given.trim()) ? Number(given) : NaN;
  const isKind = integer ? Number.isSafeInteger(parsed) : Number.isFinite(parsed);
  if (!isKind || parsed < min || parsed > max) {
    const kind = integer ? "a whole number" : "a number";
    throw new UsageError(`needs ${kind}, ${describeRange(range)}, got ${JSON.stringify(given)}`);
  }
  return parsed;
}

function describeRange({ min, max }: NumberRange): string {
  return max === undefined ? `${min} or more` : `${min} to ${max}`;
}

/** What a number with a unit may be. */
export interface QuantityRange {
  /** For instance `5%`, in the error message. */
  readonly example: string;
  /** How much of the parsed value each unit is; the empty name allows a number without a unit. */
  readonly units: Readonly<Record<string, number>>;
  /** Smallest parsed value that can be given, default 0. */
  readonly min?: number;
  /** Largest parsed value. */
  readonly max: number;
  /** The allowed values in words. */
  readonly allowed: string;
}

/** A number with a unit, such as `5%` or `40ms`, and 0 where it is not given. */
export function quantity(value: string, help: string, range: QuantityRange): Option<number> {
  const { example, units, min = 0, max, allowed } = range;
  const names = Object.keys(units).filter((name) => name !== "");
  return {
    value,
    help: `${help}, such as ${example}`,
    fallback: 0,
    allowed,
    parse(given) {
      const match = /^(\d+(?:\.\d*)?|\.\d+)\s*([a-z%]*)$/i.exec(given.trim());
      const factor = match === null ? undefined : units[match[2].toLowerCase()];
      const parsed = match === null || factor === undefined ? NaN : Number(match[1]) * factor;
      if (!(parsed >= min && parsed <= max)) {
        throw new UsageError(
          `needs a number with ${names.join(" or ")}, ${allowed}, such as ${example}, got ${JSON.stringify(given)}`,
        );
      }
      return parsed;
    },
  };
}

/** An option that may be given several times; its value is the list of all. */
export function repeated<T>({ parse, defaultText: _, ...option }: Option<T | undefined>): Option<readonly T[]> {
  return { ...option, fallback: [], repeats: true, parse: (given) => [parse(given) as T] };
}

/** Puts options under a heading of `--help`. */
export function inGroup<Table extends OptionTable>(group: string, table: Table): Table {
  return Object.fromEntries(Object.entries(table).map(([name, option]) => [name, { ...option, group }])) as Table;
}
