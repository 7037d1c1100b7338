/**
 * Our client against the lab's servers as the students wrote them: every dialect and fork that is known, what is
 * recorded compared byte for byte with the file.
 *
 * @module
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { concat, equals } from "@std/bytes";
import { join } from "@std/path";
import { peerTest } from "../support/peers.ts";
import { systemClock } from "../../net/system_clock.ts";
import { SILENCE_MS } from "../../client/limits.ts";
import { Player } from "../../client/player.ts";
import { CHILD_TIMEOUT_MS, type ChildExit } from "../support/child_program.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { labFile, makeLabMovie } from "../support/lab_movie.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { type LabServerOptions, PYTHON, readFrames, startLabServer } from "./lab_peers.ts";
import { startOurs } from "../support/our_program.ts";
import { until } from "../support/until.ts";

const FRAMES = 25;

const SERVERS: readonly (Partial<LabServerOptions> & { readonly title: string })[] = [
  { title: "dialect A" },
  { title: "dialect B", dialect: "b" },
  { title: "the Java edition", java: true },
  { title: "fragments", fragments: true },
  { title: "fragments of dialect B", fragments: true, dialect: "b" },
  { title: "fragments numbered frame * 100 + index", fragments: true, numbering: "hundreds" },
  { title: "1 flow", flows: 1 },
  { title: "3 flows", flows: 3 },
  { title: "fragments in 1 flow", flows: 1, fragments: true },
  { title: "fragments in 3 flows", flows: 3, fragments: true },
];

for (const { title, ...server } of SERVERS) {
  peerTest(`play: a lab server of ${title}, into a folder`, [PYTHON], async () => {
    await using movie = await makeLabMovie();
    await using labServer = await startLabServer({ root: movie.root, ...server });
    await using out = await temporaryDirectory();
    const exit = await play({ port: labServer.port, file: movie.file, args: ["--out", out.path], frames: FRAMES });
    assertEnded(exit);
    assertMovie(await readFrames(out.path), movie.frames.slice(0, FRAMES));
    await labServer.program.waitForLine(/^TEARDOWN 1$/);
    await labServer.program.waitForLine(/^gone 1$/);
  });
}

peerTest("play: a lab server, into a file", [PYTHON], async () => {
  await using movie = await makeLabMovie();
  await using labServer = await startLabServer({ root: movie.root });
  await using out = await temporaryDirectory();
  const path = join(out.path, "recorded.mjpeg");
  assertEnded(await play({ port: labServer.port, file: movie.file, args: ["--out", path], frames: FRAMES }));
  const recorded = await Deno.readFile(path);
  const frames = movie.frames.slice(0, FRAMES);
  assert(
    equals(recorded, labFile(frames)) || equals(recorded, concat(frames)),
    "neither the lab's file nor plain JPEGs",
  );
});

peerTest("play: a lab server only falls silent at the end of the file", [PYTHON], async () => {
  await using movie = await makeLabMovie({ frameCount: 20 });
  await using labServer = await startLabServer({ root: movie.root });
  await using out = await temporaryDirectory();
  assertEnded(await play({ port: labServer.port, file: movie.file, args: ["--out", out.path] }));
  assertMovie(await readFrames(out.path), movie.frames);
});

peerTest("play: a lab server that loses frames on purpose", [PYTHON], async () => {
  await using movie = await makeLabMovie();
  await using labServer = await startLabServer({ root: movie.root, dialect: "b", lossySeed: 1 });
  await using out = await temporaryDirectory();
  assertEnded(await play({ port: labServer.port, file: movie.file, args: ["--out", out.path] }));
  const dropped = labServer.program.stdout.flatMap((line) =>
    /^dropped 1 (\d+)$/.exec(line)?.slice(1).map(Number) ?? []
  );
  assertNotEquals(dropped, []);
  assertMovie(await readFrames(out.path), movie.frames.filter((_, index) => !dropped.includes(index + 1)));
});

peerTest("play: a lab server that begins again at the end of the file", [PYTHON], async () => {
  await using movie = await makeLabMovie({ frameCount: 10 });
  await using labServer = await startLabServer({ root: movie.root, loop: "continue" });
  await using out = await temporaryDirectory();
  assertEnded(await play({ port: labServer.port, file: movie.file, args: ["--out", out.path], frames: FRAMES }));
  assertMovie(await readFrames(out.path), Array.from({ length: FRAMES }, (_, index) => movie.frames[index % 10]));
});

peerTest("play: a lab server that loops and restarts its numbers at the end of the file", [PYTHON], async () => {
  await using movie = await makeLabMovie({ frameCount: 30 });
  await using labServer = await startLabServer({ root: movie.root, loop: "restart" });
  await using out = await temporaryDirectory();
  assertEnded(await play({ port: labServer.port, file: movie.file, args: ["--out", out.path], frames: 60 }));
  const recorded = await readFrames(out.path);
  assertMovie(recorded.slice(0, 30), movie.frames);
  // Old numbers are taken for doubled packets until the clock of whole seconds goes on: up to a second is missing.
  for (const frame of recorded.slice(30)) {
    assert(movie.frames.some((original) => equals(frame, original)), "a frame that is not the movie's");
  }
});

const PAUSED_SERVERS: readonly (Partial<LabServerOptions> & { readonly title: string; readonly flowCount?: number })[] =
  [
    { title: "dialect A, which sends from a new port afterwards" },
    { title: "dialect B", dialect: "b" },
    { title: "the Java edition", java: true },
    { title: "fragments in 3 flows", fragments: true, flows: 1, flowCount: 3 },
  ];

for (const { title, flowCount, ...server } of PAUSED_SERVERS) {
  peerTest(`Player pauses and goes on at a lab server of ${title}`, [PYTHON], async () => {
    await using movie = await makeLabMovie();
    await using labServer = await startLabServer({ root: movie.root, ...server });
    const player = new Player({
      target: {
        hostname: "127.0.0.1",
        port: labServer.port,
        rtpPort: reservePort(),
        file: movie.file,
        dialect: "auto",
        flowCount,
      },
      clock: systemClock,
    });
    const received: Uint8Array[] = [];
    let enough = Promise.withResolvers<void>();
    let wanted = 0;
    player.subscribe({
      frame({ data }) {
        received.push(data);
        if (received.length === wanted) enough.resolve();
      },
    });
    try {
      await player.command("SETUP");
      for (const method of ["PAUSE", "TEARDOWN"] as const) {
        wanted = received.length + 8;
        enough = Promise.withResolvers();
        await player.command("PLAY");
        await within(enough.promise, `frame ${wanted}`);
        await player.command(method);
        await labServer.program.waitForLine(new RegExp(`^${method} 1$`));
      }
    } finally {
      await player.close();
    }
    assert(received.length >= 16);
    assertMovie(received, movie.frames.slice(0, received.length));
    assertEquals(player.statistics().lostPackets, 0);
  });
}

for (const dialect of ["a", "b"] as const) {
  peerTest(
    `Player shows a movie again by PLAY once a lab server of dialect ${dialect} has sent it`,
    [PYTHON],
    async () => {
      await using movie = await makeLabMovie({ frameCount: 10 });
      await using labServer = await startLabServer({ root: movie.root, dialect });
      const clock = new FakeClock();
      const target = { hostname: "127.0.0.1", port: labServer.port, rtpPort: reservePort(), file: movie.file };
      const player = new Player({ target: { ...target, dialect: "auto" }, clock });
      const received: Uint8Array[] = [];
      player.subscribe({ frame: ({ data }) => received.push(data) });
      try {
        await player.command("SETUP");
        for (const count of [10, 20]) {
          await player.command("PLAY");
          await until(() => received.length === count);
          clock.advance(SILENCE_MS);
        }
      } finally {
        await player.close();
      }
      assertMovie(received, [...movie.frames, ...movie.frames]);
    },
  );
}

for (const missingFile of ["200", "silent", "404", "404-glued"] as const) {
  for (const dialect of ["a", "b"] as const) {
    // In dialect B the students' server dies of the file's name before it can answer, whatever the fork.
    if (dialect === "b" && missingFile !== "200") continue;
    const answer = dialect === "b" ? "dies" : `answers ${missingFile}`;
    peerTest(`play: an unknown file at a lab server that ${answer} is an error in words`, [PYTHON], async () => {
      await using movie = await makeLabMovie({ frameCount: 2 });
      await using labServer = await startLabServer({ root: movie.root, dialect, missingFile });
      await using out = await temporaryDirectory();
      const args = ["--out", out.path, "--timeout", "4"];
      const { code, stderr } = await play({ port: labServer.port, file: "nothing.Mjpeg", args });
      assertNotEquals(code, 0);
      const text = stderr.join("\n");
      assert(text.includes("nothing.Mjpeg"), `the file's name is missing in:\n${text}`);
      assert(!/^\s+at .*:\d+:\d+\)?$/m.test(text), `a stack trace for the user:\n${text}`);
    });
  }
}

/** Runs `play` in the lab's form to its end. */
async function play(
  options: { readonly port: number; readonly file: string; readonly args: readonly string[]; readonly frames?: number },
): Promise<ChildExit> {
  const { port, file, args, frames } = options;
  const limit = frames === undefined ? [] : ["--frames", String(frames)];
  const ours = ["play", "127.0.0.1", String(port), String(reservePort()), file, "--no-preview", "--json"];
  await using program = startOurs([...ours, ...args, ...limit], { write: true });
  return await program.exit();
}

/** The program ended well and said so in JSON. */
function assertEnded({ code, stdout, stderr }: ChildExit): void {
  assertEquals(code, 0, stderr.join("\n"));
  const lastLine = stdout.at(-1) ?? "";
  assertEquals(typeof JSON.parse(lastLine), "object", `no JSON object: ${lastLine}`);
}

function assertMovie(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  assertEquals(actual.length, expected.length, "frames recorded");
  actual.forEach((frame, index) => assert(equals(frame, expected[index]), `recorded frame ${index + 1} differs`));
}

/** Rejects when `promise` takes too long. */
async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} did not come`)), CHILD_TIMEOUT_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
