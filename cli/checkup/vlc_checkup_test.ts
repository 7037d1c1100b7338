import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { checkVlc } from "./vlc_checkup.ts";

const CASES: readonly [title: string, plugins: readonly string[], level: string | undefined][] = [
  ["no VLC", [], undefined],
  ["a VLC with live555", ["libhttp_plugin.so", "liblive555_plugin.so"], "ok"],
  ["a VLC without", ["libhttp_plugin.so"], "problem"],
];

for (const [title, plugins, level] of CASES) {
  Deno.test(`checkVlc() tells of ${title}`, async () => {
    await using directory = await temporaryDirectory();
    const folder = join(directory.path, "x86_64-linux-gnu", "vlc", "plugins", "access");
    await Deno.mkdir(folder, { recursive: true });
    for (const name of plugins) await Deno.writeTextFile(join(folder, name), "");
    assertEquals((await checkVlc(directory.path))[0]?.level, level);
  });
}
