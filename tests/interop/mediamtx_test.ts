/**
 * Both ends at once: MediaMTX pulls what we serve, and our player plays it from there. Every frame is one of the file's, by
 * its decoded pixels, and none is missing between them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { startMediaMtx } from "../support/mediamtx.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest, rootTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { startTwoHosts } from "../support/two_hosts.ts";
import { makeMovie, MOVIE_FRAMES, RESTART_MARKERS } from "./movies.ts";
import { pixelsByFfmpeg } from "./pixels.ts";

const PROGRAMS = ["ffmpeg", "mediamtx"];
const FRAMES = 20;

/** Where the server and MediaMTX are, and where the player is. */
interface Places {
  readonly address: string;
  readonly server?: readonly string[];
  readonly player?: readonly string[];
}

/** Frames go from our server to MediaMTX and from there to our player, both ways over `transport`. */
async function relay(transport: "udp" | "tcp" | "multicast", places: Places): Promise<void> {
  await using directory = await temporaryDirectory();
  const source = await pixelsByFfmpeg(["-i", await makeMovie(directory.path, RESTART_MARKERS, { size: "96x72" })]);
  const group = transport === "multicast" ? ["--multicast", `239.255.77.3:${reservePort()}`] : [];
  await using server = await startOurServer({
    root: directory.path,
    host: "0.0.0.0",
    args: ["--loop", "--fps", "10", ...group],
    through: places.server,
  });
  const pulled = `rtsp://${places.address}:${server.port}/movie.mjpeg`;
  await using mediaMtx = await startMediaMtx({
    paths: ["movie:", `  source: ${pulled}`, `  rtspTransport: ${transport}`, "  sourceOnDemand: yes"],
    ...{ directory: directory.path, address: places.address, through: places.server },
  });

  const out = join(directory.path, "frames");
  await using player = startOurs(
    [
      ...["play", `${mediaMtx.url}/movie`, "--transport", transport, "--no-preview", "--json"],
      ...["--frames", String(FRAMES), "--out", out],
    ],
    { write: true, through: places.player },
  );
  const { code, stdout, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  const summary = JSON.parse(stdout[0]);
  assertEquals([summary.transport, summary.frames, summary.lostPackets, summary.damagedFrames], [
    ...[transport, FRAMES, 0, 0],
  ]);
  const pixels = await pixelsByFfmpeg(["-f", "image2", "-i", join(out, "frame-%06d.jpg")]);
  const start = source.indexOf(pixels[0]);
  assertEquals(pixels, Array.from({ length: FRAMES }, (_, index) => source[(start + index) % MOVIE_FRAMES]));
}

for (const transport of ["udp", "tcp"] as const) {
  peerTest(
    `play: MediaMTX over ${transport}, which pulls what we serve over ${transport}, pixel for pixel`,
    PROGRAMS,
    () => relay(transport, { address: "127.0.0.1" }),
  );
}

rootTest(
  "play: MediaMTX over multicast from another host, which pulls what we serve over multicast, pixel for pixel",
  [...PROGRAMS, "ip"],
  async () => {
    await using hosts = await startTwoHosts();
    await relay("multicast", { address: hosts.one.address, server: hosts.one.through, player: hosts.other.through });
  },
);
