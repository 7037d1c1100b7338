import { assertEquals, assertRejects } from "@std/assert";
import { Player } from "../../client/player.ts";
import { urlOf } from "../../client/session/target.ts";
import { systemClock } from "../../net/system_clock.ts";
import { RtspServer } from "../../server/server.ts";
import { openServed } from "../../server/source/served/open_served.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { makeLabMovie } from "../../tests/support/lab_movie.ts";
import {
  LIVE_THUMBNAIL_KEPT_MS,
  MAX_THUMBNAILS_AT_ONCE,
  MAX_WAITING_THUMBNAILS,
  THUMBNAIL_KEPT_MS,
} from "../limits.ts";
import { Thumbnails } from "./thumbnails.ts";

/** Thumbnails of a real server, which count the players that they have, and a clock for how long they are kept. */
async function open() {
  await using stack = new AsyncDisposableStack();
  const movie = stack.use(await makeLabMovie());
  const server = new RtspServer({
    ...{ root: await openServed(movie.root), hostname: "127.0.0.1", port: 0, frameRate: 20, loop: false },
    ...{ fragmentBytes: undefined, emulation: undefined, clock: systemClock, random: Math.random },
  });
  const running = server.run();
  stack.defer(async () => {
    await server.close();
    await running;
  });
  const players = { made: 0, now: 0, most: 0 };
  const clock = new FakeClock();
  const createPlayer = (file: string) => {
    const { port } = server.address;
    const target = { url: urlOf({ hostname: "127.0.0.1", port, file, rtpPort: 0, dialect: "auto" }) };
    const player = new Player({ target, transport: "tcp", reconnect: false, userAgent: "test", clock: systemClock });
    const close = player.close.bind(player);
    player.close = async () => {
      await close();
      players.now--;
    };
    players.made++;
    players.most = Math.max(players.most, ++players.now);
    return player;
  };
  const thumbnails = new Thumbnails(createPlayer, { clock });
  stack.defer(() => thumbnails.close());
  const kept = stack.move();
  return { movie, players, clock, thumbnails, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

Deno.test("Thumbnails takes one some way into a movie, once for all who ask, and keeps it for a while", async () => {
  await using opened = await open();
  const { movie, players, clock, thumbnails } = opened;
  const [one, other] = await Promise.all([thumbnails.get(movie.file), thumbnails.get(movie.file)]);
  // It has 60 frames, and the one at a tenth is the seventh. Those of the lab come to RTSP/1.0 players as they are, but for markers.
  assertEquals(one, other);
  assertEquals(one.subarray(0, 2), new Uint8Array([0xff, 0xd8]));
  assertEquals(players.made, 1);
  clock.advance(THUMBNAIL_KEPT_MS - 1);
  await thumbnails.get(movie.file);
  assertEquals(players.made, 1);
  clock.advance(1);
  await thumbnails.get(movie.file);
  assertEquals([players.made, players.now], [2, 0]);
});

Deno.test("Thumbnails takes a few at once, lets some wait, and asks the others to come again", async () => {
  await using opened = await open();
  const { players, thumbnails } = opened;
  const names = Array.from({ length: MAX_WAITING_THUMBNAILS + 1 }, (_, index) => `nothing-${index}.avi`);
  const results = await Promise.allSettled(names.map((name) => thumbnails.get(name)));
  const reasons = results.map((result) => result.status === "rejected" ? String(result.reason) : "there is one");
  assertEquals(reasons.filter((reason) => reason.includes("ask again")).length, 1);
  assertEquals(reasons.filter((reason) => reason.includes("404")).length, MAX_WAITING_THUMBNAILS);
  assertEquals([players.made, players.most, players.now], [MAX_WAITING_THUMBNAILS, MAX_THUMBNAILS_AT_ONCE, 0]);
});

Deno.test("Thumbnails remembers for a while that there is none", async () => {
  await using opened = await open();
  const { players, clock, thumbnails } = opened;
  for (let count = 0; count < 2; count++) await assertRejects(() => thumbnails.get("nothing.avi"), Error, "404");
  assertEquals(players.made, 1);
  clock.advance(LIVE_THUMBNAIL_KEPT_MS);
  await assertRejects(() => thumbnails.get("nothing.avi"), Error, "404");
  assertEquals(players.made, 2);
});
