import { assertEquals, assertThrows } from "@std/assert";
import { choice, describeOptions, flag, number, parseCommand, quantity, text, toggle } from "./options.ts";
import { UsageError } from "./usage.ts";

const TABLE = {
  port: number("PORT", "A port", { min: 1, max: 65_535, integer: true, fallback: 1025 }),
  seconds: number("N", "A time", { min: 0.01, max: 100 }),
  out: text("OUT", "A place"),
  loop: flag("Again"),
  "no-preview": flag("No page"),
  again: toggle("Again and again"),
  level: choice(["info", "debug"], "How much"),
  loss: quantity("5%", "Lost", { factors: { "%": 0.01, "": 1 }, max: 1, fallback: 0 }),
  delay: quantity("40ms", "Late", { factors: { ms: 1, s: 1000 }, max: 10_000, fallback: 0 }),
};

const DEFAULTS = {
  port: 1025,
  seconds: undefined,
  out: undefined,
  loop: false,
  "no-preview": false,
  again: undefined,
  level: "info",
  loss: 0,
  delay: 0,
};

const PARSED: readonly [args: string, options: Partial<Record<keyof typeof TABLE, unknown>>, positionals?: string[]][] =
  [
    ["", {}],
    ["--port 8554", { port: 8554 }],
    ["--port=8554 a b", { port: 8554 }, ["a", "b"]],
    ["127.0.0.1 1025 5008 movie.mjpeg", {}, ["127.0.0.1", "1025", "5008", "movie.mjpeg"]],
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
  ["--port 0", '--port is a whole number from 1 to 65535, not "0"'],
  ["--port 65536", '--port is a whole number from 1 to 65535, not "65536"'],
  ["--port 1.5", '--port is a whole number from 1 to 65535, not "1.5"'],
  ["--port 1e3", '--port is a whole number from 1 to 65535, not "1e3"'],
  ["--port abc", '--port is a whole number from 1 to 65535, not "abc"'],
  ["--seconds 0", '--seconds is a number from 0.01 to 100, not "0"'],
  ["--level loud", '--level is info or debug, not "loud"'],
  ["--loss 101%", '--loss is a number with %, such as 5%, not "101%"'],
  ["--loss 5", '--loss is a number with %, such as 5%, not "5"'],
  ["--loss -1%", '--loss is a number with %, such as 5%, not "-1%"'],
  ["--delay 40", '--delay is a number with ms or s, such as 40ms, not "40"'],
  ["--delay 11s", '--delay is a number with ms or s, such as 40ms, not "11s"'],
];

for (const [args, message] of REFUSED) {
  Deno.test(`parseCommand() refuses ${JSON.stringify(args)}`, () => {
    assertThrows(() => parseCommand(args.split(" "), TABLE), UsageError, message);
  });
}

Deno.test("describeOptions() has a line for each option, with its default where it has one", () => {
  const lines = describeOptions(TABLE).split("\n");
  assertEquals(lines.length, Object.keys(TABLE).length);
  assertEquals(lines[0], "  --port PORT         A port (default 1025)");
  assertEquals(lines[1], "  --seconds N         A time");
});
