/** `play` of files on this machine, in the terminal: what is played and stored, and what is said of what cannot be. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { join } from "@std/path";
import type { ChildExit } from "../support/child_program.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { labFile, labFrames } from "../support/lab_movie.ts";
import { MPEG4, writeNumberedMovie } from "../support/numbered_movies.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest, rootTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** Frames of each movie, 20 a second. */
const FRAMES = 20;

/** Plays without a page, to the end. */
async function play(args: readonly string[], options: { through?: readonly string[] } = {}): Promise<ChildExit> {
  await using player = startOurs(["play", ...args, "--no-preview"], { write: args.includes("--out"), ...options });
  return await player.exit();
}

/** Writes a folder of JPEGs. */
async function writeFolder(path: string): Promise<string> {
  await Deno.mkdir(path);
  for (const [index, frame] of (await labFrames(FRAMES)).entries()) {
    await Deno.writeFile(join(path, `${index}.jpg`), frame);
  }
  return path;
}

/** How movies are made. */
const KINDS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  "movie.mjpeg": async (path) => await Deno.writeFile(path, labFile(await labFrames(FRAMES))),
  "movie.avi": (path) => writeNumberedMovie(path, { frames: FRAMES }),
  "movie.mp4": (path) => writeNumberedMovie(path, { frames: FRAMES }),
  "movie.mkv": (path) => writeNumberedMovie(path, { frames: FRAMES }),
  "other codec.mp4": (path) => writeNumberedMovie(path, { frames: FRAMES, encoding: MPEG4 }),
  "shots": writeFolder,
};

for (const [name, write] of Object.entries(KINDS)) {
  peerTest(`play ${name}: all of its frames come over RTSP, and that is the end`, ["ffmpeg"], async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, name);
    await write(path);
    const { code, stdout, stderr } = await play([path, "--json"]);
    assertEquals(code, 0, stderr.join("\n"));
    const { frames, lostPackets, damagedFrames, dialect, transport, durationSeconds } = JSON.parse(stdout[0]);
    assertEquals([frames, lostPackets, damagedFrames, dialect, transport], [FRAMES, 0, 0, "rtsp", "tcp"]);
    assertEquals(durationSeconds, 1);
    const url = `rtsp://127\\.0\\.0\\.1:\\d+/${encodeURIComponent(name)}`;
    assertMatch(stderr.join("\n"), new RegExp(`serving ${name} to this player at ${url}$`, "m"));
    // The server's own log of one client is not for whoever plays a file.
    assertNotMatch(stderr.join("\n"), /connected$/m);
  });
}

Deno.test("play FILE --out stores the very frames that are in the file", async () => {
  await using directory = await temporaryDirectory();
  const [path, out] = ["movie.mjpeg", "copy.mjpeg"].map((name) => join(directory.path, name));
  const movie = labFile(await labFrames(FRAMES));
  await Deno.writeFile(path, movie);
  assertEquals((await play([path, "--out", out])).code, 0);
  assertEquals(await Deno.readFile(out), movie);
  const udp = join(directory.path, "udp.mjpeg");
  const { code, stdout } = await play([path, "--out", udp, "--transport", "udp", "--frames", "5", "--json"]);
  assertEquals([code, JSON.parse(stdout[0]).transport], [0, "udp"]);
  assertEquals(await Deno.readFile(udp), labFile(await labFrames(5)));
});

Deno.test("play FILE --out never writes over the file that is played, under another name either", async () => {
  await using directory = await temporaryDirectory();
  const [path, link] = ["movie.mjpeg", "link.mjpeg"].map((name) => join(directory.path, name));
  const movie = labFile(await labFrames(FRAMES));
  await Deno.writeFile(path, movie);
  await Deno.symlink(path, link);
  for (const played of [path, link]) {
    const { code, stderr } = await play([played, "--out", path, "--force"]);
    assertEquals(code, 1);
    assertMatch(stderr.join("\n"), /it (?:may be the very|is the) movie that is/);
    assertEquals(await Deno.readFile(path), movie);
  }
});

Deno.test("play plays files, folders and URLs one after the other, in the order in which they are named", async () => {
  await using directory = await temporaryDirectory();
  await writeFolder(join(directory.path, "shots"));
  const movie = labFile(await labFrames(FRAMES));
  for (const name of ["one.mjpeg", "b.mjpeg", "a.mjpeg", "served.mjpeg"]) {
    const path = join(directory.path, name.length > 7 ? name : join("several", name));
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeFile(path, movie);
  }
  await using server = await startOurServer({ root: join(directory.path, "served.mjpeg") });
  const files = ["one.mjpeg", "several", "shots"].map((name) => join(directory.path, name));
  const { code, stdout, stderr } = await play([
    files[0],
    `rtsp://127.0.0.1:${server.port}/served.mjpeg`,
    ...files.slice(1),
    "--json",
  ]);
  assertEquals(code, 0, stderr.join("\n"));
  const played = stdout.map((line) => JSON.parse(line)).map(({ title, frames }) => [title, frames]);
  assertEquals(played, ["one.mjpeg", "served.mjpeg", "a.mjpeg", "b.mjpeg", "shots"].map((name) => [name, FRAMES]));
});

