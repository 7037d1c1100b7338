/** `play` of a server without a name: at ours, and at servers that have no catalogue. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startGstServer } from "../support/gst_server.ts";
import { startMediaMtx } from "../support/mediamtx.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** Plays without a page; the exit code, the summaries, and the log as one text. */
async function play(...args: readonly string[]) {
  await using player = startOurs(["play", ...args, "--no-preview", "--json"]);
  const { code, stdout, stderr } = await player.exit();
  return { code, summaries: stdout.map((line) => JSON.parse(line)), log: stderr.join("\n") };
}

Deno.test("play rtsp://HOST:PORT/ plays all that a server of ours has, one after the other", async () => {
  await using movie = await makeLabMovie({ frameCount: 20 });
  await Deno.copyFile(join(movie.root, movie.file), join(movie.root, "other.mjpeg"));
  await using server = await startOurServer({ root: movie.root });
  const { code, summaries, log } = await play(`rtsp://127.0.0.1:${server.port}/`);
  assertEquals([code, summaries.map(({ title, frames }) => `${title} ${frames}`)], [
    ...[0, ["movie.Mjpeg 20", "other.mjpeg 20"]],
  ], log);
  assertMatch(log, /lists 2 streams\n[^]*plays 1 of 2: movie\.Mjpeg[^]*plays 2 of 2: other\.mjpeg/);
});

Deno.test("play of several URLs passes over those that fail, and says so in the end", async () => {
  await using movie = await makeLabMovie({ frameCount: 20 });
  await using server = await startOurServer({ root: movie.root });
  const urls = ["gone", movie.file, "gone too"].map((name) => `rtsp://127.0.0.1:${server.port}/${name}`);
  const { code, summaries, log } = await play(...urls);
  assertEquals([code, summaries.map(({ title, frames }) => `${title} ${frames}`)], [1, ["movie.Mjpeg 20"]], log);
  assertMatch(log, /404 Not Found/);
});

Deno.test("play rtsp://HOST:PORT/ --out plays the one stream that there is, and stores nothing of several", async () => {
  await using movie = await makeLabMovie({ frameCount: 20 });
  await using server = await startOurServer({ root: movie.root });
  const url = `rtsp://127.0.0.1:${server.port}/`;
  const out = join(movie.root, "copy.mjpg");
  await using player = startOurs(["play", url, "--no-preview", "--out", out], { write: true });
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  const { code: refused, log } = await play(url, "--out", join(movie.root, "more.mjpg"));
  assertEquals(refused, 2);
  assertMatch(log, /--out is for one stream, and there are several: to store them all, start play once for each/);
});

peerTest(
  "play rtsp://HOST:PORT/ says of gst-rtsp-server that it has no list",
  ["gst-launch-1.0", "ffmpeg"],
  async () => {
    await using movie = await makeLabMovie({ frameCount: 20 });
    const avi = join(movie.root, "movie.avi");
    await using convert = startOurs(["convert", join(movie.root, movie.file), avi], { write: true });
    assertEquals((await convert.exit()).code, 0);
    await using server = await startGstServer(avi);
    const { code, log } = await play(`rtsp://127.0.0.1:${server.port}/`);
    assertEquals(code, 1);
    assertMatch(log, /has no catalogue[^]*404 Not Found; it plays nothing without a name, .* put one behind the \//);
  },
);

peerTest("play rtsp://HOST:PORT/ says of MediaMTX that it has no list", ["mediamtx"], async () => {
  await using directory = await temporaryDirectory();
  await using server = await startMediaMtx({ paths: ["  all_others:"], directory: directory.path });
  const { code, log } = await play(`${server.url}/`);
  assertEquals(code, 1);
  assertMatch(log, /has no catalogue[^]*400 Bad Request; it plays nothing without a name, .* put one behind the \//);
});
