import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./errors.ts";
import { parseCommand } from "./parse_command.ts";
import { SEGMENT_OPTIONS, STORING_OPTIONS, storingOf } from "./storing_options.ts";

const TABLE = { ...STORING_OPTIONS, ...SEGMENT_OPTIONS };

function storing(...args: readonly string[]) {
  return storingOf(parseCommand(args, TABLE).options);
}

Deno.test("storingOf() gives no segments where none are asked for", () => {
  assertEquals(storing().segments, undefined);
  assertEquals(storing("--out", "cam.avi", "--force").segments, undefined);
});

const LENGTHS = [["1s", 1], ["30s", 30], ["10m", 600], ["1h", 3600], ["1.5 H", 5400], ["168h", 604_800]] as const;

for (const [given, seconds] of LENGTHS) {
  Deno.test(`storingOf() takes --segment ${given} for ${seconds} seconds`, () => {
    const all = { maxBytes: Infinity, maxSegments: Infinity };
    assertEquals(storing("--out", "cam.avi", "--segment", given).segments, { lengthUs: seconds * 1e6, ...all });
  });
}

for (const [given, maxBytes] of [["2GB", 2e9], ["100kB", 100_000], ["1.5mb", 1_500_000]] as const) {
  Deno.test(`storingOf() takes --max-size ${given} for ${maxBytes} bytes`, () => {
    const args = ["--out", "cam.avi", "--max-size", given, "--max-files", "3"];
    assertEquals(storing(...args).segments, { lengthUs: Infinity, maxBytes, maxSegments: 3 });
  });
}

const REFUSED: readonly [args: string[], message: string][] = [
  [["--segment", "0.9s"], "--segment needs a number with s or m or h, 1s to 168h, such as 10m"],
  [["--segment", "169h"], "--segment needs a number with"],
  [["--segment", "10"], "--segment needs a number with"],
  [["--max-size", "99kB"], "--max-size needs a number with kb or mb or gb, 100kB to 1000000GB, such as 2GB"],
  [["--max-files", "0"], "--max-files needs a whole number"],
  [["--out", "cam.avi", "--max-files", "3"], "--max-files needs segments to keep the newest of"],
  [["--segment", "10m"], "--append, --segment and --max-size need --out"],
  [["--append"], "--append, --segment and --max-size need --out"],
  [["--out", ""], "--out needs a folder, a file or -"],
  [["--out", "cam.mjpg", "--append", "--force"], "--append goes on with what --force would replace"],
  [["--out", "cam.mjpg", "--append", "--segment", "10m"], "--append goes on in one file or folder, and segments are"],
  [["--out", "cam.mjpg", "--format", "mp4"], "--format needs auto, lab, concat, avi or folder"],
  [["--out", "cam.avi", "--max-size", "1GB", "--force"], "--force replaces nothing where segments have names"],
];

for (const [args, message] of REFUSED) {
  Deno.test(`storingOf() refuses ${args.join(" ")}`, () => {
    assertThrows(() => storing(...args), UsageError, message);
  });
}
