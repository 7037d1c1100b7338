/**
 * Runs a player until it has enough frames or has played long enough, or until the user, the server or an error ends it. Used by
 * `play` and `demo`.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../net/clock.ts";
import type { Playback, PlaybackStatus } from "../page/playback.ts";
import type { Playlist } from "../page/playlist.ts";
import { type Preview, type PreviewOptions, startPreview } from "../page/page_server.ts";
import type { Recorder } from "../client/record/recorder.ts";
import type { SessionMethod } from "../rtsp/session_state.ts";
import { FailedError } from "./options/errors.ts";
import { aborted } from "./terminal/interrupts.ts";
import { type Key, listenForKeys } from "./terminal/keys.ts";
import { standardError } from "./terminal/line_output.ts";

const log = getLogger(["mjpegrtsp", "play"]);

/** Time between two looks at the time played, in milliseconds: at least, since it stands still in pauses; and at most. */
const MIN_LOOK_MS = 20;
const MAX_LOOK_MS = 3_600_000;

/** A player that can be run. */
export interface Played extends Playback {
  /** Time spent in PLAYING, in seconds. */
  readonly playedSeconds: number;
  /** The streams of which it plays one; left out where there is one. */
  readonly playlist?: Playlist;
  /** Whether another stream follows by itself when this one is over. */
  readonly hasNext?: boolean;
  /** Tears the session down if there is one, and ends. */
  close(): Promise<void>;
}

/** Which player to run, and what ends it. */
export interface PlayingOptions {
  /** In state INIT. */
  readonly player: Played;
  /** What the page shows of it; default the player itself. */
  readonly shown?: Playback;
  /** Stores the frames; `undefined` if they are not stored. */
  readonly recorder: Recorder | undefined;
  /** How to start the page; `false` shows none. */
  readonly preview: PreviewOptions | false;
  /** Send SETUP only; the user starts playing. */
  readonly paused: boolean;
  /** How to start, in place of SETUP and PLAY, whose refusal is the end. */
  readonly begin?: () => Promise<void>;
  /** Stop after this many whole frames. */
  readonly maxFrames: number;
  /** Stop after this many seconds of playing; pauses do not count. */
  readonly maxSeconds: number;
  /** Times the end after `maxSeconds`. */
  readonly clock: Clock;
  /** Aborts when the user wants to end. */
  readonly interrupt: AbortSignal;
}

/**
 * Plays until the end, then tears the session down and closes player, recorder and page. Rejects with a `FailedError` if an error
 * was the end.
 */
export async function playUntilEnd(options: PlayingOptions): Promise<void> {
  const { player, recorder, preview, shown = player } = options;
  const page = preview === false ? undefined : await openPreview(shown, { ...preview, playlist: player.playlist });
  const end = endOf(options);
  recorder?.record(player);
  const stopKeys = listenForKeys(keysOf(options, end.resolve));
  try {
    await Promise.race([start(options), end.promise]);
    await end.promise;
  } finally {
    stopKeys();
    end.dispose();
    await player.close();
    await recorder?.close();
    await page?.shutdown();
  }
  // The last frames are written only now.
  if (recorder?.failure !== undefined) throw new FailedError(recorder.failure.message);
}

async function openPreview(player: Playback, options: PreviewOptions): Promise<Preview> {
  try {
    const page = await startPreview(player, options);
    log.info("watch it at {url}", { url: page.url });
    return page;
  } catch (error) {
    throw new FailedError(error instanceof Error ? error.message : String(error));
  }
}

/** SETUP and, unless `paused`, PLAY. */
async function start({ player, paused, preview, begin }: PlayingOptions): Promise<void> {
  const commands: SessionMethod[] = paused ? ["SETUP"] : ["SETUP", "PLAY"];
  try {
    if (begin !== undefined) await begin();
    else for (const command of commands) await player.command(command);
  } catch (error) {
    throw new FailedError(error instanceof Error ? error.message : String(error));
  }
  if (!Deno.stdin.isTerminal() || (preview === false && !paused)) return;
  const others = player.playlist === undefined ? "" : "n and p for the next and the previous stream, ";
  log.info("keys: space to play and pause, {others}q to quit", { others });
}

/** What keys do. Where frames have been stored, q asks first: a hand on the wrong window ends no recording. */
function keysOf({ player, recorder }: PlayingOptions, quit: () => void): (key: Key) => void {
  let isAsked = false;
  return (key) => {
    const isRecording = recorder !== undefined && recorder.stored > 0;
    if (key === "interrupt" || key === "quit" && (isAsked || !isRecording)) return quit();
    if (isAsked) standardError.line("The recording goes on");
    else if (key === "space") togglePlaying(player);
    else if (key === "next") player.playlist?.skip(1);
    else if (key === "previous") player.playlist?.skip(-1);
    else if (key === "quit") standardError.line("Recording: press q again to end it, any other key to go on");
    isAsked = !isAsked && key === "quit";
  };
}

function togglePlaying(player: Played): void {
  const { state, allowed } = player.status;
  const isStill = state === "READY" || allowed.includes("PLAY");
  const commands: SessionMethod[] = state === "INIT" ? ["SETUP", "PLAY"] : isStill ? ["PLAY"] : ["PAUSE"];
  for (const command of commands) {
    player.command(command).catch((error) => log.error("{reason}", { reason: error.message }));
  }
}

/** Whether nothing comes any more: silence or a lost server is the end, unless the player reconnects. */
export function isTheEnd({ state, notice, reconnects }: PlaybackStatus): boolean {
  if (notice === undefined || notice.level === "info" || notice.goesOn) return false;
  // A request that fails while the session goes on is no end.
  if (notice.level === "error" && state !== "INIT") return false;
  return notice.level !== "warning" || !reconnects;
}

/** Settles when playing ends, for whatever reason. */
function endOf(options: PlayingOptions): PromiseWithResolvers<void> & { dispose(): void } {
  const { player, recorder, preview, maxFrames, interrupt } = options;
  const end = Promise.withResolvers<void>();
  end.promise.catch(() => {/* playUntilEnd() awaits it, but maybe only after start() has failed */});
  recorder?.ended.then(end.resolve, (error) => end.reject(new FailedError(error.message)));
  aborted(interrupt).then(end.resolve);
  const unsubscribe = player.subscribe({
    frame({ number }) {
      if (recorder === undefined && number >= maxFrames) end.resolve();
    },
    status(status) {
      // Without a page nobody can press Play again.
      if (preview !== false || !isTheEnd(status) || player.hasNext) return;
      if (status.notice?.level === "warning" && player.statistics().frames > 0) end.resolve();
      else end.reject(new FailedError(status.notice?.text ?? "Nothing comes any more"));
    },
  });
  const stopTiming = afterPlaying(options, end.resolve);
  return {
    ...end,
    dispose() {
      unsubscribe();
      stopTiming();
    },
  };
}

/** Calls `callback` once `maxSeconds` were spent playing; pauses do not count. Returns the function that prevents it. */
function afterPlaying(
  { player, maxSeconds, clock }: Pick<PlayingOptions, "player" | "maxSeconds" | "clock">,
  callback: () => void,
): () => void {
  let cancel = () => {};
  const look = () => {
    const leftMs = (maxSeconds - player.playedSeconds) * 1000;
    if (leftMs <= 0) return callback();
    cancel = clock.after(Math.min(Math.max(leftMs, MIN_LOOK_MS), MAX_LOOK_MS), look);
  };
  // Without an end there is no timer: a player that waits for packets wakes up for nothing else.
  if (maxSeconds < Infinity) look();
  return () => cancel();
}
