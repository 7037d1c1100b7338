import { assertEquals, assertThrows } from "@std/assert";
import { ADDRESS_SHARE, MAX_CONNECTIONS, MAX_LATE_MS, MAX_SESSIONS } from "../../server/limits.ts";
import { UsageError } from "./errors.ts";
import { LIMIT_OPTIONS, limitsOf } from "./limit_options.ts";
import { parseCommand } from "./parse_command.ts";

const DEFAULTS = {
  maxConnections: MAX_CONNECTIONS,
  maxSessions: MAX_SESSIONS,
  addressShare: ADDRESS_SHARE,
  maxLateMs: MAX_LATE_MS,
};

const CASES: readonly [args: string, limits: Partial<typeof DEFAULTS>][] = [
  ["", {}],
  ["--max-connections 1 --max-sessions 65535", { maxConnections: 1, maxSessions: 65_535, addressShare: 1 }],
  ["--max-connections 32 --max-per-address 25", { maxConnections: 32, addressShare: 0.5 }],
  ["--max-per-address 100", { addressShare: 1 }],
  ["--max-late 100", { maxLateMs: 100 }],
  ["--max-per-address 2.5", { addressShare: 0.025 }],
];

for (const [args, limits] of CASES) {
  Deno.test(`limitsOf() understands: ${args}`, () => {
    const { options } = parseCommand(args.split(" ").filter((word) => word !== ""), LIMIT_OPTIONS);
    assertEquals(limitsOf(options), { ...DEFAULTS, ...limits });
  });
}

for (
  const args of [
    "--max-connections 0",
    "--max-sessions 65536",
    "--max-per-address 0",
    "--max-per-address 101",
    "--max-late 99",
  ]
) {
  Deno.test(`parseCommand() refuses: ${args}`, () => {
    assertThrows(() => parseCommand(args.split(" "), LIMIT_OPTIONS), UsageError);
  });
}
