/** Fifty clients of one server at once: each gets every frame of the file. */
import { assert, assertEquals } from "@std/assert";
import { equals } from "@std/bytes";
import { systemClock } from "../../net/system_clock.ts";
import { Player } from "../../client/player.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";

const CLIENTS = 50;

Deno.test(`${CLIENTS} clients at once each receive every frame of the file`, async () => {
  await using movie = await makeLabMovie({ frameCount: 60 });
  await using server = await startOurServer({ root: movie.root });
  const received = await Promise.all(Array.from({ length: CLIENTS }, async () => {
    const player = new Player({
      target: { hostname: "127.0.0.1", port: server.port, rtpPort: reservePort(), file: movie.file, dialect: "auto" },
      clock: systemClock,
    });
    const frames: Uint8Array[] = [];
    const all = Promise.withResolvers<void>();
    player.subscribe({
      frame({ data }) {
        if (frames.push(data) === movie.frames.length) all.resolve();
      },
      status({ notice }) {
        if (notice !== undefined) all.reject(new Error(`${frames.length} frames: ${notice.text}`));
      },
    });
    await player.command("SETUP");
    await player.command("PLAY");
    await all.promise;
    await player.close();
    return { frames, statistics: player.statistics() };
  }));
  for (const { frames, statistics } of received) {
    assertEquals(statistics.lostPackets + statistics.damagedFrames + statistics.duplicatePackets, 0);
    assert(frames.every((frame, index) => equals(frame, movie.frames[index])), "every frame is the file's");
  }
});
