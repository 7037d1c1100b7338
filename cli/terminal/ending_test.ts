import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";

/** Runs a program that ends as ours does; what it printed, and its exit code. */
async function run(program: string): Promise<{ code: number; text: string }> {
  const module = new URL("./ending.ts", import.meta.url).href;
  const output = new URL("./line_output.ts", import.meta.url).href;
  const imports = `import { endAtUnhandledErrors, endProgram } from "${module}";
    import { standardError } from "${output}";
    endAtUnhandledErrors();`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", `${imports}\n${program}`],
    cwd: new URL("../../", import.meta.url),
  }).output();
  return { code, text: new TextDecoder().decode(stderr) };
}

const ERROR = 'new Error("\\x1b[2J of a peer\\nforged")';

for (
  const [title, program] of [
    ["is thrown", `setTimeout(() => { throw ${ERROR}; }, 0); setTimeout(() => {}, 60_000);`],
    ["rejects a promise", `Promise.reject(${ERROR}); setTimeout(() => {}, 60_000);`],
    ["rejects with no error", 'Promise.reject("\\x1b[2J of a peer\\nforged"); setTimeout(() => {}, 60_000);'],
  ]
) {
  Deno.test(`an error that ${title} and that nothing handles ends the program, escaped`, async () => {
    const { code, text } = await run(program);
    assertEquals(code, 1, text);
    assertMatch(
      text,
      /^mjpegrtsp: this error should not happen; please report it.*\n {2}.*\\u001b\[2J of a peer\n {2}forged\n/,
    );
    // deno-lint-ignore no-control-regex
    assertNotMatch(text, /\x1b/);
  });
}

Deno.test("endProgram() writes what waits before it ends", async () => {
  const { code, text } = await run(
    "for (let line = 1; line <= 3; line++) standardError.line(`${line}`); await endProgram(2);",
  );
  assertEquals([code, text], [2, "1\n2\n3\n"]);
});
