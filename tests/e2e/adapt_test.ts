/** A movie of 8 Mbit/s through an emulated network of 2 Mbit/s: with `--adapt` it moves, without it stands still. */
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import type { Summary } from "../../cli/summary.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const FPS = 25;
const MOVIE_BITRATE = 8e6;
const SECONDS = 25;
/** Of these, the server has so many when it has found out what its network is like. */
const SETTLED_SECONDS = 20;

/** JPEGs of about as many bytes as a frame of the movie has. */
async function makeFrames(): Promise<Uint8Array[]> {
  const wanted = MOVIE_BITRATE / 8 / FPS;
  const sized = await Promise.all([30, 40, 50, 60, 70, 80].map((quality) => makeFrame(quality, 0)));
  const nearest =
    sized.toSorted((one, other) => Math.abs(one.jpeg.length - wanted) - Math.abs(other.jpeg.length - wanted))[0];
  const frames = await Promise.all(Array.from({ length: FPS }, (_, seed) => makeFrame(nearest.quality, seed)));
  return frames.map(({ jpeg }) => jpeg);
}

async function makeFrame(quality: number, seed: number): Promise<{ quality: number; jpeg: Uint8Array }> {
  return { quality, jpeg: await makeJpeg({ width: 512, height: 384, quality, seed }) };
}

/** Plays over UDP. */
async function play(root: string, args: readonly string[]): Promise<{ summary: Summary; log: string }> {
  await using server = await startOurServer({
    root,
    args: ["--loop", "--fps", String(FPS), "--rate", "2mbit", ...args],
  });
  await using player = startOurs([
    ...["play", `rtsp://127.0.0.1:${server.port}/movie.mjpeg`, "--transport", "udp", "--no-preview"],
    ...["--json", "--seconds", String(SECONDS)],
  ]);
  const { code, stdout, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  await server.program.waitForLine(/emulated network lost/);
  return { summary: JSON.parse(stdout[0]), log: server.program.stderr.join("\n") };
}

Deno.test("serve --adapt: 10 whole frames a second through a quarter of the rate; without it fewer than 2", async () => {
  await using directory = await temporaryDirectory();
  const frames = await makeFrames();
  const bitrate = 8 * FPS * concat(frames).length / frames.length;
  assert(bitrate > 0.85 * MOVIE_BITRATE && bitrate < 1.3 * MOVIE_BITRATE, `${bitrate} bit/s`);
  await Deno.writeFile(join(directory.path, "movie.mjpeg"), concat(frames));

  const plain = await play(directory.path, []);
  assert(plain.summary.frames < 2 * SECONDS, `${plain.summary.frames} whole frames\n${plain.log}`);
  assert(!/ gets .* now/.test(plain.log), plain.log);

  const adapted = await play(directory.path, ["--adapt"]);
  assert(adapted.summary.frames >= 10 * SETTLED_SECONDS, `${adapted.summary.frames} whole frames\n${adapted.log}`);
  assert(
    /gets 1 of 2 frames, quantized \d+ times as coarsely now: its network is too slow/.test(adapted.log),
    adapted.log,
  );
  assert(
    /its network took 1 of \d frames, quantized \d+ times as coarsely at the least/.test(adapted.log),
    adapted.log,
  );
});
