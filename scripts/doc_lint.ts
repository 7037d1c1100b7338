/**
 * Checks that a reader finds his way: each module and each export says what it is for, and public types name no private ones. A
 * field, a constructor or a method has a sentence only where its name does not say it all, which a person decides. Run by
 * `deno task doc`, on top of `deno doc --lint`.
 *
 * @module
 */

const ROOMS = ["cli", "server", "client", "page", "rtsp", "rtp", "mjpeg", "net"];

/**
 * What of the output of `deno doc --lint` counts, a text for each finding: all but a missing sentence of what stands inside an export,
 * which is indented.
 */
export function relevantFindings(output: string): string[] {
  const findings = output.split(/^(?=error\[)/m).filter((text) => text.startsWith("error["));
  return findings.filter((text) => !text.startsWith("error[missing-jsdoc]") || /^\s*--> .*:\d+:1$/m.test(text))
    .map((text) => text.trimEnd());
}

/** Whether a source opens with what the module is for. */
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

if (import.meta.main) {
  const files = ["main.ts"];
  for (const room of ROOMS) files.push(...await Array.fromAsync(modules(room)));
  const { stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...files],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  const output = new TextDecoder().decode(stderr);
  const findings = relevantFindings(output);
  for (const file of files) {
    if (!hasModuleComment(await Deno.readTextFile(file))) findings.push(`error: ${file} does not say what it is for`);
  }
  // A failure of another kind must not pass for a clean run.
  if (!success && !output.includes("error[")) findings.push(output);
  for (const finding of findings) console.error(`${finding}\n`);
  if (findings.length > 0) Deno.exit(1);
  console.log(`${files.length} modules say what they are for`);
}
