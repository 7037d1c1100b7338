/**
 * Tests with real programs of others. Where one is not installed the test is ignored, its name saying how to install it;
 * with `MJPEGRTSP_FORBID_IGNORED` in the environment, as in CI, it fails instead, unless the program has to be built.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";

/** Where scripts/install_peers.sh puts what is not to be mixed with the system's. */
const PEERS = "/opt/mjpegrtsp-peers";
const PATH_FOLDERS = (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":");
const FOLDERS = [`${PEERS}/bin`, ...PATH_FOLDERS, "/usr/games"];
const SUFFIXES = Deno.build.os === "windows" ? [".exe", ".cmd", ""] : [""];

/** After this a test has failed, so that a program that hangs does not keep the others from being run. */
const TEST_LIMIT_MS = 600_000;

/** Python with OpenCV and PyAV. */
export const PYTHON_WITH_PLAYERS = `${PEERS}/python/bin/python3`;

/** What scripts/build_peers.sh builds, in minutes and with compilers that are not everywhere: CI does not require it. */
const BUILT = ["gortsplib-player", "gortsplib-publisher", "mediamtx", "retina-player"];

/** The path of a program, which is found by its name, or `undefined` where it is not installed. */
export function findProgram(program: string): string | undefined {
  const isPath = program.includes("/");
  const paths = isPath ? [program] : FOLDERS.flatMap((folder) => SUFFIXES.map((end) => `${folder}/${program}${end}`));
  return paths.find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** A test that needs `programs`. */
export function peerTest(name: string, programs: readonly string[], fn: TestFunction): void {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  const toInstall = missing.filter((program) => !BUILT.includes(program));
  if (toInstall.length > 0) testWhere(name, `needs ${toInstall.join(", ")}: scripts/install_peers.sh`, fn);
  else if (missing.length > 0) ignoreTest(name, `needs ${missing.join(", ")}, optional: scripts/build_peers.sh`);
  else testWhere(name, undefined, fn);
}

/** A test that needs `programs` and the rights of Linux's root, to take rights away or to mount something. */
export function rootTest(name: string, programs: readonly string[], fn: TestFunction): void {
  if (Deno.build.os === "linux" && Deno.uid() === 0) peerTest(name, programs, fn);
  else testWhere(name, "needs root on Linux", fn);
}

/** An IPv4 address of this machine that is not of the loopback: players join groups in its network. */
export function networkAddress(): string | undefined {
  return Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    ?.address;
}

/** A test that needs `programs` and a network with multicast; nothing of it leaves this machine. */
export function multicastTest(name: string, programs: readonly string[], fn: (address: string) => Promise<void>): void {
  const address = networkAddress();
  if (address !== undefined) peerTest(name, programs, () => fn(address));
  else testWhere(name, "needs a network interface with an IPv4 address", () => {});
}

type TestFunction = (t: Deno.TestContext) => void | Promise<void>;

/** A test, unless there is an obstacle. */
function testWhere(name: string, obstacle: string | undefined, fn: TestFunction): void {
  if (obstacle === undefined) return Deno.test(name, (t) => deadline(Promise.resolve(fn(t)), TEST_LIMIT_MS));
  if (Deno.env.has("MJPEGRTSP_FORBID_IGNORED")) {
    Deno.test(name, () => {
      throw new Error(`This test must not be ignored here: it ${obstacle}`);
    });
  } else {
    ignoreTest(name, obstacle);
  }
}

function ignoreTest(name: string, obstacle: string): void {
  Deno.test({ name: `${name} (${obstacle})`, ignore: true, fn: () => {} });
}
