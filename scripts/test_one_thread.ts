/**
 * Runs the tests whose servers have as many threads as users get with servers of one: what small machines, macOS and Windows have.
 * `deno task test:one-thread`. Other tests would only be the same again.
 *
 * @module
 */

const FOLDERS = ["tests/e2e", "tests/lab", "tests/interop"];
/** Of the tests with other programs, those that play what we serve are enough. */
const LEFT_OUT = /^tests\/interop\/(?!our_server)/;

/** The tests that start a server without saying in how many threads. */
async function findTests(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of FOLDERS) {
    for await (const { name } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (!name.endsWith("_test.ts") || LEFT_OUT.test(path)) continue;
      if ((await Deno.readTextFile(path)).includes("startOurServer(")) found.push(path);
    }
  }
  return found.toSorted();
}

if (import.meta.main) {
  const options = ["--no-check", "--parallel", "--no-prompt", "--allow-all"];
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...options, ...await findTests()],
    env: { MJPEGRTSP_TEST_THREADS: "1" },
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exit(code);
}
