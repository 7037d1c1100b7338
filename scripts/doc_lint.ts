/**
 * Checks the documentation in the source: `deno task doc`. Every module and every top-level export needs a comment. Exported
 * signatures need return types and name no private types, as `deno doc --lint` has it. Fields, constructors and methods need a
 * comment only where the name does not say it all; no tool can judge that, so none is required.
 *
 * @module
 */

const ROOMS = ["cli", "server", "client", "page", "rtsp", "rtp", "mjpeg", "net"];

/** The part of the output of `deno doc --json` that is read here. */
export interface DocOutput {
  /** By the URL of the module. */
  readonly nodes: Readonly<Record<string, { readonly symbols?: readonly DocSymbol[] }>>;
}

/** A top-level symbol of a module. */
export interface DocSymbol {
  readonly name: string;
  /** More than one for overloads, and for an interface and a constant of the same name. */
  readonly declarations: readonly {
    readonly declarationKind: string;
    readonly location: { readonly filename: string; readonly line: number };
    readonly jsDoc?: { readonly doc?: string };
  }[];
}

/** A finding for each exported symbol without a comment on any of its declarations. */
export function undocumentedExports({ nodes }: DocOutput): string[] {
  return Object.values(nodes).flatMap(({ symbols = [] }) => symbols).flatMap(({ name, declarations }) => {
    const exported = declarations.filter(({ declarationKind }) => declarationKind === "export");
    if (exported.length === 0 || exported.some(({ jsDoc }) => jsDoc?.doc)) return [];
    const { filename, line } = exported[0].location;
    return [`error: ${filename}:${line} export ${name} has no comment`];
  });
}

/** The findings in the output of `deno doc --lint`, except missing comments. */
export function signatureFindings(output: string): string[] {
  return output.split(/^(?=error\b)/m)
    .filter((text) => text.startsWith("error[") && !text.startsWith("error[missing-jsdoc]"))
    .map((text) => text.trimEnd());
}

/** Whether a source file opens with a module comment. */
export function hasModuleComment(source: string): boolean {
  return /^\/\*\*\n(?: \*.*\n)*? \* @module\n \*\//.test(source);
}

async function* modules(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* modules(path);
    else if (entry.name.endsWith(".ts") && !/(?:_test|_bench|\.d)\.ts$/.test(entry.name)) yield path;
  }
}

/** Runs `deno doc` and returns what it wrote. */
async function denoDoc(flag: string, files: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", flag, ...files],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const output = { stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  // With findings, `deno doc --lint` fails too; any other failure must not pass for a clean run.
  if (!success && !output.stderr.includes("error[")) throw new Error(`Cannot run deno doc ${flag}: ${output.stderr}`);
  return output;
}

if (import.meta.main) {
  const files = ["main.ts"];
  for (const room of ROOMS) files.push(...await Array.fromAsync(modules(room)));
  const [lint, json] = await Promise.all([denoDoc("--lint", files), denoDoc("--json", files)]);
  const findings = [...signatureFindings(lint.stderr), ...undocumentedExports(JSON.parse(json.stdout))];
  for (const file of files) {
    if (!hasModuleComment(await Deno.readTextFile(file))) findings.push(`error: ${file} has no module comment`);
  }
  for (const finding of findings) console.error(`${finding}\n`);
  if (findings.length > 0) Deno.exit(1);
  console.log(`${files.length} modules and their exports are documented`);
}
