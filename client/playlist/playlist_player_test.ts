import { assertEquals } from "@std/assert";
import type { PlaybackStatus } from "../../page/playback.ts";
import type { SessionMethod } from "../../rtsp/session_state.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { TestPlayback } from "../../tests/support/test_playback.ts";
import { parseRtspUrl } from "../rtsp/rtsp_url.ts";
import { type Target, titleOf } from "../session/target.ts";
import { PlaylistPlayer } from "./playlist_player.ts";

const PAUSE_MS = 1000;
const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
const INIT: Partial<PlaybackStatus> = { state: "INIT", allowed: ["SETUP"], isAtEnd: false };
const END: Partial<PlaybackStatus> = { state: "READY", allowed: ["PLAY", "TEARDOWN"], isAtEnd: true };

/** A player that does what it is asked for at once. */
class ObedientPlayback extends TestPlayback {
  override readonly title: string;
  readonly #refuses: boolean;

  constructor(title: string, refuses: boolean) {
    super();
    this.title = title;
    this.#refuses = refuses;
    this.become(INIT);
  }

  override async command(command: SessionMethod): Promise<void> {
    this.commands.push(command);
    await Promise.resolve();
    if (this.#refuses) {
      this.become({ notice: { level: "error", text: "404" } });
      throw new Error("404");
    }
    if (command === "SETUP") this.become({ state: "READY", allowed: ["PLAY", "TEARDOWN"], durationSeconds: 20 });
    if (command === "PLAY") this.become({ state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"], isAtEnd: false });
  }
}

/** A playlist of streams with these names; those of `refused` cannot be played. */
function open({ names = ["a", "b", "c"], refused = "", isOver = (status: PlaybackStatus) => status.isAtEnd } = {}) {
  const clock = new FakeClock();
  /** Every player there was. */
  const players: ObedientPlayback[] = [];
  const closed: string[] = [];
  const told: string[] = [];
  const player = new PlaylistPlayer({
    sources: names.map((name) => ({ target: { url: parseRtspUrl(`rtsp://camera/${name}`) } })),
    open(target: Target) {
      const playback = new ObedientPlayback(titleOf(target), titleOf(target) === refused);
      players.push(playback);
      return { playback, playedSeconds: 2, close: () => Promise.resolve() };
    },
    isOver,
    pauseMs: PAUSE_MS,
    onClosed: ({ playback }) => closed.push(playback.title),
    clock,
    random: () => 0,
  });
  player.subscribe({
    frame: ({ number }) => told.push(`frame ${number} of ${player.title}`),
    switched: () => told.push(`switched to ${player.title}`),
  });
  return {
    ...{ player, players, clock, closed, told },
    /** What the items do. */
    states: () => player.list.items.map(({ state }) => state).join(),
    /** Lets all that was asked for be done. */
    settle: () => new Promise<void>((resolve) => setTimeout(resolve)),
  };
}

Deno.test("PlaylistPlayer plays the first stream, and another one in its place when that is chosen", async () => {
  const { player, players, closed, told, states, settle } = open();
  assertEquals([players.length, states(), player.title], [1, "idle,idle,idle", "a"]);
  await player.begin({ paused: false });
  players[0].show(JPEG);
  assertEquals([players[0].commands, states()], [["SETUP", "PLAY"], "playing,idle,idle"]);
  player.select(2);
  // What the one before shows is nobody's any more.
  players[0].show(JPEG);
  await settle();
  players[1].show(JPEG);
  assertEquals([players[1].commands, states(), closed], [["SETUP", "PLAY"], "idle,idle,playing", ["a"]]);
  assertEquals(told, ["frame 1 of a", "switched to c", "frame 1 of c"]);
  assertEquals([players[0].listenerCount, player.status.state, player.list.current], [0, "PLAYING", 2]);
  // Its length is known from now on.
  assertEquals(player.list.items.map(({ durationSeconds }) => durationSeconds), [20, undefined, 20]);
});

Deno.test("PlaylistPlayer sets up the first stream, and does not play it, where it is to wait", async () => {
  const { player, players, states } = open();
  await player.begin({ paused: true });
  assertEquals([players[0].commands, states()], [["SETUP"], "paused,idle,idle"]);
});

Deno.test("PlaylistPlayer.skip() goes to the next stream and the one before, and stays at both ends", async () => {
  const { player, settle } = open();
  await player.begin({ paused: false });
  const way = [];
  for (const direction of [-1, 1, 1, 1, -1] as const) {
    player.skip(direction);
    await settle();
    way.push(`${player.title} ${player.list.hasPrevious} ${player.list.hasNext}`);
  }
  assertEquals(way, ["a false true", "b true true", "c true false", "c true false", "b true true"]);
});

Deno.test("PlaylistPlayer.select() ignores what is not there, and plays what has ended again", async () => {
  const { player, players, settle } = open();
  await player.begin({ paused: false });
  for (const index of [-1, 3, 1e9]) player.select(index);
  player.select(0);
  await settle();
  assertEquals([players.length, players[0].commands], [1, ["SETUP", "PLAY"]]);
  players[0].become(END);
  player.select(0);
  await settle();
  assertEquals([players.length, players[0].commands], [1, ["SETUP", "PLAY", "PLAY"]]);
});

Deno.test("PlaylistPlayer plays the next stream a while after the end of one, and stays at the last", async () => {
  const { player, players, clock, states, settle } = open({ names: ["a", "b"] });
  await player.begin({ paused: false });
  players[0].become(END);
  clock.advance(PAUSE_MS - 1);
  assertEquals([player.title, states()], ["a", "ended,idle"]);
  clock.advance(1);
  await settle();
  assertEquals([player.title, states()], ["b", "ended,playing"]);
  players[1].become(END);
  clock.advance(10 * PAUSE_MS);
  assertEquals([player.title, states(), players.length], ["b", "ended,ended", 2]);
});

Deno.test("PlaylistPlayer stays where the user goes back before the next stream has begun, and where it loops", async () => {
  const { player, players, clock } = open();
  await player.begin({ paused: false });
  players[0].become(END);
  clock.advance(PAUSE_MS / 2);
  players[0].become({ state: "PLAYING", isAtEnd: false });
  clock.advance(10 * PAUSE_MS);
  assertEquals(player.title, "a");
  player.setLoops(true);
  players[0].become(END);
  clock.advance(10 * PAUSE_MS);
  assertEquals([player.title, player.list.loops], ["a", true]);
});

Deno.test("PlaylistPlayer plays each stream once where it shuffles, from the one on that is played", async () => {
  const { player, settle } = open({ names: ["a", "b", "c", "d"] });
  player.select(1);
  player.setShuffles(true);
  const way = [];
  for (; player.list.hasNext; player.skip(1)) way.push(player.title);
  way.push(player.title);
  await settle();
  assertEquals([way[0], way.toSorted(), player.list.shuffles], ["b", ["a", "b", "c", "d"], true]);
});

Deno.test("PlaylistPlayer shows a stream that cannot be played, and goes on where nobody could do anything about it", async () => {
  const shown = open({ refused: "a" });
  await shown.player.begin({ paused: false });
  shown.clock.advance(10 * PAUSE_MS);
  assertEquals([shown.player.title, shown.states()], ["a", "failed,idle,idle"]);
  const alone = open({ refused: "a", isOver: ({ notice }) => notice !== undefined });
  await alone.player.begin({ paused: false });
  alone.clock.advance(PAUSE_MS);
  await alone.settle();
  assertEquals([alone.player.title, alone.states()], ["b", "failed,playing,idle"]);
});

Deno.test("PlaylistPlayer.close() ends the player that there is, and none follows", async () => {
  const { player, players, clock, closed } = open();
  await player.begin({ paused: false });
  player.select(1);
  players[1].become(END);
  await player.close();
  player.select(2);
  clock.advance(10 * PAUSE_MS);
  assertEquals([closed, players.length, player.playedSeconds, clock.pendingTimers], [["a", "b"], 2, 4, 0]);
});
