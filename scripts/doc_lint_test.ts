import { assertEquals } from "@std/assert";
import { type DocSymbol, hasModuleComment, signatureFindings, undocumentedExports } from "./doc_lint.ts";

const finding = (code: string) => `error[${code}]: something\n  --> /x/a.ts:9:3\n   | \n 9 | code\n   | ^\n\n\n`;
const FOOTER = "error: Found 3 documentation lint errors.\n";

Deno.test("signatureFindings() keeps private types and missing return types, and drops missing comments", () => {
  const [type, comment, result] = ["private-type-ref", "missing-jsdoc", "missing-return-type"].map(finding);
  assertEquals(signatureFindings(type + comment + result + FOOTER), [type.trimEnd(), result.trimEnd()]);
});

Deno.test("signatureFindings() finds nothing in a clean run", () => {
  assertEquals(signatureFindings("Checked 12 files\n"), []);
});

Deno.test("undocumentedExports() names an export without a comment, and no other symbol", () => {
  const location = { filename: "file:///x/a.ts", line: 9 };
  const symbol = (name: string, ...declarations: [declarationKind: string, doc: string | undefined][]): DocSymbol => ({
    name,
    declarations: declarations.map(([declarationKind, doc]) => ({ declarationKind, location, jsDoc: { doc } })),
  });
  const nodes = {
    "file:///x/a.ts": {
      symbols: [
        symbol("bare", ["export", undefined]),
        symbol("blank", ["export", ""]),
        symbol("documented", ["export", "What it is."]),
        symbol("overloaded", ["export", "What it does."], ["export", undefined]),
        symbol("local", ["private", undefined]),
      ],
    },
    "file:///x/empty.ts": {},
  };
  assertEquals(undocumentedExports({ nodes }), [
    "error: file:///x/a.ts:9 export bare has no comment",
    "error: file:///x/a.ts:9 export blank has no comment",
  ]);
});

Deno.test("undocumentedExports() and signatureFindings() understand what deno doc writes", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      `/** Documented. */
export class Documented {
  member = 1;
}
export interface Bare {
  member: number;
}
export const result = () => new Documented();
`,
    );
    const run = async (flag: string) => {
      const options = { args: ["doc", flag, file], env: { NO_COLOR: "1" } };
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
      return new TextDecoder().decode(flag === "--json" ? stdout : stderr);
    };
    assertEquals(
      undocumentedExports(JSON.parse(await run("--json"))).map((text) => text.replace(/^.*(?=export)/, "")),
      ["export Bare has no comment", "export result has no comment"],
    );
    assertEquals(signatureFindings(await run("--lint")).length, 1);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("hasModuleComment() requires the comment at the top, with @module", () => {
  assertEquals(hasModuleComment("/**\n * What it is.\n *\n * @module\n */\n"), true);
  assertEquals(hasModuleComment('import "a";\n/**\n * What it is.\n *\n * @module\n */\n'), false);
  assertEquals(hasModuleComment("/**\n * What it is.\n */\n"), false);
});