Deno.test("play re-encodes files that RTP/JPEG cannot carry, and says so", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "grey.jpg");
  await Deno.writeFile(path, await makeJpeg({ grey: true }));
  const { code, stderr } = await play([path, "--frames", "2"]);
  assertEquals(code, 0, stderr.join("\n"));
  assertMatch(stderr.join("\n"), /grey\.jpg is re-encoded, with some loss/);
});

Deno.test("play FILE: Ctrl-C tears down, sums up and exits 0, and --fps says how fast a folder plays", async () => {
  await using directory = await temporaryDirectory();
  const folder = await writeFolder(join(directory.path, "shots"));
  await using player = startOurs(["play", folder, "--no-preview", "--json", "--fps", "1"]);
  await player.waitForLine(/set up shots/);
  const { code, stdout, stderr } = await player.stop("SIGINT");
  assertEquals(code, 0, stderr.join("\n"));
  assertEquals(JSON.parse(stdout[0]).durationSeconds, FRAMES);
});

const MISTAKES: readonly [args: readonly string[], code: number, message: RegExp][] = [
  [["movi.mjpeg"], 1, /There is no file or folder "\S+movi\.mjpeg" to play; near names: movie\.mjpeg/],
  [["notes.txt"], 1, /Cannot play \S+notes\.txt: The file is not a JPEG: it starts with 48 65 6c 6c 6f/],
  [["empty.avi"], 1, /Cannot play \S+empty\.avi: The file is empty/],
  [["void"], 1, /There is no movie in the folder "\S+void": it has no files that end in \.mjpeg, \.avi/],
  [
    ["movie.mjpeg", "movie.mjpeg", "--out", "out.avi"],
    2,
    /--out is for one stream, and there are several: .* or convert/,
  ],
  [["movie.mjpeg", "--dialect", "lab"], 2, /--dialect lab does not go with a file: mjpegrtsp serve/],
];

for (const [args, code, message] of MISTAKES) {
  Deno.test(`play ${args.join(" ")} says what to do`, async () => {
    await using directory = await temporaryDirectory();
    await Deno.mkdir(join(directory.path, "void"));
    await Deno.writeTextFile(join(directory.path, "notes.txt"), "Hello, I am no movie");
    await Deno.writeTextFile(join(directory.path, "empty.avi"), "");
    await Deno.writeFile(join(directory.path, "movie.mjpeg"), labFile(await labFrames(1)));
    const exit = await play(
      args.map((argument) =>
        argument.startsWith("-") || argument === "lab" ? argument : join(directory.path, argument)
      ),
    );
    assertMatch(exit.stderr.join("\n"), message);
    assertNotMatch(exit.stderr.join("\n"), /^\s+at .*:\d+:\d+\)?$/m);
    assertEquals(exit.code, code);
  });
}

for (
  const [args, code, message] of [
    [["127.0.0.1:1025/movie.mjpeg"], 1, /put rtsp:\/\/ in front: play rtsp:\/\/127\.0\.0\.1:1025\/movie\.mjpeg/],
    [["127.0.0.1", "1025", "movie.mjpeg"], 2, /HOST PORT RTP_PORT FILE .*; got 127\.0\.0\.1 1025 movie\.mjpeg/],
    [["127.0.0.1", "1O25", "5008", "movie.mjpeg"], 2, /PORT needs a whole number, 1 to 65535, got "1O25"/],
    [["movie.mjpeg", "1", String(reservePort()), "movie.mjpeg"], 1, /the host name "movie\.mjpeg" is unknown/],
  ] as const
) {
  Deno.test(`play ${args.join(" ")} is taken for what it was meant as`, async () => {
    const exit = await play(args);
    assertMatch(exit.stderr.join("\n"), message);
    assertEquals(exit.code, code);
  });
}

rootTest("play of a file that the user may not read says so", ["setpriv"], async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "movie.mjpeg");
  await Deno.writeFile(path, labFile(await labFrames(1)));
  await Deno.chmod(path, 0);
  const through = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
  const { code, stderr } = await play([path], { through });
  assertMatch(stderr.join("\n"), /Cannot play "\S+movie\.mjpeg": you have no right to use it/);
  assertEquals(code, 1);
});

Deno.test("play: one movie of several that cannot be played is passed over, and the exit code tells", async () => {
  await using directory = await temporaryDirectory();
  const [notes, movie] = ["notes.txt", "movie.mjpeg"].map((name) => join(directory.path, name));
  await Deno.writeTextFile(notes, "Hello, I am no movie");
  await Deno.writeFile(movie, labFile(await labFrames(FRAMES)));
  const { code, stdout, stderr } = await play([notes, movie, "--json"]);
  assertEquals([code, stdout.length, JSON.parse(stdout[0]).frames], [1, 1, FRAMES]);
  const log = stderr.join("\n");
  assertMatch(log, /1 of 2 streams failed/);
  assert(log.includes("The file is not a JPEG: it starts with"), log);
});
