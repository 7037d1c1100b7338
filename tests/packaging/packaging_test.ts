/**
 * Goes through the whole packaging with the running deno as the base: the file cannot run, but everything that would be
 * in the executable is in it.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { indexOfNeedle } from "@std/bytes";
import { fromFileUrl, join } from "@std/path";
import denoConfig from "../../deno.json" with { type: "json" };
import { BAKED_PERMISSIONS, compileArguments, explainFailure, findFault } from "../../scripts/compile.ts";
import { embeddedPackages, ffmpegPackages } from "../../scripts/licenses.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const TOP = fromFileUrl(new URL("../../", import.meta.url));

/** A word in FFmpeg's WebAssembly that is nowhere else. */
const FFMPEG_WORD = "moov atom not found";
/** The same of the worker that it is in. */
const DECODER_WORD = "class CancelledError";

/** What `deno compile` adds to its base. */
async function compileOnto(
  base: string,
  { extraArguments = [], withFFmpeg }: { readonly extraArguments?: readonly string[]; readonly withFFmpeg?: boolean } =
    {},
): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir({ prefix: "mjpegrtsp-packaging-" });
  try {
    const output = join(folder, "mjpegrtsp.bin");
    const args = compileArguments(output, { withFFmpeg });
    args.splice(args.length - 1, 0, ...extraArguments);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: TOP, env: { DENORT_BIN: base } })
      .output();
    assert(success, new TextDecoder().decode(stderr));
    const baseSize = (await Deno.stat(base)).size;
    return (await Deno.readFile(output)).subarray(baseSize);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function contains(bytes: Uint8Array, text: string): boolean {
  return indexOfNeedle(bytes, new TextEncoder().encode(text)) >= 0;
}

/** The JSON that follows the permissions' key in the executable's metadata. */
function bakedPermissions(bytes: Uint8Array): Record<string, unknown> {
  const key = new TextEncoder().encode('"permissions":{');
  const start = indexOfNeedle(bytes, key) + key.length - 1;
  const end = bytes.indexOf("}".charCodeAt(0), start) + 1;
  return JSON.parse(new TextDecoder().decode(bytes.subarray(start, end)));
}

async function firstLines(path: string): Promise<string> {
  return (await Deno.readTextFile(join(TOP, path))).slice(0, 400);
}

Deno.test("deno task compile embeds the page and the worker, no test, and exactly the baked permissions", async () => {
  const added = await compileOnto(Deno.execPath());
  for (const asset of ["index.html", "page.css", "page.js", "stage/picture.js", "panel/sparkline.js"]) {
    assert(contains(added, await firstLines(`page/assets/${asset}`)), `${asset} is not in the executable`);
  }
  for (const worker of ["test_source_worker.ts", "conditioning_worker.ts"]) {
    assert(contains(added, worker), `${worker} is not in the executable`);
  }
  for (const codec of ["mozjpeg_enc.wasm", "mozjpeg_dec.wasm"]) {
    assert(contains(added, codec), `${codec} is not in the executable`);
  }
  // The names of all dependencies stand in the import map and the lock, which are embedded; their code must not be.
  for (
    const name of [
      "_test.ts",
      "tests/support/",
      "tests/lab/",
      "playwright-core/lib",
      "chromiumSandbox",
      "asyncProperty",
      "recheck-",
      "synckit",
      "lab_server.py",
      FFMPEG_WORD,
      DECODER_WORD,
    ]
  ) {
    assert(!contains(added, name), `${name} is in the executable`);
  }
  // An empty list is a right without limits. The right to import is Deno's default for a program's own modules; main.ts
  // gives it back with the others.
  const { allow_net, allow_read, allow_write, prompt, allow_import: _, ...others } = bakedPermissions(added);
  assertEquals({ allow_net, allow_read, allow_write, prompt }, {
    allow_net: [],
    allow_read: [],
    allow_write: [],
    prompt: false,
  });
  for (const [name, value] of Object.entries(others)) {
    assertEquals(value, null, `the executable is compiled with ${name}: ${JSON.stringify(value)}`);
  }
  assertEquals(BAKED_PERMISSIONS, ["--allow-net", "--allow-read", "--allow-write", "--no-prompt"]);
});

