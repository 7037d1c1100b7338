/** Packets that are lost over UDP between our two ends: they are sent again, or their frames are broken. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";

/** Plays a movie of many packets a frame over a network that loses some of them. */
async function playLossy(args: readonly string[]) {
  await using movie = await makeLabMovie({ frameCount: 80 });
  await using server = await startOurServer({
    root: movie.root,
    args: ["--loss", "3%", "--mtu", "500", "--fps", "25"],
  });
  const out = join(movie.root, "frames");
  const url = `rtsp://127.0.0.1:${server.port}/${movie.file}`;
  const common = ["--transport", "udp", "--no-preview", "--no-reconnect", "--json", "--out", out];
  await using player = startOurs(["play", url, ...common, ...args], { write: true });
  const { code, stdout, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  await server.program.waitForLine(/emulated network lost/);
  const names = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
  return {
    summary: JSON.parse(stdout[0]),
    stored: names.map((name) => Deno.readFileSync(join(out, name))),
    sent: movie.frames.map((frame) => rebuildJpeg(conditionJpeg(frame))),
    log: [...stderr, ...server.program.stderr].join("\n"),
  };
}

Deno.test("play: packets that are lost over UDP are sent again, and every frame is whole", async () => {
  const { summary, stored, sent, log } = await playLossy([]);
  const { damagedFrames, lostPackets, repairedPackets } = summary;
  assert(repairedPackets > 10, `${repairedPackets} were sent again`);
  // Behind the very last packet nothing tells that it is missing.
  assert(stored.length >= sent.length - 1 && damagedFrames + stored.length === sent.length && lostPackets === 0, log);
  assertEquals(stored, sent.slice(0, stored.length));
  assertMatch(log, /0 lost and \d+ sent again/);
  assertMatch(log, /\d+ packets were sent again; the emulated network lost/);
});

Deno.test("play --no-repair: packets that are lost over UDP break their frames", async () => {
  const { summary, log } = await playLossy(["--no-repair"]);
  const { damagedFrames, lostPackets, repairedPackets } = summary;
  assert(damagedFrames > 10 && lostPackets >= damagedFrames, log);
  assertEquals(repairedPackets, 0);
});
