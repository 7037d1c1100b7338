/** Our player finds out how the frames of our server are cut, in every style that the lab's forks have. */
import { assertEquals } from "@std/assert";
import { LAB_FRAGMENT_STYLES } from "../../rtp/lab/lab_packetizer.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";

const FRAMES = 12;

for (const style of LAB_FRAGMENT_STYLES) {
  Deno.test(`play: fragments of the style ${style} are put together without being asked to`, async () => {
    await using movie = await makeLabMovie({ frameCount: FRAMES });
    await using server = await startOurServer({
      root: movie.root,
      args: ["--fragment", "400", "--fragment-style", style],
    });
    const target = ["127.0.0.1", String(server.port), String(reservePort()), movie.file];
    await using player = startOurs(["play", ...target, "--no-preview", "--frames", String(FRAMES), "--json"]);
    const { code, stdout } = await player.exit();
    const { frames, damagedFrames, lostPackets } = JSON.parse(stdout[0]);
    assertEquals({ code, frames, damagedFrames, lostPackets }, {
      code: 0,
      frames: FRAMES,
      damagedFrames: 0,
      lostPackets: 0,
    });
  });
}
