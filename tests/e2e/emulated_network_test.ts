/** The emulated network against the player's counts: what the server says it did is what the player says it saw. */
import { assert, assertEquals } from "@std/assert";
import { equals } from "@std/bytes";
import { join } from "@std/path";
import type { Summary } from "../../cli/terminal/summary.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";

interface Emulated {
  lost: number;
  overflowed: number;
  duplicated: number;
  reordered: number;
}

/** Plays a movie of 100 frames over an impaired network, to its end, into a folder. */
async function playImpaired(
  serveArgs: readonly string[],
): Promise<
  { summary: Summary; emulated: Emulated; packets: number; stored: Uint8Array[]; frames: readonly Uint8Array[] }
> {
  await using movie = await makeLabMovie({ frameCount: 100 });
  await using server = await startOurServer({
    root: movie.root,
    args: [...serveArgs, "--log-format", "json", "--fps", "50"],
  });
  const out = await Deno.makeTempDir({ prefix: "mjpegrtsp-impaired-" });
  try {
    await using player = startOurs([
      ...["play", "127.0.0.1", String(server.port), String(reservePort()), movie.file],
      ...["--no-preview", "--json", "--out", join(out, "frames"), "--seconds", "4"],
    ], { write: true });
    const { code, stdout, stderr } = await player.exit();
    assertEquals(code, 0, stderr.join("\n"));
    const summary: Summary = JSON.parse(stdout[0]);
    await server.program.waitForLine(/emulated network lost/);
    const records = server.program.stderr.map((line) => JSON.parse(line));
    const { peer: _peer, id: _id, ...emulated } = records.find(({ message }) =>
      /emulated network lost/.test(message)
    ).properties;
    const ended = records.find(({ message }) => /ended, torn down/.test(message)).properties;
    const names = [...Deno.readDirSync(join(out, "frames"))].map(({ name }) => name).sort();
    const stored = names.map((name) => Deno.readFileSync(join(out, "frames", name)));
    return { summary, emulated, packets: ended.packets, stored, frames: movie.frames };
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

/** Every stored frame equals a frame of the file, in the file's order and none twice. */
function assertFromFile(stored: readonly Uint8Array[], frames: readonly Uint8Array[]): void {
  let next = 0;
  for (const [index, jpeg] of stored.entries()) {
    while (next < frames.length && !equals(frames[next], jpeg)) next++;
    assert(next < frames.length, `stored frame ${index + 1} is not a later frame of the file`);
    next++;
  }
}

Deno.test("loss, reordering and doubling: only true frames are stored, and the counts agree with the server's", async () => {
  const { summary, emulated, packets, stored, frames } = await playImpaired([
    ...["--loss", "10%", "--reorder", "5%", "--duplicate", "5%", "--seed", "1"],
  ]);
  assertFromFile(stored, frames);
  assert(emulated.lost > 0 && emulated.duplicated > 0 && emulated.reordered > 0, JSON.stringify(emulated));
  assertEquals(packets, 100);
  assertEquals(summary.lostPackets, emulated.lost);
  assertEquals(summary.duplicatePackets, emulated.duplicated);
  assertEquals(summary.reorderedPackets, emulated.reordered);
  assertEquals(summary.packets, packets - emulated.lost + emulated.duplicated);
  assertEquals(summary.frames, packets - emulated.lost);
  assertEquals(summary.damagedFrames, 0);
  assertEquals(stored.length, summary.frames);
});

Deno.test("loss in fragments: a frame with a hole is never stored, and is counted as damaged", async () => {
  const { summary, emulated, stored, frames } = await playImpaired([
    "--fragment",
    "1408",
    "--loss",
    "3%",
    "--seed",
    "5",
  ]);
  assertFromFile(stored, frames);
  assert(emulated.lost > 0);
  assert(summary.damagedFrames > 0);
  assertEquals(summary.lostPackets, emulated.lost);
  assertEquals(stored.length, summary.frames);
  assert(stored.length + summary.damagedFrames <= frames.length);
});

Deno.test("the same seed gives the same losses", async () => {
  const runs = [];
  for (let run = 0; run < 2; run++) runs.push(await playImpaired(["--loss", "20%", "--seed", "9"]));
  assertEquals(runs[0].emulated, runs[1].emulated);
  assertEquals(runs[0].stored, runs[1].stored);
});

Deno.test("delay, jitter and rate: all frames come, late, and in order", async () => {
  const { summary, emulated, stored, frames } = await playImpaired([
    "--delay",
    "40ms",
    "--jitter",
    "20ms",
    "--rate",
    "20mbit",
  ]);
  assertEquals(emulated.overflowed, 0);
  assertEquals(summary.lostPackets, 0);
  assertEquals(summary.reorderedPackets, 0);
  assertEquals(stored.length, frames.length);
  assertFromFile(stored, frames);
});
