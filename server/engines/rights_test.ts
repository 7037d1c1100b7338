import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { rightsOfEngine, rightsOfHost } from "./rights.ts";

const PROGRAM = fromFileUrl(new URL("./rights.ts", import.meta.url));
const PROBE = new URL("../../tests/support/rights_probe.ts", import.meta.url);

/** What a thread with these rights can do. */
async function probe(permissions: Deno.PermissionOptionsObject, paths: readonly string[]): Promise<string[]> {
  const worker = new Worker(PROBE, { type: "module", deno: { permissions } });
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage(paths);
  try {
    return await promise;
  } finally {
    worker.terminate();
  }
}

/** A served directory with a file, and a secret beside it. */
async function makeTree() {
  const directory = await temporaryDirectory();
  const root = join(await Deno.realPath(directory.path), "root");
  await Deno.mkdir(root);
  const [movie, secret] = [join(root, "movie.mjpeg"), join(root, "..", "secret")];
  for (const path of [movie, secret]) await Deno.writeTextFile(path, "");
  return { root, movie, secret, [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
}

const OTHERS = Deno.build.os === "linux" ? ["/etc/passwd", "/proc/self/environ", "/proc/self/root/etc/passwd"] : [];

Deno.test("an engine may use the network and read what is served, and nothing else", async () => {
  await using tree = await makeTree();
  const rights = rightsOfEngine({ directory: tree.root });
  const can = await probe(rights, [tree.movie, tree.secret, PROGRAM, ...OTHERS]);
  assertEquals(can, ["listen", "bind", `read ${tree.movie}`]);
});

Deno.test("an engine that serves one file reads no other one than its sound", async () => {
  await using tree = await makeTree();
  const soundPath = join(tree.root, "movie.wav");
  await Deno.writeTextFile(soundPath, "");
  const others = [tree.movie, tree.root, tree.secret, soundPath];
  for (const [sound, readable] of [[undefined, [tree.movie]], [soundPath, [tree.movie, soundPath]]] as const) {
    const movie = { name: "movie.mjpeg", realPath: tree.movie, isFolder: false, soundPath: sound };
    const can = await probe(rightsOfEngine({ movies: [movie] }), others);
    assertEquals(can, ["listen", "bind", ...readable.map((path) => `read ${path}`)]);
  }
});

Deno.test("an engine that serves some movies reads each of them, folders with all that is in them, and nothing beside", async () => {
  await using tree = await makeTree();
  const folder = join(tree.root, "shots");
  await Deno.mkdir(folder);
  const [picture, beside] = [join(folder, "1.jpg"), join(tree.root, "beside.avi")];
  for (const path of [picture, beside]) await Deno.writeTextFile(path, "");
  const movies = [tree.movie, folder].map((realPath, index) => (
    { name: String(index), realPath, isFolder: realPath === folder, soundPath: undefined }
  ));
  const can = await probe(rightsOfEngine({ movies }), [tree.movie, picture, beside, tree.secret, PROGRAM]);
  assertEquals(can, ["listen", "bind", `read ${tree.movie}`, `read ${picture}`]);
});

Deno.test("the host reads the program, too, to start engines", async () => {
  await using tree = await makeTree();
  const rights = rightsOfHost({ directory: tree.root });
  const can = await probe(rights, [tree.movie, PROGRAM, tree.secret, ...OTHERS]);
  assertEquals(can, ["listen", "bind", `read ${tree.movie}`, `read ${PROGRAM}`]);
});

Deno.test("a worker that conditions or draws has no right at all", async () => {
  const worker = new Worker(PROBE, { type: "module", deno: { permissions: "none" } });
  const { promise, resolve } = Promise.withResolvers<string[]>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage([PROGRAM, ...OTHERS]);
  assertEquals(await promise, []);
  worker.terminate();
});
