/**
 * Our client at other people's servers: every frame arrives, and its decoded pixels are those of the source.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { ChildProgram } from "../support/child_program.ts";
import { startGstServer } from "../support/gst_server.ts";
import { startOurs } from "../support/our_program.ts";
import { peerTest, rootTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { type Host, startTwoHosts } from "../support/two_hosts.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

const FRAMES = 50;
const PROGRAMS = ["ffmpeg", "gst-launch-1.0"];

/** gst-rtsp-server with a movie of its own, on a host of its own if there is one. */
async function serveMovie(directory: string, args: readonly string[] = [], pixelFormat = "I420", host?: Host) {
  const path = join(directory, "movie.avi");
  await run("gst-launch-1.0", [
    ...["-q", "videotestsrc", "pattern=ball", `num-buffers=${FRAMES}`, "!"],
    ...[`video/x-raw,format=${pixelFormat},width=320,height=240,framerate=25/1`, "!", "jpegenc", "!", "avimux", "!"],
    ...["filesink", `location=${path}`],
  ]);
  const there = host === undefined ? [] : ["--address", host.address];
  const server = await startGstServer(path, { args: [...there, ...args], through: host?.through });
  return { ...server, path };
}

/** Plays to a folder; what was said, and the pixels of what is stored. */
async function play(source: readonly string[], directory: string, through?: readonly string[]) {
  const out = join(directory, "frames");
  const args = ["play", ...source, "--no-preview", "--json", "--out", out];
  await using player = startOurs(args, { write: true, through });
  const { code, stdout, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  const pixels = await pixelsByFfmpeg(["-f", "image2", "-i", join(out, "frame-%06d.jpg")]);
  return { summary: JSON.parse(stdout[0]), pixels, log: stderr.join("\n") };
}

for (const transport of ["udp", "tcp"]) {
  for (const pixelFormat of ["I420", "Y42B"]) {
    peerTest(`play: gst-rtsp-server over ${transport}, pixel for pixel, ${pixelFormat}`, PROGRAMS, async () => {
      await using directory = await temporaryDirectory();
      await using server = await serveMovie(directory.path, [], pixelFormat);
      const url = `rtsp://127.0.0.1:${server.port}/stream`;
      const { summary, pixels } = await play([url, "--transport", transport], directory.path);
      assertEquals([summary.dialect, summary.transport], ["rtsp", transport]);
      assertEquals([summary.frames, summary.lostPackets, summary.damagedFrames], [FRAMES, 0, 0]);
      assertEquals(pixels, await pixelsByFfmpeg(["-i", server.path]));
    });
  }
}

peerTest("play: gst-rtsp-server in the lab's form: the dialect is found out", PROGRAMS, async () => {
  await using directory = await temporaryDirectory();
  await using server = await serveMovie(directory.path);
  const source = ["127.0.0.1", String(server.port), String(reservePort()), "stream"];
  const { summary } = await play(source, directory.path);
  assertEquals([summary.dialect, summary.frames], ["rtsp", FRAMES]);
});

peerTest("play: a server that refuses UDP is played over TCP, and it is said why", PROGRAMS, async () => {
  await using directory = await temporaryDirectory();
  await using server = await serveMovie(directory.path, ["--tcp-only"]);
  const { summary, log } = await play([`rtsp://127.0.0.1:${server.port}/stream`], directory.path);
  assertEquals([summary.transport, summary.frames], ["tcp", FRAMES]);
  assertMatch(log, /The server does not send over UDP: using TCP/);
});

for (const transport of ["udp", "tcp"]) {
  peerTest(
    `play: live555's proxy over ${transport}, pixel for pixel`,
    [...PROGRAMS, "live555ProxyServer"],
    async () => {
      await using directory = await temporaryDirectory();
      await using server = await serveMovie(directory.path);
      // Over UDP it loses the beginning of its own source's first frame now and then.
      const args = ["-t", "-p", String(reservePort()), `rtsp://127.0.0.1:${server.port}/stream`];
      await using proxy = new ChildProgram("live555ProxyServer", { args });
      const [, port] = await proxy.waitForLine(/Play this stream using the URL: rtsp:.*:(\d+)\/proxyStream/);
      // The proxy takes every stream for one without an end.
      const source = [`rtsp://127.0.0.1:${port}/proxyStream`, "--transport", transport, "--no-reconnect"];
      const { summary, pixels, log } = await play(source, directory.path);
      // Its session ends with the stream.
      assert(!log.includes("TEARDOWN failed"), log);
      assertEquals([summary.dialect, summary.transport], ["rtsp", transport]);
      assertEquals([summary.frames, summary.lostPackets, summary.damagedFrames], [FRAMES, 0, 0]);
      assertEquals(pixels, await pixelsByFfmpeg(["-i", server.path]));
    },
  );
}

rootTest("play: gst-rtsp-server over multicast, from another host", [...PROGRAMS, "ip"], async () => {
  await using directory = await temporaryDirectory();
  await using hosts = await startTwoHosts();
  await using server = await serveMovie(directory.path, ["--multicast", "239.255.42.1"], "I420", hosts.one);
  const url = `rtsp://${hosts.one.address}:${server.port}/stream`;
  const { summary, pixels } = await play([url, "--transport", "multicast"], directory.path, hosts.other.through);
  assertEquals([summary.transport, summary.frames, summary.lostPackets], ["multicast", FRAMES, 0]);
  assertEquals(pixels, await pixelsByFfmpeg(["-i", server.path]));
});

for (const transport of ["udp", "tcp"]) {
  peerTest(
    `play: gst-rtsp-server with sound over ${transport}: it is counted`,
    PROGRAMS,
    async () => {
      await using directory = await temporaryDirectory();
      await using server = await serveMovie(directory.path, ["--sound", "PCMA", "L16"]);
      const url = `rtsp://127.0.0.1:${server.port}/stream`;
      const { summary, pixels } = await play([url, "--transport", transport], directory.path);
      assertEquals([summary.frames, summary.damagedFrames], [FRAMES, 0]);
      assertEquals(pixels, await pixelsByFfmpeg(["-i", server.path]));
      const tracks: { encoding: string; clockRate: number; channels: number; packets: number; lostPackets: number }[] =
        summary.tracks;
      assertEquals(tracks.map(({ encoding, clockRate, channels }) => [encoding, clockRate, channels]), [
        ...[["PCMA", 8000, 1], ["L16", 16_000, 2]],
      ]);
      for (const { packets, lostPackets } of tracks) assert(packets > 10 && lostPackets === 0, JSON.stringify(tracks));
    },
  );
}

for (const auth of ["basic", "digest"]) {
  peerTest(`play: gst-rtsp-server with ${auth} authentication, the password never shown`, PROGRAMS, async () => {
    await using directory = await temporaryDirectory();
    await using server = await serveMovie(directory.path, ["--auth", auth]);
    const url = `rtsp://user:pass%20word@127.0.0.1:${server.port}/stream`;
    const { summary, pixels, log } = await play([url, "--log-level", "debug"], directory.path);
    assertEquals(summary.frames, FRAMES);
    assertEquals(pixels, await pixelsByFfmpeg(["-i", server.path]));
    for (const secret of ["pass word", "pass%20word", btoa("user:pass word")]) assert(!log.includes(secret), secret);
  });

  peerTest(`play: gst-rtsp-server refuses a wrong password with ${auth} authentication`, PROGRAMS, async () => {
    await using directory = await temporaryDirectory();
    await using server = await serveMovie(directory.path, ["--auth", auth]);
    for (const user of ["", "user:wrong@"]) {
      await using player = startOurs(["play", `rtsp://${user}127.0.0.1:${server.port}/stream`, "--no-preview"]);
      const { code, stderr } = await player.exit();
      assertEquals(code, 1);
      assertMatch(stderr.join("\n"), /refused DESCRIBE .*: 401 Unauthorized; check user name and password/);
    }
  });
}

peerTest("play: a stream of another kind is named", PROGRAMS, async () => {
  await using directory = await temporaryDirectory();
  await using server = await serveMovie(directory.path);
  await using player = startOurs(["play", `rtsp://127.0.0.1:${server.port}/nothing`, "--no-preview"]);
  const { code, stderr } = await player.exit();
  assertEquals(code, 1);
  assertMatch(stderr.join("\n"), /refused DESCRIBE rtsp:\/\/127\.0\.0\.1:\d+\/nothing: 404 Not Found/);
});
