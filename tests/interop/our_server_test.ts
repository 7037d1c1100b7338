/**
 * Our server, watched by other people's players: every frame arrives, and its decoded pixels are those of the file.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type OurServer, startOurs, startOurServer } from "../support/our_program.ts";
import { multicastTest, peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { ENCODINGS, makeMovie, MOVIE_FRAMES, RESTART_MARKERS } from "./movies.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";
import { type Player, PLAYERS } from "./players.ts";

/** The pixels of a movie's frames, as a player shows them. */
async function pixelsOf(path: string, player: Player): Promise<string[]> {
  return await (player.pixelsOf?.(path) ?? pixelsByFfmpeg(["-i", path]));
}

for (const [name, player] of Object.entries(PLAYERS)) {
  const movies = name === "gortsplib" ? { ...ENCODINGS, "4:2:0, restart markers": RESTART_MARKERS } : ENCODINGS;
  for (const transport of player.transports.filter((transport) => transport !== "multicast")) {
    for (const [title, encoding] of Object.entries(movies)) {
      peerTest(
        `${name} plays what we serve over ${transport}, pixel for pixel: ${title}`,
        player.programs,
        async () => {
          await using directory = await temporaryDirectory();
          const path = await makeMovie(directory.path, encoding);
          await using server = await startOurServer({ root: directory.path, args: ["--fps", "25"] });
          await using received = await temporaryDirectory();
          const url = `rtsp://127.0.0.1:${server.port}/movie.mjpeg`;
          const pixels = await player.watch({ url, transport, directory: received.path, length: MOVIE_FRAMES });
          const expected = await pixelsOf(path, player);
          assertEquals(expected.length, MOVIE_FRAMES);
          assertEquals(pixels, expected.slice(0, MOVIE_FRAMES - player.withheld));
          await server.program.waitForLine(/ended, torn down: 50 frames/);
        },
      );
    }
  }
}

/**
 * A movie for a group. It is sent in turns, so that all its frames are known whenever a player comes. Nothing of it has to be drawn:
 * of a picture that is drawn too slowly the server drops frames. It is so small and slow that the buffer of a player's socket holds
 * some seconds of it, however busy the machine is.
 */
const GROUP_MOVIE = { size: "96x72", frameRate: 10 };
/** Frames that each player of the group is to receive. */
const GROUP_FRAMES = 20;

/** Serves what is in a folder, over and over, to a group that nobody outside of this machine can hear. */
async function serveToGroup(root: string): Promise<OurServer> {
  const group = ["--multicast", `239.255.77.2:${reservePort()}`, "--ttl", "0"];
  return await startOurServer({
    root,
    host: "0.0.0.0",
    args: [...group, "--loop", "--fps", String(GROUP_MOVIE.frameRate)],
  });
}

for (const [name, player] of Object.entries(PLAYERS)) {
  if (!player.transports.includes("multicast")) continue;
  multicastTest(
    `${name} plays what we serve over multicast, pixel for pixel, twice at once`,
    player.programs,
    async (address) => {
      await using directory = await temporaryDirectory();
      const path = await makeMovie(directory.path, ENCODINGS["4:2:0, standard tables"], GROUP_MOVIE);
      const source = await pixelsOf(path, player);
      await using server = await serveToGroup(directory.path);
      const url = `rtsp://${address}:${server.port}/movie.mjpeg`;
      const watch = async () => {
        await using received = await temporaryDirectory();
        return await player.watch({ url, transport: "multicast", directory: received.path, frames: GROUP_FRAMES });
      };
      for (const pixels of await Promise.all([watch(), watch()])) {
        const start = source.indexOf(pixels[0]);
        const expected = Array.from({ length: GROUP_FRAMES }, (_, index) => source[(start + index) % MOVIE_FRAMES]);
        assertEquals(pixels.slice(0, GROUP_FRAMES), expected);
      }
      await server.program.waitForLine(/multicast session .* ended, nobody watches any more/);
    },
  );
}

peerTest("ffprobe reads size, rate and duration from what we describe", ["ffprobe", "ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  await makeMovie(directory.path, ["-pix_fmt", "yuvj420p"]);
  await using server = await startOurServer({ root: directory.path, args: ["--fps", "25"] });
  const text = await run("ffprobe", [
    ...["-loglevel", "error", "-print_format", "json", "-show_streams", "-show_format"],
    `rtsp://127.0.0.1:${server.port}/movie.mjpeg`,
  ]);
  const { streams: [stream], format } = JSON.parse(text);
  assertEquals([stream.codec_name, stream.width, stream.height], ["mjpeg", 320, 240]);
  assertEquals(stream.avg_frame_rate, "25/1");
  assertEquals(Number(format.duration), MOVIE_FRAMES / 25);
});

peerTest("what ffmpeg reports over UDP is read", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  await makeMovie(directory.path, ENCODINGS["4:2:0, standard tables"]);
  await using server = await startOurServer({ root: directory.path, args: ["--fps", "25"] });
  await pixelsByFfmpeg(["-rtsp_transport", "udp", "-i", `rtsp://127.0.0.1:${server.port}/movie.mjpeg`]);
  await server.program.waitForLine(/the client reported 0 packets lost/);
});

peerTest("ffmpeg seeks in what we serve", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const path = await makeMovie(directory.path, ENCODINGS["4:2:0, standard tables"]);
  await using server = await startOurServer({ root: directory.path, args: ["--fps", "25"] });
  const url = `rtsp://127.0.0.1:${server.port}/movie.mjpeg`;
  const received = await pixelsByFfmpeg(["-rtsp_transport", "tcp", "-ss", "1", "-i", url]);
  const expected = await pixelsByFfmpeg(["-i", path]);
  await server.program.waitForLine(/plays session \w+ from 1 s/);
  // What came before the seek took effect is ffmpeg's to throw away or to show.
  assertEquals(received.slice(-20), expected.slice(-20));
});

peerTest("lab clients and RTSP/1.0 players watch the same file on the same port", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const path = await makeMovie(directory.path, ENCODINGS["4:2:0, standard tables"]);
  await using server = await startOurServer({ root: directory.path, args: ["--fps", "25"] });
  const url = `rtsp://127.0.0.1:${server.port}/movie.mjpeg`;
  const lab = ["play", "127.0.0.1", String(server.port), String(reservePort()), "movie.mjpeg", "--no-preview"];
  await using player = startOurs([...lab, "--frames", String(MOVIE_FRAMES), "--json"]);
  const [overTcp, overUdp, { code, stdout }] = await Promise.all([
    pixelsByFfmpeg(["-rtsp_transport", "tcp", "-i", url]),
    pixelsByFfmpeg(["-rtsp_transport", "udp", "-i", url]),
    player.exit(),
  ]);
  const expected = await pixelsByFfmpeg(["-i", path]);
  assertEquals([overTcp, overUdp], [expected, expected]);
  const { frames, lostPackets } = JSON.parse(stdout[0]);
  assertEquals([code, frames, lostPackets], [0, MOVIE_FRAMES, 0]);
});