Deno.test("deno task compile embeds the licences of everything that it embeds", async () => {
  const added = await compileOnto(Deno.execPath());
  const licenses = await Deno.readTextFile(join(TOP, "cli/licenses.txt"));
  assert(contains(added, licenses));
  const packages = await embeddedPackages();
  assert(packages.length >= 4, JSON.stringify(packages));
  for (const { name, version } of packages) assert(licenses.includes(`\n${name} ${version}\n`), name);
});

Deno.test("deno task compile --with-ffmpeg embeds FFmpeg, and its licence is there", async () => {
  const added = await compileOnto(Deno.execPath(), { withFFmpeg: true });
  for (const name of [FFMPEG_WORD, DECODER_WORD]) assert(contains(added, name), `${name} is not in it`);
  const licenses = await Deno.readTextFile(join(TOP, "cli/licenses.txt"));
  const [{ name, version }, ...others] = await ffmpegPackages();
  assertEquals([name, others], ["@ffmpeg/core", []]);
  const [, withFFmpeg] = licenses.split("only in executables that were compiled with --with-ffmpeg");
  assert(withFFmpeg.includes(`\n${name} ${version}\n`));
  assert(withFFmpeg.includes("GNU GENERAL PUBLIC LICENSE\n                       Version 2, June 1991"));
});

Deno.test("deno task compile makes an executable that runs no code from a cache that others can write", async () => {
  // The metadata has the key of a cache in the folder for temporary files, or null.
  assert(contains(await compileOnto(Deno.execPath()), '"code_cache_key":null,'));
});

Deno.test("findFault() finds that a deno with our program behind it is not ours: only a denort runs that", async () => {
  assertMatch(await findFault(Deno.execPath()) ?? "", /^its --version prints "deno \d.*", not "mjpegrtsp \d/);
});

Deno.test({
  name: "findFault() accepts what says that it is ours, and names what does not run",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await temporaryDirectory();
    const program = join(directory.path, "program");
    for (
      const [text, mode, fault] of [
        [`#!/bin/sh\necho "mjpegrtsp ${denoConfig.version}"\n`, 0o755, ""],
        ['#!/bin/sh\necho "mjpegrtsp 0.0.0"\n', 0o755, 'its --version prints "mjpegrtsp 0.0.0", not'],
        ["no program", 0o644, "it does not run: "],
      ] as const
    ) {
      await Deno.writeTextFile(program, text);
      await Deno.chmod(program, mode);
      assertEquals((await findFault(program) ?? "").slice(0, fault.length || undefined), fault);
    }
    assertMatch(await findFault(join(directory.path, "nothing")) ?? "", /^it does not run: /);
  },
});

Deno.test("deno task compile:all refuses one base for all targets", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-env", "scripts/compile.ts", "--all"],
    cwd: TOP,
    env: { DENORT_BIN: Deno.execPath() },
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr).slice(0, 30)], [1, "DENORT_BIN names the denort of"]);
});

Deno.test("the packaging test sees a test that is embedded", async () => {
  const added = await compileOnto(Deno.execPath(), {
    extraArguments: ["--include", "tests/packaging/packaging_test.ts"],
  });
  assert(contains(added, "packaging_test.ts"));
});

Deno.test("explainFailure() names DENORT_BIN where the base cannot be downloaded", () => {
  const stderr = "error: Failed to download denort: error sending request for url (https://example/denort.zip)";
  const explained = explainFailure(stderr);
  assert(explained.includes("DENORT_BIN") && !explained.includes("\n"));
});

Deno.test("explainFailure() passes other failures on", () => {
  assertEquals(explainFailure("error: Module not found\n  at x.ts\n"), "error: Module not found\n  at x.ts");
});
