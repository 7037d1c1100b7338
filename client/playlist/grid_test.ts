import { assertEquals } from "@std/assert";
import type { ReceivedFrame } from "../../page/playback.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { TestPlayback } from "../../tests/support/test_playback.ts";
import { GRID_LINGER_MS, MAX_GRID_CELLS } from "../limits.ts";
import { parseRtspUrl } from "../rtsp/rtsp_url.ts";
import { titleOf } from "../session/target.ts";
import { PlaylistPlayer } from "./playlist_player.ts";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);

/** A playlist of as many streams, and the players that are open, by name. */
function open(count: number) {
  const clock = new FakeClock();
  const players = new Map<string, TestPlayback>();
  const player = new PlaylistPlayer({
    sources: Array.from({ length: count }, (_, index) => ({
      target: { url: parseRtspUrl(`rtsp://camera/${index}`) },
    })),
    open(target) {
      const playback = new TestPlayback();
      const title = titleOf(target);
      players.set(title, playback);
      playback.become({ state: "INIT", allowed: ["SETUP"] });
      return {
        playback,
        playedSeconds: 1,
        close() {
          players.delete(title);
          return Promise.resolve();
        },
      };
    },
    isOver: ({ isAtEnd }) => isAtEnd,
    pauseMs: 0,
    clock,
  });
  const seen: string[] = [];
  return {
    ...{ player, players, clock, seen },
    /** Names of the streams that have a player. */
    names: () => [...players.keys()].sort().join(),
    view: (index: number, { number }: ReceivedFrame) => void seen.push(`${index}:${number}`),
    settle: () => new Promise<void>((resolve) => setTimeout(resolve)),
  };
}

Deno.test("PlaylistPlayer.watchGrid() plays all streams, and gives their frames with their index", async () => {
  const { player, players, seen, names, view, settle } = open(3);
  players.get("0")!.show(JPEG);
  assertEquals(names(), "0");
  player.watchGrid(view);
  await settle();
  assertEquals([names(), seen], ["0,1,2", ["0:1"]]);
  assertEquals(players.get("2")!.commands, ["SETUP", "PLAY"]);
  for (const name of ["2", "0", "1"]) players.get(name)!.show(JPEG);
  assertEquals(seen.slice(1), ["2:1", "0:2", "1:1"]);
  assertEquals(player.rates.length, 3);
});

Deno.test("PlaylistPlayer.watchGrid() plays on for a while when nobody watches, and then no more than one stream", async () => {
  const { player, players, clock, names, view, settle } = open(3);
  const stop = player.watchGrid(view);
  player.select(1);
  stop();
  stop();
  clock.advance(GRID_LINGER_MS - 1);
  await settle();
  assertEquals(names(), "0,1,2");
  clock.advance(1);
  await settle();
  assertEquals([names(), player.title], ["1", players.get("1")!.title]);
});

Deno.test("PlaylistPlayer.watchGrid() goes on for who comes back, and for another viewer", async () => {
  const { player, clock, names, view, seen, players, settle } = open(2);
  const [one, other] = [player.watchGrid(() => {}), player.watchGrid(() => {})];
  one();
  clock.advance(2 * GRID_LINGER_MS);
  await settle();
  assertEquals(names(), "0,1");
  other();
  clock.advance(GRID_LINGER_MS - 1);
  player.watchGrid(view);
  clock.advance(2 * GRID_LINGER_MS);
  await settle();
  assertEquals(names(), "0,1");
  players.get("1")!.show(JPEG);
  assertEquals(seen, ["1:1"]);
});

Deno.test("PlaylistPlayer.watchGrid() plays the stream that is chosen on where it is", async () => {
  const { player, players, view, settle } = open(2);
  const stop = player.watchGrid(view);
  await settle();
  const before = players.get("1");
  before!.become({ state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"] });
  player.select(1);
  stop();
  await settle();
  assertEquals([players.get("1") === before, before!.commands], [true, ["SETUP", "PLAY"]]);
});

Deno.test("PlaylistPlayer plays no next stream while all are watched", async () => {
  const { player, players, clock, view, settle } = open(2);
  player.watchGrid(view);
  players.get("0")!.become({ state: "READY", isAtEnd: true });
  clock.advance(1000);
  await settle();
  assertEquals(player.list.current, 0);
});

Deno.test(`PlaylistPlayer.watchGrid() plays ${MAX_GRID_CELLS} streams, and not one more`, async () => {
  const { player, players, view, settle } = open(MAX_GRID_CELLS + 1);
  player.watchGrid(view);
  await settle();
  assertEquals([players.size, player.list.cells], [MAX_GRID_CELLS, MAX_GRID_CELLS]);
});

Deno.test("PlaylistPlayer.close() ends all streams of the grid", async () => {
  const { player, players, clock, view } = open(3);
  player.watchGrid(view);
  await player.close();
  player.watchGrid(view);
  assertEquals([players.size, clock.pendingTimers], [0, 0]);
});
