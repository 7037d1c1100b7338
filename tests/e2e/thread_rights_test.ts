/** What each thread of a running program can do. */
import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { BAKED_PERMISSIONS, WORKERS } from "../../scripts/compile.ts";
import { ChildProgram } from "../support/child_program.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";
import { Client } from "../support/rtsp_test_server.ts";
import type { TriedPaths } from "../support/rights_attempts.ts";
import { writeReporters } from "../support/rights_report.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const PROJECT = fromFileUrl(new URL("../../", import.meta.url));
const PROGRAM = join(PROJECT, "main.ts");
const AFTER_MS = 3000;
const isLinux = Deno.build.os === "linux";
const SECRETS = isLinux ? ["/etc/passwd", "/proc/self/environ", "/proc/self/root/etc/passwd"] : [];

/** Starts a subcommand as the executable would, whose threads tell what they can do. */
async function startReporting(args: readonly string[], folder: string, paths: TriedPaths): Promise<ChildProgram> {
  const workers = WORKERS.map((path) => new URL(`../../${path}`, import.meta.url));
  const preload = await writeReporters({ folder, paths, afterMs: AFTER_MS }, workers);
  const program = new ChildProgram(Deno.execPath(), {
    args: ["run", ...BAKED_PERMISSIONS, `--preload=${preload}`, "main.ts", ...args],
    cwd: PROJECT,
  });
  return program;
}

/** What the thread of that name can do. */
async function rightsOf(program: ChildProgram, name: string): Promise<string[]> {
  const [, rights] = await program.waitForLine(new RegExp(`^rights of ${name}: (.*)$`));
  return rights.split(", ");
}

/** A served folder with a movie that has to be transcoded, a secret beside it, and links out of it. */
async function makeTree() {
  const directory = await temporaryDirectory();
  const top = await Deno.realPath(directory.path);
  const [root, out] = ["root", "out"].map((name) => join(top, name));
  for (const folder of [root, out]) await Deno.mkdir(folder);
  // Threads are started from modules that belong to the program.
  const modules = await Deno.makeTempDir({ dir: PROJECT, prefix: ".mjpegrtsp-test-" });
  const [movie, secret] = [join(root, "movie.mjpeg"), join(top, "secret.mjpeg")];
  for (const path of [movie, secret]) await Deno.writeFile(path, await makeJpeg({ optimized: true }));
  return {
    ...{ root, out, modules, movie, secret },
    async [Symbol.asyncDispose]() {
      await Deno.remove(modules, { recursive: true });
      await directory[Symbol.asyncDispose]();
    },
  };
}

Deno.test("serve: each thread can do what docs/RIGHTS.md says, and nothing else", async () => {
  await using tree = await makeTree();
  const { root, movie, secret, modules } = tree;
  const paths = { read: [movie, secret, PROGRAM, ...SECRETS], write: [movie] };
  const pull = ["--pull", "cam=rtsp://127.0.0.1/cam"];
  const http = ["--http", String(reservePort())];
  const threads = isLinux ? ["--threads", "2"] : [];
  const args = ["serve", root, "--host", "127.0.0.1", "--port", "0", "--loop", ...pull, ...http, ...threads];
  await using program = await startReporting(args, modules, paths);
  const [, port] = await program.waitForLine(/rtsp:\/\/127\.0\.0\.1:(\d+)/);
  // Somebody watches what has to be transcoded, and the test source has been drawn.
  await using player = new ChildProgram(Deno.execPath(), {
    args: ["run", "-A", "main.ts", "play", `rtsp://127.0.0.1:${port}/movie.mjpeg`, "--no-preview", "--frames", "3"],
    cwd: PROJECT,
  });
  assertEquals((await player.exit()).code, 0);
  const network = ["listen", "bind"];
  assertEquals(await rightsOf(program, "main"), ["none"]);
  assertEquals(await rightsOf(program, "host"), [...network, `read ${movie}`, `read ${PROGRAM}`]);
  for (const engine of isLinux ? [0, 1] : [0]) {
    assertEquals(await rightsOf(program, `engine ${engine}`), [...network, `read ${movie}`]);
  }
  assertEquals(await rightsOf(program, "testsrc"), ["none"]);
  assertEquals(await rightsOf(program, "conditioning"), ["none"]);
  assertEquals(await rightsOf(program, "relay"), network);
  // It may use the two ports that it needs, and those only.
  assertEquals(await rightsOf(program, "http"), ["none"]);
});

for (const kind of ["file", "folder", "segments", "nothing"]) {
  Deno.test(`play that stores to ${kind}: the network for what receives, writing there for what stores`, async () => {
    await using tree = await makeTree();
    await using server = await startOurServer({ root: "." });
    const out = kind === "folder" ? join(tree.out, "frames") : join(tree.out, "out.mjpeg");
    const inside = kind === "folder" ? join(out, "frame-000001.jpg") : out;
    const beside = join(tree.out, "other");
    const paths = {
      read: [inside, tree.movie, PROGRAM, ...SECRETS],
      write: [inside, tree.movie, beside],
    };
    const args = ["play", "127.0.0.1", String(server.port), String(reservePort()), "testsrc", "--seconds", "5"];
    const storing = kind === "nothing"
      ? []
      : ["--out", out, ...kind === "segments" ? ["--segment", "1m", "--fit"] : []];
    await using program = await startReporting(
      [...args, ...storing, "--preview-port", String(reservePort())],
      tree.modules,
      paths,
    );
    assertEquals(await rightsOf(program, "main"), ["listen", "bind"]);
    if (kind === "nothing") return;
    const reading = kind === "folder" ? [`read ${inside}`] : [];
    // Segments lie beside OUT.
    const writing = kind === "segments" ? [inside, beside] : [inside];
    assertEquals(await rightsOf(program, "store"), [...reading, ...writing.map((path) => `write ${path}`)]);
    if (kind === "segments") assertEquals(await rightsOf(program, "fitting"), ["none"]);
    assertEquals((await program.exit()).code, 0);
  });
}

Deno.test("play FILE: the network for what plays, and reading this file for what serves it", async () => {
  await using tree = await makeTree();
  const beside = join(tree.root, "beside.mjpeg");
  await Deno.copyFile(tree.movie, beside);
  const paths = { read: [tree.movie, beside, tree.secret, PROGRAM, ...SECRETS], write: [tree.movie] };
  const args = ["play", tree.movie, "--preview-port", String(reservePort())];
  await using program = await startReporting(args, tree.modules, paths);
  const network = ["listen", "bind"];
  assertEquals(await rightsOf(program, "main"), network);
  assertEquals(await rightsOf(program, "engine 0"), [...network, `read ${tree.movie}`]);
  assertEquals(await rightsOf(program, "host"), [...network, `read ${tree.movie}`, `read ${PROGRAM}`]);
  assertEquals((await program.stop("SIGINT")).code, 0);
});

Deno.test({
  name: "serve: a link that leads out of what is served is not followed, whatever it leads to",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using tree = await makeTree();
    const { root, secret } = tree;
    await Deno.symlink(secret, join(root, "file.mjpeg"));
    await Deno.symlink(join(root, ".."), join(root, "folder"));
    await Deno.symlink("../secret.mjpeg", join(root, "relative.mjpeg"));
    await Deno.symlink("file.mjpeg", join(root, "twice.mjpeg"));
    await using server = await startOurServer({ root });
    for (const name of ["file.mjpeg", "folder/secret.mjpeg", "relative.mjpeg", "twice.mjpeg", "../secret.mjpeg"]) {
      using client = new Client(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
      assertEquals((await client.ask("DESCRIBE", name)).status, 404, name);
    }
  },
});
