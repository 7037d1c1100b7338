import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { temporaryDirectory } from "../../../tests/support/temporary_directory.ts";
import { MAX_DIRECTORY_ENTRIES, MAX_NEAR_NAME_CHARS } from "../../limits.ts";
import { openServed } from "./open_served.ts";

/** A root with files in it, a folder, and a secret beside it. */
async function makeTree(): Promise<AsyncDisposable & { path: string; root: string }> {
  const directory = await temporaryDirectory();
  const path = await Deno.realPath(directory.path);
  const root = join(path, "root");
  await Deno.mkdir(join(root, "deep", "er"), { recursive: true });
  for (const name of ["movie.Mjpeg", "a b.mjpeg", "deep/er/one.mjpeg", "Same.mjpeg", "same.mjpeg", "../secret.mjpeg"]) {
    await Deno.writeTextFile(join(root, name), name);
  }
  return { path, root, [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
}

const FOUND: readonly [name: string, file: string, title: string][] = [
  ["movie.Mjpeg", "movie.Mjpeg", "the exact name"],
  ["movie.mjpeg", "movie.Mjpeg", "another case"],
  ["MOVIE.MJPEG", "movie.Mjpeg", "all capitals"],
  ["/movie.Mjpeg", "movie.Mjpeg", "a leading slash"],
  ["./movie.Mjpeg", "movie.Mjpeg", "a dot"],
  ["a b.mjpeg", "a b.mjpeg", "a space"],
  ["deep/er/one.mjpeg", "deep/er/one.mjpeg", "folders"],
  ["DEEP//Er/one.mjpeg", "deep/er/one.mjpeg", "folders of another case"],
];

for (const [name, file, title] of FOUND) {
  Deno.test(`ServedRoot.resolve() finds ${JSON.stringify(name)}: ${title}`, async () => {
    await using tree = await makeTree();
    const root = await openServed(tree.root);
    assertEquals((await root.resolve(name))?.path, join(tree.root, file));
  });
}

Deno.test("ServedRoot.movieNames() has the movies at the top, in order, and the only one where a file is served", async () => {
  await using tree = await makeTree();
  await Deno.writeTextFile(join(tree.root, "notes.txt"), "");
  const names = ["Same.mjpeg", "a b.mjpeg", "movie.Mjpeg", "same.mjpeg"];
  assertEquals(await (await openServed(tree.root)).movieNames(), names);
  assertEquals(await (await openServed(join(tree.root, "notes.txt"))).movieNames(), ["notes.txt"]);
});

Deno.test("ServedRoot.movieNames() has only what can be served, as resolve() finds it", async () => {
  await using tree = await makeTree();
  await Deno.mkdir(join(tree.root, "folder.mjpeg"));
  const isThere = await new Deno.Command("mkfifo", { args: [join(tree.root, "pipe.mjpeg")] }).output();
  assertEquals(isThere.success, true);
  for (
    const [link, target] of [
      ["inside.mjpeg", "root/deep/er/one.mjpeg"],
      ["outside.mjpeg", "secret.mjpeg"],
      ["nowhere.mjpeg", "root/gone"],
      ["circle.mjpeg", "root/circle.mjpeg"],
      ["folder_link.mjpeg", "root/deep"],
      ["pipe_link.mjpeg", "root/pipe.mjpeg"],
    ]
  ) await Deno.symlink(join(tree.path, target), join(tree.root, link));
  const root = await openServed(tree.root);
  const names = await root.movieNames();
  assertEquals(names, ["Same.mjpeg", "a b.mjpeg", "inside.mjpeg", "movie.Mjpeg", "same.mjpeg"]);
  for (const name of names) assertEquals(await root.resolve(name) !== undefined, true, name);
});

const NOT_FOUND: readonly string[] = [
  "",
  ".",
  "nothing.mjpeg",
  "movie.Mjpeg/x",
  "../secret.mjpeg",
  "deep/../../secret.mjpeg",
  "..",
  "movie.Mjpeg\0",
  "/etc/passwd",
  "x".repeat(5000),
];

Deno.test("ServedRoot.resolve() tells folders from files", async () => {
  await using tree = await makeTree();
  const root = await openServed(tree.root);
  assertEquals(await root.resolve("deep/er/"), { path: join(tree.root, "deep", "er"), isFolder: true });
  assertEquals(await root.resolve("movie.Mjpeg"), { path: join(tree.root, "movie.Mjpeg"), isFolder: false });
});

for (const name of NOT_FOUND) {
  Deno.test(`ServedRoot.resolve() finds nothing for ${JSON.stringify(name.slice(0, 40))}`, async () => {
    await using tree = await makeTree();
    const root = await openServed(tree.root);
    assertEquals(await root.resolve(name), undefined);
  });
}

Deno.test({
  name: "ServedRoot.resolve() does not choose between two names that differ in case only",
  // Windows and macOS cannot hold both names.
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using tree = await makeTree();
    const root = await openServed(tree.root);
    assertEquals(await root.resolve("SAME.mjpeg"), undefined);
    assertEquals((await root.resolve("same.mjpeg"))?.path, join(tree.root, "same.mjpeg"));
  },
});

Deno.test("ServedRoot.resolve() follows links within the root, and none that leads out", async () => {
  await using tree = await makeTree();
  await Deno.symlink(join(tree.root, "movie.Mjpeg"), join(tree.root, "inside.mjpeg"));
  await Deno.symlink(join(tree.path, "secret.mjpeg"), join(tree.root, "outside.mjpeg"));
  await Deno.symlink(tree.path, join(tree.root, "up"));
  await Deno.symlink(join(tree.root, "gone"), join(tree.root, "dangling.mjpeg"));
  const root = await openServed(tree.root);
  assertEquals((await root.resolve("inside.mjpeg"))?.path, join(tree.root, "movie.Mjpeg"));
  for (const name of ["outside.mjpeg", "up/secret.mjpeg", "dangling.mjpeg"]) {
    assertEquals(await root.resolve(name), undefined, name);
  }
});

Deno.test("ServedRoot.describeUnserved() says what a name is that is not served", async () => {
  await using tree = await makeTree();
  const links = { out: "secret.mjpeg", up: ".", folder: "root/deep", self: "root", dangling: "root/gone" };
  for (const [name, target] of Object.entries(links)) {
    await Deno.symlink(join(tree.path, target), join(tree.root, name));
  }
  const root = await openServed(tree.root);
  const described: readonly [name: string, what: string | undefined][] = [
    ["out", "is a link that leads out of the served directory"],
    ["OUT", "is a link that leads out of the served directory"],
    ["up", "is a link that leads out of the served directory"],
    ["up/secret.mjpeg", "is behind a link that leads out of the served directory"],
    ["folder", "is a link to a directory"],
    ["self", "is a link to a directory"],
    ["deep/er", "is a directory"],
    ["dangling", "is a link that leads nowhere"],
    ["nothing.mjpeg", undefined],
    ["../secret.mjpeg", undefined],
    ["", undefined],
  ];
  for (const [name, what] of described) assertEquals([name, await root.describeUnserved(name)], [name, what]);
});

Deno.test("ServedRoot neither serves nor suggests a pipe", { ignore: Deno.build.os === "windows" }, async () => {
  await using tree = await makeTree();
  await new Deno.Command("mkfifo", { args: [join(tree.root, "movie.pipe")] }).output();
  const root = await openServed(tree.root);
  assertEquals(await root.resolve("movie.pipe"), undefined);
  assertEquals(await root.describeUnserved("movie.pipe"), "is no regular file");
  assertEquals((await root.nearNames("movie.pipe")).includes("movie.pipe"), false);
});

Deno.test("ServedRoot.nearNames() has links within the root, and none that cannot be served", async () => {
  await using tree = await makeTree();
  const links = { "clip1.mjpeg": "root/movie.Mjpeg", "clip2.mjpeg": "secret.mjpeg", "clip3.mjpeg": "root/deep" };
  for (
    const [name, target] of Object.entries({ ...links, "clip4.mjpeg": "root/gone", "clip5.mjpeg": "root/clip5.mjpeg" })
  ) {
    await Deno.symlink(join(tree.path, target), join(tree.root, name));
  }
  const names = await (await openServed(tree.root)).nearNames("clip2.mjpeg");
  assertEquals(names.filter((name) => name.startsWith("clip")), ["clip1.mjpeg"]);
});

Deno.test("ServedRoot of a single file has that file and no other", async () => {
  await using tree = await makeTree();
  const root = await openServed(join(tree.root, "movie.Mjpeg"));
  assertEquals((await root.resolve("movie.mjpeg"))?.path, join(tree.root, "movie.Mjpeg"));
  assertEquals(await root.resolve("a b.mjpeg"), undefined);
  assertEquals(await root.nearNames("movi"), ["movie.Mjpeg"]);
});

Deno.test("ServedRoot of a link is where the link leads", async () => {
  await using tree = await makeTree();
  await Deno.symlink(tree.root, join(tree.path, "link"));
  const root = await openServed(join(tree.path, "link"));
  assertEquals((await root.resolve("movie.Mjpeg"))?.path, join(tree.root, "movie.Mjpeg"));
});

Deno.test("openServed() rejects what does not exist", async () => {
  await assertRejects(() => openServed("/nowhere/at/all"), Deno.errors.NotFound);
});

Deno.test("ServedRoot.nearNames() gives up to five names, the most alike first", async () => {
  await using tree = await makeTree();
  for (let number = 0; number < 10; number++) await Deno.writeTextFile(join(tree.root, `clip${number}.mjpeg`), "");
  const root = await openServed(tree.root);
  const names = await root.nearNames("movi.mjpeg");
  assertEquals([names.length, names[0]], [5, "movie.Mjpeg"]);
});

Deno.test("ServedRoot of a link to a file has it under the names of both", async () => {
  await using tree = await makeTree();
  const link = join(tree.path, "link.mjpeg");
  await Deno.symlink(join(tree.root, "movie.Mjpeg"), link);
  const root = await openServed(link);
  for (const name of ["link.mjpeg", "LINK.mjpeg", "movie.mjpeg"]) {
    assertEquals((await root.resolve(name))?.path, join(tree.root, "movie.Mjpeg"), name);
  }
  assertEquals(await root.resolve("same.mjpeg"), undefined);
  assertEquals(await root.nearNames("x"), ["link.mjpeg"]);
});

Deno.test(`ServedRoot finds the exact name among more than ${MAX_DIRECTORY_ENTRIES} others`, async () => {
  await using tree = await makeTree();
  for (let index = 0; index < MAX_DIRECTORY_ENTRIES; index++) Deno.createSync(join(tree.root, `${index}.x`)).close();
  const root = await openServed(tree.root);
  for (const name of ["movie.Mjpeg", "7.x", `${MAX_DIRECTORY_ENTRIES - 1}.x`]) {
    assertEquals((await root.resolve(name))?.path, join(tree.root, name));
  }
});

Deno.test("ServedRoot finds names with colons and dots in them", { ignore: Deno.build.os === "windows" }, async () => {
  await using tree = await makeTree();
  const root = await openServed(tree.root);
  for (const name of ["cam 12:30:00.mjpeg", "..dots.mjpeg"]) {
    await Deno.writeTextFile(join(tree.root, name), name);
    assertEquals((await root.resolve(name))?.path, join(tree.root, name));
  }
});

Deno.test(`ServedRoot looks for names near to those of ${MAX_NEAR_NAME_CHARS} characters, and of not one more`, async () => {
  await using tree = await makeTree();
  const root = await openServed(tree.root);
  assertEquals((await root.nearNames("x".repeat(MAX_NEAR_NAME_CHARS))).length > 0, true);
  assertEquals(await root.nearNames("x".repeat(MAX_NEAR_NAME_CHARS + 1)), []);
});
