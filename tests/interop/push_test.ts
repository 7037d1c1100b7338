/**
 * Our push to other people's servers that take streams, and to our own.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { MultipartSplitter } from "../../mjpeg/multipart/multipart_splitter.ts";
import { startGstServer } from "../support/gst_server.ts";
import { startMediaMtx } from "../support/mediamtx.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";
import { ENCODINGS, makeMovie, MOVIE_FRAMES } from "./movies.ts";
import { pixelsByFfmpeg } from "./pixels.ts";

const TRANSPORTS = ["tcp", "udp"] as const;

/** A movie, and what it has. */
async function makeMovieOf(directory: string) {
  const path = await makeMovie(directory, ENCODINGS["4:2:0, standard tables"]);
  const splitter = new MultipartSplitter({ maxBytes: 1_000_000 });
  const jpegs = splitter.push(await Deno.readFile(path)).map(({ data }) => rebuildJpeg(conditionJpeg(data)));
  return { path, jpegs: jpegs.map((jpeg) => encodeHex(jpeg)) };
}

/** What a player of ours stores. */
async function play(url: string, { frames, out }: { readonly frames: number; readonly out: string }) {
  const args = ["play", url, "--no-preview", "--no-reconnect", "--frames", String(frames), "--out", out];
  await using player = startOurs(args, { write: true });
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  const names = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
  return names.map((name) => encodeHex(Deno.readFileSync(join(out, name))));
}

for (const transport of TRANSPORTS) {
  peerTest(`push: a movie to ffmpeg that listens, over ${transport}, pixel for pixel`, ["ffmpeg"], async () => {
    await using directory = await temporaryDirectory();
    const { path } = await makeMovieOf(directory.path);
    const url = `rtsp://127.0.0.1:${reservePort()}/live`;
    const watching = pixelsByFfmpeg([
      ...["-rtsp_flags", "listen", "-i", url, "-frames:v", String(MOVIE_FRAMES - 1)],
    ]);
    // It listens when it has begun, which nothing tells.
    await until(async () => {
      await using pusher = startOurs(["push", path, url, "--transport", transport, "--fps", "25"]);
      const { code, stderr } = await pusher.exit();
      return code === 0 || !/nobody listens/.test(stderr.join("\n"));
    });
    const sent = await pixelsByFfmpeg(["-f", "mjpeg", "-i", path]);
    assertEquals(await watching, sent.slice(0, MOVIE_FRAMES - 1));
  });

  for (const auth of ["none", "digest"]) {
    const how = auth === "none" ? "" : `, with ${auth} authentication`;
    peerTest(`push: a movie to gst-rtsp-server over ${transport}, frame by frame${how}`, [
      "ffmpeg",
      "gst-launch-1.0",
    ], async () => {
      await using directory = await temporaryDirectory();
      const { path, jpegs } = await makeMovieOf(directory.path);
      const recorded = join(directory.path, "recorded.mjpg");
      await using server = await startGstServer(path, { args: ["--record", recorded, "--auth", auth] });
      const user = auth === "none" ? "" : "user:pass%20word@";
      const url = `rtsp://${user}127.0.0.1:${server.port}/record`;
      await using pusher = startOurs(["push", path, url, "--transport", transport, "--fps", "25"]);
      const { code, stderr } = await pusher.exit();
      assertEquals(code, 0, stderr.join("\n"));
      assert(!stderr.join("\n").includes("pass%20word"), "the password is shown");
      const splitter = new MultipartSplitter({ maxBytes: 1_000_000 });
      const shown = splitter.push(await Deno.readFile(recorded)).map(({ data }) => rebuildJpeg(conditionJpeg(data)));
      assertEquals(shown.map((jpeg) => encodeHex(jpeg)), jpegs);
    });
  }

  peerTest(`push: a movie to MediaMTX over ${transport}, and from there to a player`, [
    "ffmpeg",
    "mediamtx",
  ], async () => {
    await using directory = await temporaryDirectory();
    const { path } = await makeMovieOf(directory.path);
    await using server = await startMediaMtx({ paths: ["live:"], directory: directory.path });
    const url = `${server.url}/live`;
    await using pusher = startOurs(["push", path, url, "--transport", transport, "--loop", "--fps", "25"]);
    await server.program.waitForLine(/is publishing to path 'live'/);
    // It writes headers of its own.
    const out = join(directory.path, "frames");
    assertEquals((await play(url, { frames: 30, out })).length, 30);
    const shown = await pixelsByFfmpeg(["-f", "image2", "-i", join(out, "frame-%06d.jpg")]);
    const sent = await pixelsByFfmpeg(["-f", "mjpeg", "-i", path]);
    assert(shown.every((frame) => sent.includes(frame)), "a frame is not what was pushed");
    assertEquals((await pusher.stop("SIGINT")).code, 0);
  });

  peerTest(`push: a movie to our own server over ${transport}, byte for byte, over and over`, ["ffmpeg"], async () => {
    await using directory = await temporaryDirectory();
    const { path, jpegs } = await makeMovieOf(directory.path);
    await using server = await startOurServer({ root: "docs", args: ["--publish", "live"] });
    const url = `rtsp://127.0.0.1:${server.port}/live`;
    await using pusher = startOurs(["push", path, url, "--transport", transport, "--loop", "--fps", "25"]);
    await server.program.waitForLine(/ publishes live$/);
    const shown = await play(url, { frames: 60, out: join(directory.path, "frames") });
    assertEquals(shown.length, 60);
    assert(shown.every((frame) => jpegs.includes(frame)), "a frame is not what was pushed");
    await pusher.stop("SIGINT");
    await server.program.waitForLine(/ publishes live no more, torn down: \d+ frames, [01] damaged, 0 packets lost/);
  });
}

