/**
 * Every regular expression of the program takes a number of steps that is linear in its text, whatever a peer sends. A checker proves
 * that from the expression's automaton, or finds the text that proves the contrary; nothing is timed.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { checkSync } from "recheck";
import grammar from "sdp-transform/lib/grammar.js";
import { NEXT_REQUEST } from "../../rtsp/readers.ts";

const PROJECT = fromFileUrl(new URL("../../", import.meta.url));
const ROOMS = ["cli", "client", "mjpeg", "net", "page", "rtp", "rtsp", "server"];

/** An expression, and where it stands. */
interface Pattern {
  readonly source: string;
  readonly flags: string;
  readonly place: string;
}

/** The source files of a folder and of those in it, without tests. */
async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(PROJECT + folder)) {
    if (isDirectory) yield* sourceFiles(`${folder}/${name}`);
    else if (/\.(?:ts|js)$/.test(name) && !/_(?:test|bench)\.ts$|\.d\.ts$/.test(name)) yield `${folder}/${name}`;
  }
}

/** The literals in a file, and how many expressions it makes otherwise. */
async function patternsIn(file: string): Promise<{ literals: Pattern[]; others: number }> {
  const literals: Pattern[] = [];
  let others = 0;
  const plugin: Deno.lint.Plugin = {
    name: "patterns",
    rules: {
      collect: {
        create: () => ({
          Literal(node) {
            if (!node.raw.startsWith("/")) return;
            const end = node.raw.lastIndexOf("/");
            literals.push({ source: node.raw.slice(1, end), flags: node.raw.slice(end + 1), place: file });
          },
          NewExpression({ callee }) {
            if (callee.type === "Identifier" && callee.name === "RegExp") others++;
          },
        }),
      },
    },
  };
  Deno.lint.runPlugin(plugin, file, await Deno.readTextFile(PROJECT + file));
  return { literals, others };
}

/** The checker takes an attack that is out of time for one that succeeds: only its steps are to count, on a busy machine as well. */
const PATIENCE = { timeout: 300_000, attackTimeout: 300_000, incubationTimeout: 300_000 };

/** What makes an expression slow, and by how much; `undefined` for one that takes linear time. */
function slowness({ source, flags }: Pick<Pattern, "source" | "flags">): string | undefined {
  const result = checkSync(source, flags, PATIENCE);
  if (result.status === "safe") return undefined;
  return result.status === "vulnerable" ? `${result.complexity.summary}, for ${result.attack.pattern}` : "not known";
}

function assertLinear({ source, flags, place }: Pattern): void {
  assertEquals(slowness({ source, flags }), undefined, `${place}: /${source}/${flags}`);
}

for (const room of ROOMS) {
  Deno.test(`every regular expression in ${room}/ takes linear time`, async () => {
    for await (const file of sourceFiles(room)) {
      const { literals, others } = await patternsIn(file);
      literals.forEach(assertLinear);
      assertEquals(
        others,
        file === "rtsp/readers.ts" ? 1 : 0,
        `${file}: expressions that are no literals are not checked`,
      );
    }
  });
}

Deno.test("the expression that finds the next request of the lab takes linear time", () => {
  assertLinear({ source: NEXT_REQUEST.source, flags: NEXT_REQUEST.flags, place: "rtsp/readers.ts" });
});

Deno.test("every regular expression of sdp-transform takes linear time", () => {
  const rules = Object.values<{ reg: RegExp }[]>(grammar).flat();
  assert(rules.length > 40, `${rules.length} rules`);
  for (const { reg } of rules) assertLinear({ source: reg.source, flags: reg.flags, place: "sdp-transform" });
});

Deno.test("the checker finds an expression that does not", () => {
  assertMatch(slowness({ source: "\\/+$", flags: "" }) ?? "", /^2nd degree polynomial/);
  assertMatch(slowness({ source: "[^@]+:[^@]*@", flags: "g" }) ?? "", /^3rd degree polynomial/);
});
