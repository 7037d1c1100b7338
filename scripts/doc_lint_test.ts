import { assertEquals } from "@std/assert";
import { hasModuleComment, relevantFindings } from "./doc_lint.ts";

const finding = (code: string, place: string) =>
  `error[${code}]: something\n  --> /x/a.ts:${place}\n   | \n 9 | code\n   | ^\n\n\n`;

Deno.test("relevantFindings() leaves out missing sentences of what stands inside an export, and nothing else", () => {
  const member = finding("missing-jsdoc", "9:3");
  const symbol = finding("missing-jsdoc", "9:1");
  const type = finding("private-type-ref", "9:3");
  assertEquals(relevantFindings(member + symbol + type + "error: Found 3 documentation lint errors.\n"), [
    symbol.trimEnd(),
    (type + "error: Found 3 documentation lint errors.").trimEnd(),
  ]);
  assertEquals(relevantFindings("Checked 12 files\n"), []);
});

Deno.test("hasModuleComment() wants it at the top", () => {
  assertEquals(hasModuleComment("/**\n * What it is.\n *\n * @module\n */\n"), true);
  assertEquals(hasModuleComment('import "a";\n/**\n * What it is.\n *\n * @module\n */\n'), false);
  assertEquals(hasModuleComment("/**\n * What it is.\n */\n"), false);
});
