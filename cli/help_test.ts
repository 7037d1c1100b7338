import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "./commands.ts";
import { commandHelp, describeOptions, overview } from "./help.ts";
import { choice, flag, inGroup, number, text, toggle } from "./options/option.ts";

Deno.test("describeOptions() has a line for each option, with its default, under the heading of its group", () => {
  const table = {
    port: number("PORT", "A port", { min: 1, max: 65_535, integer: true, fallback: 1025 }),
    seconds: number("N", "A time", { min: 0.01 }),
    loop: flag("Again"),
    ...inGroup("More", {
      again: toggle("Again and again", { defaultText: "once" }),
      level: choice("LEVEL", "How much", { words: ["info", "debug"] }),
      "a-very-long-name": text("AND_A_LONG_VALUE", "A text"),
    }),
  };
  assertEquals(
    describeOptions(table),
    `Options:
  --port PORT                 A port (default: 1025)
  --seconds N                 A time
  --loop                      Again

More:
  --[no-]again                Again and again (default: once)
  --level LEVEL               How much: info or debug (default: info)
  --a-very-long-name AND_A_LONG_VALUE
                              A text`,
  );
});

Deno.test("overview() has a line for each command", () => {
  const lines = overview("1.2.3").split("\n");
  assertEquals(lines[0].startsWith("mjpegrtsp 1.2.3: "), true);
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    assertEquals(lines.filter((line) => line.startsWith(`  ${name} `) && line.endsWith(summary)).length, 1, name);
  }
});

for (const [name, { load }] of Object.entries(COMMANDS)) {
  Deno.test(`commandHelp() of ${name} has every option and fits a terminal of 120 columns`, async () => {
    const { command } = await load();
    const lines = commandHelp(command).split("\n");
    for (const option of Object.keys(command.options)) {
      const rows = lines.filter((line) =>
        /^ {2}--/.test(line) && line.replace("[no-]", "").split(/\s+/)[1] === `--${option}`
      );
      assertEquals(rows.length, 1, option);
    }
    for (const line of lines) assert(line.length <= 120, line);
  });
}
