/**
 * `play` with several streams: one after the other, or the one that the page or a key chooses.
 *
 * @module
 */

import type { Player } from "../../client/player.ts";
import { PlayedOut } from "../../client/playout/played_out.ts";
import type { Latency } from "../../client/playout/playout_clock.ts";
import type { OpenedPlayer, PlaylistSource } from "../../client/playlist/playlist_entry.ts";
import { PlaylistPlayer } from "../../client/playlist/playlist_player.ts";
import type { Target } from "../../client/session/target.ts";
import type { Clock } from "../../net/clock.ts";
import type { PlaybackStatus } from "../../page/playback.ts";
import type { PreviewOptions } from "../../page/page_server.ts";
import { FailedError } from "../options/errors.ts";
import { isTheEnd, playUntilEnd } from "../playing.ts";
import { summaryLine, summaryOf } from "../summary.ts";
import { standardError } from "../terminal/line_output.ts";

/** How long the last picture of a stream stays before the next one follows, in milliseconds; longer where frames wait longer. */
const PAUSE_MS = 1000;

/** What to play, and how. */
export interface SeveralOptions {
  readonly sources: readonly PlaylistSource[];
  /** Makes a player that has sent nothing. */
  readonly createPlayer: (target: Target) => Player;
  /** How long frames wait to be shown; 0 shows them as they come. */
  readonly latency: Latency;
  /** How to start the page; `false` shows none. */
  readonly preview: PreviewOptions | false;
  /** Whether the page begins with all streams at once. */
  readonly grid: boolean;
  /** Send SETUP only; the user starts playing. */
  readonly paused: boolean;
  /** Stop after this many seconds of playing. */
  readonly maxSeconds: number;
  /** Takes the summary of each stream as an object. */
  readonly printJson: ((summary: unknown) => void) | undefined;
  readonly clock: Clock;
  /** Aborts when the user wants to end. */
  readonly interrupt: AbortSignal;
}

/** Plays until the user, or without a page the last stream, ends. Rejects with a `FailedError` where streams could not be played. */
export async function playSeveral(options: SeveralOptions): Promise<void> {
  const { sources, latency, preview, grid: opensGrid, paused, maxSeconds, clock, interrupt } = options;
  const player = new PlaylistPlayer({
    sources,
    open: (target) => openPlayer(target, options),
    opensGrid,
    // With a page, its user decides what to do about a stream that fails.
    isOver: preview === false ? isTheEnd : isPlayed,
    pauseMs: latency === "auto" ? PAUSE_MS : Math.max(PAUSE_MS, latency),
    onClosed: (closed) => sumUp(closed, options),
    clock,
  });
  await playUntilEnd({
    ...{ player, recorder: undefined, preview, paused, maxFrames: Infinity, maxSeconds, clock, interrupt },
    begin: () => player.begin({ paused }),
  });
  const failed = player.list.items.filter(({ state }) => state === "failed").length;
  if (preview === false && failed > 0) throw new FailedError(`${failed} of ${sources.length} streams failed`);
}

function isPlayed({ isAtEnd, scale }: PlaybackStatus): boolean {
  return isAtEnd && scale > 0;
}

function openPlayer(target: Target, { createPlayer, latency, preview, clock }: SeveralOptions): OpenedPlayer {
  const player = createPlayer(target);
  const playedOut = latency === 0 || preview === false ? undefined : new PlayedOut(player, { clock, latency });
  return {
    playback: playedOut ?? player,
    get playedSeconds() {
      return player.playedSeconds;
    },
    async close() {
      await player.close();
      playedOut?.close();
    },
  };
}

/** Tells what came of a stream, if anything did. */
function sumUp({ playback }: OpenedPlayer, { printJson }: SeveralOptions): void {
  const summary = summaryOf(playback, undefined);
  if (summary.packets === 0) return;
  const { title, server } = playback;
  printJson?.({ title, server, ...summary });
  standardError.line(`${title}: ${summaryLine(summary, {})}`);
}
