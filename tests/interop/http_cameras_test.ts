/**
 * Cameras that speak HTTP: played, and relayed to viewers of RTSP.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ChildProgram } from "../support/child_program.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";

/** ustreamer without a camera: it serves a picture that says so, about twice a second. */
async function startUstreamer(args: readonly string[] = []) {
  const port = reservePort();
  const where = ["--host", "127.0.0.1", "--port", String(port), "--device", "/dev/none"];
  const program = new ChildProgram("ustreamer", { args: [...where, ...args] });
  await program.waitForLine(/Listening HTTP on/);
  return { port, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** Plays some frames to a folder. */
async function play(target: readonly string[], frames: number, directory: string) {
  const out = join(directory, `frames-${frames}`);
  const args = ["play", ...target, "--no-preview", "--json", "--frames", String(frames), "--out", out];
  await using player = startOurs(args, { write: true });
  const { code, stdout, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  assert(!stderr.join("\n").includes("secret"), "the password is shown");
  return { summary: JSON.parse(stdout[0]) };
}

for (const [kind, path] of [["stream", "/stream"], ["snapshot", "/snapshot"]]) {
  peerTest(`play: the ${kind} of ustreamer, with a password`, ["ustreamer"], async () => {
    await using directory = await temporaryDirectory();
    await using camera = await startUstreamer(["--user", "admin", "--passwd", "secret"]);
    const url = `http://admin:secret@127.0.0.1:${camera.port}${path}`;
    const { summary } = await play([url], 3, directory.path);
    assertEquals([summary.dialect, summary.frames, summary.damagedFrames], ["http", 3, 0]);
  });
}

peerTest("serve --pull: the stream of ustreamer reaches viewers of RTSP and of the lab", ["ustreamer"], async () => {
  await using directory = await temporaryDirectory();
  await using camera = await startUstreamer();
  // Its picture is of 4:4:4.
  const args = ["--reencode", "--pull", `cam=http://127.0.0.1:${camera.port}/stream`];
  await using server = await startOurServer({ root: "docs", args });
  const { summary } = await play([`rtsp://127.0.0.1:${server.port}/cam`], 3, directory.path);
  assertEquals([summary.dialect, summary.frames, summary.damagedFrames], ["rtsp", 3, 0]);
  const lab = await play(["127.0.0.1", String(server.port), String(reservePort()), "cam"], 2, directory.path);
  assertEquals([lab.summary.dialect, lab.summary.frames], ["lab", 2]);
});

peerTest("play: what ffmpeg serves as mpjpeg, and its end", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const url = `http://127.0.0.1:${reservePort()}/stream`;
  const input = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=4"];
  await using _camera = new ChildProgram("ffmpeg", {
    args: [
      ...["-nostdin", "-loglevel", "error", ...input, "-c:v", "mjpeg", "-huffman", "default", "-pix_fmt", "yuvj420p"],
      ...["-f", "mpjpeg", "-listen", "1", url],
    ],
  });
  const out = join(directory.path, "movie.mjpeg");
  // It listens when it has begun, which nothing tells.
  let frames = 0;
  await until(async () => {
    const args = ["play", url, "--no-preview", "--no-reconnect", "--json", "--out", out, "--force"];
    await using player = startOurs(args, { write: true });
    const { stdout } = await player.exit();
    frames = stdout.length === 0 ? 0 : JSON.parse(stdout[0]).frames;
    return frames > 0;
  });
  assertEquals(frames, 100);
});
