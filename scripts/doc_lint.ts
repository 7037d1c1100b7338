/**
 * Runs `deno doc --lint` over the product's modules: every export and every field has its sentence. Run by
 * `deno task doc`.
 *
 * @module
 */

const ROOMS = ["cli", "server", "client", "page", "rtsp", "rtp", "mjpeg", "net"];

async function* modules(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* modules(path);
    else if (entry.name.endsWith(".ts") && !/(?:_test|_bench|\.d)\.ts$/.test(entry.name)) yield path;
  }
}

const files = ["main.ts"];
for (const room of ROOMS) files.push(...await Array.fromAsync(modules(room)));
const { code } = await new Deno.Command(Deno.execPath(), { args: ["doc", "--lint", ...files] }).spawn().status;
Deno.exit(code);
