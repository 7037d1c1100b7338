import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../cli/commands.ts";
import { ROOMS } from "./import_directions.ts";

const contributing = await Deno.readTextFile(new URL("../CONTRIBUTING.md", import.meta.url));
const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(new URL(`../${path}`, import.meta.url)).then(() => true, () => false);
}

Deno.test("CONTRIBUTING.md has an entry for every room, and for no other", () => {
  const entries = [...contributing.matchAll(/\*\*([a-z_/]+?)(?:\/|\.ts)\*\*/g)].map(([, room]) => room);
  const rooms = [...Object.keys(ROOMS), "types"];
  assertEquals(entries.toSorted(), rooms.toSorted());
});

Deno.test("CONTRIBUTING.md and README.md name only files that exist", async () => {
  const paths = [...`${contributing}${readme}`.matchAll(/\b(?:[a-z_]+\/)+[A-Za-z_]+\.(?:ts|sh|md|png)\b/g)].map((
    [path],
  ) => path);
  assert(paths.length > 20, paths.join("\n"));
  const missing: string[] = [];
  for (const path of new Set(paths)) if (!await exists(path)) missing.push(path);
  assertEquals(missing, []);
});

Deno.test("README.md names only options that exist", async () => {
  const commands = await Promise.all(Object.values(COMMANDS).map(async ({ load }) => (await load()).command));
  const known = new Set(
    commands.flatMap(({ options }) => Object.keys(options)).flatMap((name) => [name, `no-${name}`]),
  );
  const named = [...readme.matchAll(/(?<=[\s`])--([a-z][a-z-]*)/g)].map(([, name]) => name);
  assert(named.length > 20, named.join("\n"));
  assertEquals([...new Set(named)].filter((name) => !["help", "with-ffmpeg"].includes(name) && !known.has(name)), []);
});
