import { assertEquals, assertMatch } from "@std/assert";
import type { Command } from "../cli/command.ts";
import { COMMANDS } from "../cli/commands.ts";
import { flag, inGroup, number, text } from "../cli/options/option.ts";
import { commandReference, commandSection } from "./command_reference.ts";

const COMMAND: Command = {
  usage: ["do URL [OPTIONS]", "do HOST PORT [OPTIONS]"],
  description: "Does it.",
  options: {
    port: number("PORT", "A port", { min: 1, max: 9, fallback: 5 }),
    ...inGroup("More", { loop: flag("Again"), name: text("A|B", "One of them") }),
  },
  notes: "That is all.",
  examples: ["do rtsp://host/"],
  run: () => Promise.resolve(0),
};

Deno.test("commandSection() has forms, description, options by group, notes and examples", () => {
  assertEquals(
    commandSection("do", COMMAND),
    `## do

    mjpegrtsp do URL [OPTIONS]
    mjpegrtsp do HOST PORT [OPTIONS]

Does it.

### Options

| option        | what it does | range  | default |
| ------------- | ------------ | ------ | ------- |
| \`--port PORT\` | A port       | 1 to 9 | 5       |

### More

| option        | what it does | range | default |
| ------------- | ------------ | ----- | ------- |
| \`--loop\`      | Again        |       |         |
| \`--name A\\|B\` | One of them  |       |         |

That is all.

Examples:

    mjpegrtsp do rtsp://host/`,
  );
});

Deno.test("commandReference() has a section for each command, with each of its options", async () => {
  const reference = await commandReference();
  for (const [name, { load }] of Object.entries(COMMANDS)) {
    assertMatch(reference, new RegExp(`^## ${name}$`, "m"));
    const section = reference.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? "";
    for (const option of Object.keys((await load()).command.options)) {
      assertMatch(section, new RegExp(`^\\| \`--(?:\\[no-\\])?${option}[ \`]`, "m"));
    }
  }
});
