/**
 * Movies: how soon an AVI file of 4 GB is open and what its index takes, and how fast H.264 is converted, against ffmpeg itself.
 *
 * @module
 */

import { join } from "@std/path";
import { startOurs, startOurServer } from "../../../tests/support/our_program.ts";
import type { Bench, Part } from "../bench.ts";
import { encodeH264, makeLarge } from "../files.ts";
import { residentBytes } from "../processes.ts";
import { type Findings, median, ratioRow, spread } from "../report.ts";

const MEBIBYTE = 2 ** 20;
const OPEN_MS = 1000;
/** Frames of the movie that is converted. */
const CONVERTED_FRAMES = 250;

export const movies: Part = {
  name: "movies",
  title: "Opening a movie of 4 GB, and converting H.264",
  programs: ["ffmpeg"],
  run,
};

async function run({ files, rounds, say }: Bench): Promise<Findings> {
  const large = await makeLarge(files);
  const openMs: number[] = [];
  const grownMiB: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { milliseconds, bytes } = await open(large.avi);
    openMs.push(milliseconds);
    grownMiB.push(bytes / MEBIBYTE);
    say(`an AVI file of 4 GB is described after ${milliseconds.toFixed(0)} ms`);
  }
  await Promise.all([large.avi, join(files.root, large.file)].map((path) => Deno.remove(path)));

  const [input, output] = ["holiday.mp4", "converted.mjpg"].map((name) => join(files.root, name));
  await encodeH264(CONVERTED_FRAMES, input);
  const [ours, theirs]: number[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(await timeOf(() => startOurs(["convert", input, output, "--force"], { write: true }).exit()));
    const encoding = ["-c:v", "mjpeg", "-huffman", "default", "-pix_fmt", "yuvj420p", "-q:v", "5", "-f", "mjpeg"];
    const ffmpeg = new Deno.Command("ffmpeg", {
      args: ["-nostdin", "-v", "error", "-y", "-i", input, ...encoding, output],
    });
    theirs.push(
      await timeOf(async () => {
        const { code } = await ffmpeg.output();
        return { code };
      }),
    );
    say(
      `H.264: ${(CONVERTED_FRAMES / ours.at(-1)!).toFixed(1)} frames a second, ffmpeg ${
        (CONVERTED_FRAMES / theirs.at(-1)!).toFixed(1)
      }`,
    );
  }
  return {
    rows: [
      {
        what: "from DESCRIBE to its answer, for an AVI file of 4 GB with an index that nobody has asked for yet",
        measured: `${spread(openMs, 0)} ms`,
        target: `at most ${OPEN_MS} ms`,
        isReached: median(openMs) <= OPEN_MS,
      },
      { what: "memory that this takes", measured: `${spread(grownMiB, 1)} MiB`, target: "" },
      ratioRow(`time to convert ${CONVERTED_FRAMES} frames of H.264, 720p, start included, against ffmpeg`, {
        dividend: ours,
        divisor: theirs,
      }),
    ],
  };
}

/** How long the first DESCRIBE takes, and how much the server grows by it. */
async function open(path: string): Promise<{ readonly milliseconds: number; readonly bytes: number }> {
  await using server = await startOurServer({ root: path, args: ["--threads", "1"] });
  const { pid } = server.program;
  const before = residentBytes(pid);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const request = `DESCRIBE rtsp://127.0.0.1:${server.port}/large_movie.avi RTSP/1.0\r\nCSeq: 1\r\n\r\n`;
  const startMs = performance.now();
  await conn.write(new TextEncoder().encode(request));
  const reply = new Uint8Array(4096);
  const count = await conn.read(reply) ?? 0;
  const milliseconds = performance.now() - startMs;
  const [status] = new TextDecoder().decode(reply.subarray(0, count)).split("\r\n");
  if (!/ 200 /.test(status)) throw new Error(`The movie cannot be opened: ${status}`);
  return { milliseconds, bytes: residentBytes(pid) - before };
}

/** Seconds that a program takes. Rejects where it fails. */
async function timeOf(run: () => Promise<{ readonly code: number }>): Promise<number> {
  const startMs = performance.now();
  const { code } = await run();
  if (code !== 0) throw new Error(`A program ended with exit code ${code}`);
  return (performance.now() - startMs) / 1000;
}
