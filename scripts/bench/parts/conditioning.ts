/**
 * Lossless conditioning: CPU a frame, against jpegtran, which without options writes the standard Huffman tables too.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { ChildProgram } from "../../../tests/support/child_program.ts";
import type { Bench, Part } from "../bench.ts";
import { encode, type Video } from "../files.ts";
import { type Findings, ratioRow, spread } from "../report.ts";

const LOOP = fromFileUrl(new URL("../programs/conditioning_loop.ts", import.meta.url));
const FRAMES = 50;
/** The largest ratio to jpegtran, for the frames that conditioning is mostly for. */
const MAX_RATIO = 2;

/** ffmpeg writes optimized tables unless it is told not to; those of the other kinds are made of its frames. */
const CLIP: Video = { size: "1280x720", frameRate: FRAMES, seconds: 1, quality: 5, huffman: "optimal" };

const KINDS: readonly { name: string; video: Video; jpegtran?: readonly string[]; atMost?: number }[] = [
  { name: "optimized tables", video: { ...CLIP, quality: 10 }, atMost: MAX_RATIO },
  { name: "optimized tables, noisy picture", video: { ...CLIP, filter: ",noise=alls=8" }, atMost: MAX_RATIO },
  { name: "progressive", video: { ...CLIP, quality: 10 }, jpegtran: ["-progressive"] },
];

export const conditioning: Part = {
  name: "conditioning",
  title: "Lossless conditioning of 720p",
  programs: ["ffmpeg", "jpegtran", "bash"],
  run,
};

async function run({ files, rounds, seconds, say }: Bench): Promise<Findings> {
  const empty = await makeFrames(join(files.root, "conditioning-empty"), { video: { ...CLIP, size: "16x16" } });
  const kinds = await Promise.all(KINDS.map(async (kind, index) => ({
    ...kind,
    frames: await makeFrames(join(files.root, `conditioning-${index}`), kind),
    ours: [] as number[],
    theirs: [] as number[],
  })));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, frames, ours, theirs } of kinds) {
      // A frame of 16x16 takes what jpegtran's start takes.
      theirs.push(await jpegtranMs(frames.directory) - await jpegtranMs(empty.directory));
      ours.push(await oursMs(frames.file, seconds));
      say(`conditioning, ${name}: ${ours.at(-1)!.toFixed(2)} ms a frame, jpegtran ${theirs.at(-1)!.toFixed(2)} ms`);
    }
  }
  return {
    rows: kinds.map(({ name, frames, ours, theirs, atMost }) =>
      ratioRow(`CPU of lossless conditioning, 720p, ${name}, ${kilobytes(frames)} kB a frame, against jpegtran`, {
        dividend: ours,
        divisor: theirs,
        atMost,
      })
    ),
    details: [{
      title: "Lossless conditioning of 720p, CPU in ms a frame",
      columns: ["frames", "kB", "mjpegrtsp", "jpegtran, user time without its start"],
      lines: kinds.map(({ name, frames, ours, theirs }) => [
        name,
        kilobytes(frames),
        spread(ours, 2),
        spread(theirs, 2),
      ]),
    }],
  };
}

/** The same frames in a file of their own each, for jpegtran, and all in one. */
interface Frames {
  readonly directory: string;
  readonly file: string;
  readonly meanBytes: number;
}

async function makeFrames(
  directory: string,
  { video, jpegtran }: { readonly video: Video; readonly jpegtran?: readonly string[] },
): Promise<Frames> {
  await Deno.mkdir(directory);
  await encode(video, join(directory, "%03d.jpg"));
  const paths = Array.from({ length: FRAMES }, (_, index) => join(directory, `${index + 1}`.padStart(3, "0") + ".jpg"));
  const file = join(directory, "all.mjpeg");
  for (const path of paths) {
    if (jpegtran !== undefined) {
      await new ChildProgram("jpegtran", { args: [...jpegtran, "-outfile", path, path] }).exit();
    }
    await Deno.writeFile(file, await Deno.readFile(path), { append: true });
  }
  return { directory, file, meanBytes: (await Deno.stat(file)).size / FRAMES };
}

function kilobytes({ meanBytes }: Frames): string {
  return (meanBytes / 1000).toFixed(0);
}

async function oursMs(file: string, seconds: number): Promise<number> {
  const args = ["run", "--no-prompt", "--allow-read", LOOP, file, String(seconds)];
  await using loop = new ChildProgram(Deno.execPath(), { args });
  const { stdout } = await loop.exit();
  const { frames, cpuSeconds } = JSON.parse(stdout[0]);
  if (frames === 0) throw new Error(`No frame of ${file} had to be transcoded`);
  return cpuSeconds * 1000 / frames;
}

/**
 * User time of jpegtran a frame. It runs once for each frame; the shell adds its children's times up. Its system time is for memory that
 * a program which goes on takes only once, so it does not count.
 */
async function jpegtranMs(directory: string): Promise<number> {
  const script = `for frame in "$1"/*.jpg; do jpegtran -outfile /dev/null "$frame" || exit 1; done; times`;
  await using shell = new ChildProgram("bash", { args: ["-c", script, "bash", directory] });
  const { code, stdout } = await shell.exit();
  const match = /^(\d+)m([\d.]+)s/.exec(stdout[1] ?? "");
  if (code !== 0 || match === null) throw new Error(`Cannot measure jpegtran: exit code ${code}, ${stdout.join("; ")}`);
  return (Number(match[1]) * 60 + Number(match[2])) * 1000 / FRAMES;
}
