import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./errors.ts";
import { choice, flag, number, quantity, text, toggle } from "./option.ts";
import { beforeDashes, parseCommand } from "./parse_command.ts";

const TABLE = {
  port: number("PORT", "A port", { min: 1, max: 65_535, integer: true, fallback: 1025 }),
  seconds: number("N", "A time", { min: 0.01, max: 100 }),
  out: text("OUT", "A place"),
  loop: flag("Again"),
  "no-preview": flag("No page"),
  count: number("N", "How many", { min: 1, integer: true }),
  again: toggle("Again and again", { defaultText: "once" }),
  pull: {
    ...text("URL", "From where", { fallback: "" }),
    fallback: [],
    repeats: true,
    parse: (given: string) => [given],
  },
  level: choice("LEVEL", "How much", { words: ["info", "debug", "error"] }),
  loss: quantity("SHARE", "Lost", {
    units: { "%": 0.01, "": 1 },
    max: 1,
    allowed: "0% to 100%",
    example: "5%",
  }),
  delay: quantity("TIME", "Late", { units: { ms: 1, s: 1000 }, max: 10_000, allowed: "0ms to 10s", example: "40ms" }),
};

const DEFAULTS = {
  port: 1025,
  seconds: undefined,
  out: undefined,
  loop: false,
  "no-preview": false,
  count: undefined,
  again: undefined,
  pull: [],
  level: "info",
  loss: 0,
  delay: 0,
};

const PARSED: readonly [args: string, options: Partial<Record<keyof typeof TABLE, unknown>>, positionals?: string[]][] =
  [
    ["", {}],
    ["--port 8554", { port: 8554 }],
    ["--pull one --pull=two --port 8554 --pull -", { port: 8554, pull: ["one", "two", "-"] }],
    ["--pull one", { pull: ["one"] }],
    ["--port=8554 a b", { port: 8554 }, ["a", "b"]],
    ["127.0.0.1 1025 5008 movie.mjpeg", {}, ["127.0.0.1", "1025", "5008", "movie.mjpeg"]],
    ["007 1e3 0x10 12345678901234567890", {}, ["007", "1e3", "0x10", "12345678901234567890"]],
    ["--out=--loop", { out: "--loop" }],
    ["--loop", { loop: true }],
    ["--loop a", { loop: true }, ["a"]],
    ["--loop --no-loop", { loop: false }],
    ["--no-preview", { "no-preview": true }],
    ["--again", { again: true }],
    ["--no-again", { again: false }],
    ["--again --no-again", { again: false }],
    ["-- --again", {}, ["--again"]],
    ["--out -", { out: "-" }],
    ["--out=-", { out: "-" }],
    ["--seconds .5", { seconds: 0.5 }],
    ["--count 9007199254740991", { count: 9_007_199_254_740_991 }],
    ["--level debug", { level: "debug" }],
    ["--loss 5%", { loss: 0.05 }],
    ["--loss 0.05", { loss: 0.05 }],
    ["--delay 40ms", { delay: 40 }],
    ["--delay 1.5s", { delay: 1500 }],
    ["-- --port", {}, ["--port"]],
  ];

for (const [args, options, positionals = []] of PARSED) {
  Deno.test(`parseCommand() reads ${JSON.stringify(args)}`, () => {
    const parsed = parseCommand(args === "" ? [] : args.split(" "), TABLE);
    assertEquals(parsed.options as unknown, { ...DEFAULTS, ...options });
    assertEquals(parsed.positionals, positionals);
  });
}

const REFUSED: readonly [args: string, message: string][] = [
  ["--prot 1", "There is no option --prot; did you mean --port?"],
  ["--por=1", "There is no option --por=1; did you mean --port?"],
  ["-p 1", "There is no option -p"],
  ["--out - --out dir", "--out is given twice; it takes one value"],
  ["--port=1 --port 2", "--port is given twice; it takes one value"],
  ["--no-port", "There is no option --no-port"],
  ["--port", "--port needs a value"],
  ["--port --", "--port needs a value"],
  ["--out --loop", "--out needs a value; if --loop is meant, write --out=--loop"],
  ["--out -o", "--out needs a value; if -o is meant, write --out=-o"],
  ["-8554 movies", "There is no option -8554"],
  ["--loop=5", "--loop takes no value"],
  ["--no-loop=", "--no-loop takes no value"],
  ["--no-preview=false", "--no-preview takes no value"],
  ["--again=true", "--again takes no value"],
  ["--port 0", '--port needs a whole number, 1 to 65535, got "0"'],
  ["--port 65536", '--port needs a whole number, 1 to 65535, got "65536"'],
  ["--port 1.5", '--port needs a whole number, 1 to 65535, got "1.5"'],
  ["--port 1e3", '--port needs a whole number, 1 to 65535, got "1e3"'],
  ["--port abc", '--port needs a whole number, 1 to 65535, got "abc"'],
  ["--count 0", '--count needs a whole number, 1 or more, got "0"'],
  ["--count 9007199254740992", '--count needs a whole number, 1 or more, got "9007199254740992"'],
  ["--seconds 100.1", '--seconds needs a number, 0.01 to 100, got "100.1"'],
  ["--seconds 0", '--seconds needs a number, 0.01 to 100, got "0"'],
  ["--level loud", '--level needs info, debug or error, got "loud"'],
  ["--loss 101%", '--loss needs a number with %, 0% to 100%, such as 5%, got "101%"'],
  ["--loss 5", '--loss needs a number with %, 0% to 100%, such as 5%, got "5"'],
  ["--loss -1%", '--loss needs a number with %, 0% to 100%, such as 5%, got "-1%"'],
  ["--delay 40", '--delay needs a number with ms or s, 0ms to 10s, such as 40ms, got "40"'],
  ["--delay 11s", '--delay needs a number with ms or s, 0ms to 10s, such as 40ms, got "11s"'],
];

for (const [args, message] of REFUSED) {
  Deno.test(`parseCommand() refuses ${JSON.stringify(args)}`, () => {
    assertThrows(() => parseCommand(args.split(" "), TABLE), UsageError, message);
  });
}

Deno.test("beforeDashes() ends at the first --", () => {
  assertEquals(beforeDashes(["a", "--", "b", "--"]), ["a"]);
  assertEquals(beforeDashes(["a", "-"]), ["a", "-"]);
});