Deno.test("push: a server that goes away is found again, and those that refuse are told", async () => {
  const port = reservePort();
  const start = () => startOurServer({ root: "docs", port, args: ["--publish", "live"] });
  const url = `rtsp://127.0.0.1:${port}/live`;
  const first = await start();
  await using pusher = startOurs(["push", "testsrc", url, "--loop"]);
  await first.program.waitForLine(/ publishes live$/);
  // Once a frame is there, the pusher has the answer to RECORD: before that, a server that goes is one that does not take it.
  await using viewer = startOurs(["play", url, "--no-preview", "--frames", "1"]);
  assertEquals((await viewer.exit()).code, 0);
  await first[Symbol.asyncDispose]();
  await pusher.waitForLine(/The server is gone: .*; trying again in \d+ s/);
  await using second = await start();
  await second.program.waitForLine(/ publishes live$/);
  for (const [name, status] of [["other", 403], ["testsrc", 403]]) {
    await using refused = startOurs(["push", "testsrc", `rtsp://127.0.0.1:${port}/${name}`]);
    const { code, stderr } = await refused.exit();
    assertEquals(code, 1);
    assertMatch(stderr.at(-1)!, new RegExp(`The server refused ANNOUNCE .*: ${status} Forbidden`));
  }
});

peerTest("push: standard input, and a stream of another server", ["ffmpeg", "bash"], async () => {
  await using directory = await temporaryDirectory();
  const { path, jpegs } = await makeMovieOf(directory.path);
  await using server = await startOurServer({ root: directory.path, args: ["--loop", "--publish", "live*"] });
  const base = `rtsp://127.0.0.1:${server.port}`;
  const copy = `ffmpeg -nostdin -loglevel error -re -stream_loop -1 -r 25 -f mjpeg -i '${path}' -c copy -f mjpeg -`;
  const through = ["bash", "-c", `exec "$@" < <(${copy})`, "bash"];
  await using _input = startOurs(["push", "-", `${base}/live1`], { through });
  await using _stream = startOurs(["push", `${base}/movie.mjpeg`, `${base}/live2`]);
  for (const name of ["live1", "live2"]) {
    await server.program.waitForLine(new RegExp(` publishes ${name}$`));
    const shown = await play(`${base}/${name}`, { frames: 20, out: join(directory.path, name) });
    assert(shown.every((frame) => jpegs.includes(frame)), `${name}: a frame is not what was pushed`);
  }
});

Deno.test("push: to several servers at once, of which one may be gone", async () => {
  await using directory = await temporaryDirectory();
  const args = ["--publish", "live"];
  await using one = await startOurServer({ root: "docs", args });
  await using other = await startOurServer({ root: "docs", args });
  const urls = [one.port, reservePort(), other.port].map((port) => `rtsp://127.0.0.1:${port}/live`);
  await using pusher = startOurs(["push", "testsrc", ...urls, "--loop"]);
  await pusher.waitForLine(/error .*nobody listens there/);
  await Promise.all([one, other].map(async ({ program, port }) => {
    await program.waitForLine(/ publishes live$/);
    const shown = await play(`rtsp://127.0.0.1:${port}/live`, { frames: 10, out: join(directory.path, String(port)) });
    assertEquals(shown.length, 10);
  }));
  assertEquals((await pusher.stop("SIGINT")).code, 1);
});

Deno.test("push explains what it cannot push", async () => {
  const CASES: readonly [args: readonly string[], code: number, message: RegExp][] = [
    [["testsrc"], 2, /push takes SOURCE and a URL or more, got 1/],
    [["testsrc", "http://127.0.0.1/x"], 2, /The URL is not of the form rtsp:/],
    [["nothing.mjpeg", "rtsp://127.0.0.1/x"], 1, /There is no directory or file "nothing.mjpeg" to push/],
    [["README.md", "rtsp://127.0.0.1/x"], 1, /Cannot read .*README.md/],
    [["testsrc", `rtsp://127.0.0.1:${reservePort()}/x`], 1, /nobody listens there/],
  ];
  for (const [args, expected, message] of CASES) {
    await using program = startOurs(["push", ...args]);
    const { code, stderr } = await program.exit();
    assertEquals(code, expected, stderr.join("\n"));
    assertMatch(stderr.join("\n"), message);
  }
});
