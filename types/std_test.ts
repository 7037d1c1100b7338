import { assert, assertEquals } from "@std/assert";
import denoJson from "../deno.json" with { type: "json" };

const DECLARATIONS = await Deno.readTextFile(new URL("./std.d.ts", import.meta.url));
const MODULE = /^declare module "([^"]+)" \{\n([^]*?)^\}$/gm;
const EXPORT = /^ {2}export (?:declare )?(function|class|const) (\w+)/gm;
const MEMBER = /^ {4}(?:get )?(\w+)\(/gm;

/** The members that std.d.ts declares of a class. */
function membersOf(body: string, name: string): string[] {
  const text = body.slice(body.indexOf(`class ${name}`)).split(/^ {2}\}$/m)[0];
  return [...text.matchAll(MEMBER)].map(([, member]) => member).filter((member) => member !== "constructor");
}

const modules = new Map([...DECLARATIONS.matchAll(MODULE)].map(([, name, body]) => [name, body]));

Deno.test("std.d.ts declares the modules of std that deno.json names, and no others", () => {
  const aliases = Object.keys(denoJson.imports).filter((name) => name.startsWith("@std/"));
  assertEquals([...modules.keys()].sort(), aliases.sort());
});

for (const [name, body] of modules) {
  Deno.test(`std.d.ts declares of ${name} what the module has`, async () => {
    const module: Record<string, unknown> = await import(name);
    const names = [...body.matchAll(EXPORT)];
    assert(names.length > 0);
    for (const [, kind, exported] of names) {
      const value = module[exported];
      assertEquals(typeof value, kind === "const" ? "string" : "function", exported);
      if (kind !== "class") continue;
      const { prototype } = value as { prototype: object };
      for (const member of membersOf(body, exported)) assert(member in prototype, `${exported} lacks ${member}()`);
    }
  });
}
