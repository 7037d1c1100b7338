/** `play --out` as a user meets it: what is stored, what is refused, and that nothing is destroyed. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { LAB_FRAME_MAX_BYTES } from "../../mjpeg/containers/streams/lab_header.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { labFile, makeLabMovie } from "../support/lab_movie.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const PRECIOUS = new Uint8Array(5000).fill(7);

/** Plays over TCP to the end. */
async function play(port: number, file: string, args: readonly string[]) {
  const url = `rtsp://127.0.0.1:${port}/${file}`;
  const always = ["--transport", "tcp", "--no-preview", "--no-reconnect", "--json"];
  await using player = startOurs(["play", url, ...always, ...args], { write: true });
  const { code, stdout, stderr } = await player.exit();
  return { code, summary: stdout.length > 0 ? JSON.parse(stdout[0]) : undefined, log: stderr.join("\n") };
}

Deno.test("play --out leaves an earlier recording alone where nothing can be received, with --force, too", async () => {
  await using movie = await makeLabMovie({ frameCount: 3 });
  await using server = await startOurServer({ root: movie.root });
  const out = join(movie.root, "precious.mjpeg");
  await Deno.writeFile(out, PRECIOUS);
  for (const port of [server.port, reservePort()]) {
    const { code } = await play(port, "nothing.mjpeg", ["--out", out, "--force"]);
    assertEquals([code, await Deno.readFile(out)], [1, PRECIOUS]);
  }
});

Deno.test("play --out never writes over the movie that is played", async () => {
  await using movie = await makeLabMovie({ frameCount: 5 });
  await using server = await startOurServer({ root: movie.root });
  const out = join(movie.root, movie.file);
  for (const [args, message] of [[[], /it exists already/], [["--force"], /the very movie that is played/]] as const) {
    const { code, log } = await play(server.port, movie.file, ["--out", out, ...args]);
    assertEquals(code, 1);
    assertMatch(log, message);
    assertEquals(await Deno.readFile(out), labFile(movie.frames));
  }
});

Deno.test("play --out drops what the lab's format has no room for, says so once, and goes on", async () => {
  await using directory = await temporaryDirectory();
  const size = { width: 640, height: 480 };
  const [one, two, three] = await Promise.all([1, 2, 3].map((seed) => makeJpeg({ ...size, seed, quality: 20 })));
  const large = await makeJpeg({ ...size, quality: 100 });
  assert(one.length < LAB_FRAME_MAX_BYTES && large.length > LAB_FRAME_MAX_BYTES, `${one.length}, ${large.length}`);
  await Deno.writeFile(join(directory.path, "movie.mjpeg"), concat([one, large, large, two, three]));
  await using server = await startOurServer({ root: directory.path });
  const out = join(directory.path, "out.mjpeg");
  const { code, summary, log } = await play(server.port, "movie.mjpeg", ["--out", out]);
  assertEquals([code, summary.frames, summary.droppedFrames], [0, 3, 2], log);
  assertEquals(log.match(/the five digits of the lab's format reach 99999\. Record to a folder/g)?.length, 1);
  assertMatch(log, /3 stored in .*, 2 dropped because they are too large for the format/);
  const fitting = join(directory.path, "fitting.mjpeg");
  const fitted = await play(server.port, "movie.mjpeg", ["--out", fitting, "--fit"]);
  assertEquals([fitted.code, fitted.summary.frames, fitted.summary.droppedFrames], [0, 5, 0], fitted.log);
  assertEquals(fitted.log.match(/a frame of \d+ bytes is re-encoded at quality \d0 to fit/g)?.length, 1);
  const { count, largestBytes, problem } = await indexFile(memoryFile(await Deno.readFile(fitting)));
  assertEquals([count, largestBytes <= LAB_FRAME_MAX_BYTES, problem], [5, true, undefined]);
  const folder = await play(server.port, "movie.mjpeg", ["--out", join(directory.path, "frames")]);
  assertEquals([folder.code, folder.summary.frames, folder.summary.droppedFrames], [0, 5, 0]);
});

for (const [name, fileOf] of [["out.mjpeg", labFile], ["out.mjpg", concat]] as const) {
  Deno.test(`play --out ${name} --append goes on behind a recording that was torn, and says what it cuts off`, async () => {
    await using movie = await makeLabMovie({ frameCount: 5 });
    await using server = await startOurServer({ root: movie.root });
    const out = join(movie.root, name);
    const torn = fileOf([...movie.frames]).slice(0, -100);
    await Deno.writeFile(out, torn);
    const args = ["--out", out, "--append"];
    const { code, summary, log } = await play(server.port, movie.file, args);
    assertEquals([code, summary.frames], [0, 5], log);
    assertMatch(
      log,
      new RegExp(`ends in ${torn.length - fileOf(movie.frames.slice(0, 4)).length} bytes of a frame that is`),
    );
    assertEquals(await Deno.readFile(out), fileOf([...movie.frames.slice(0, 4), ...movie.frames]));
    const again = await play(server.port, movie.file, args);
    assertEquals(again.log.includes("torn"), false);
    assertEquals(await Deno.readFile(out), fileOf([...movie.frames.slice(0, 4), ...movie.frames, ...movie.frames]));
  });
}

Deno.test("play --append goes on in a folder, and not in AVI files nor where it is not clear what is meant", async () => {
  await using movie = await makeLabMovie({ frameCount: 3 });
  await using server = await startOurServer({ root: movie.root });
  const folder = join(movie.root, "frames");
  for (let run = 1; run <= 2; run++) {
    assertEquals((await play(server.port, movie.file, ["--out", folder, "--append"])).code, 0);
    assertEquals([...Deno.readDirSync(folder)].length, 3 * run);
  }
  assertEquals(await Deno.readFile(join(folder, "frame-000006.jpg")), movie.frames[2]);
  const avi = await play(server.port, movie.file, ["--out", join(movie.root, "cam.avi"), "--append"]);
  assertEquals(avi.code, 1);
  assertMatch(avi.log, /AVI does not take more frames once it is written; name another file, record in segments/);
  const both = await play(server.port, movie.file, ["--out", folder, "--append", "--force"]);
  assertEquals(both.code, 2);
  assertMatch(both.log, /--append goes on with what --force would replace/);
});

Deno.test("play --format says what OUT is, and an ending that is not written is refused with what there is", async () => {
  await using movie = await makeLabMovie({ frameCount: 3 });
  await using server = await startOurServer({ root: movie.root });
  const out = join(movie.root, "movie.mp4");
  const refused = await play(server.port, movie.file, ["--out", out]);
  assertEquals(refused.code, 1);
  assertMatch(refused.log, /files that end in \.mp4 are not written; there are .*; --format says which is meant/);
  assertEquals((await play(server.port, movie.file, ["--out", out, "--format", "lab"])).code, 0);
  assertEquals(await Deno.readFile(out), labFile(movie.frames));
});
