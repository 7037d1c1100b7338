/**
 * Runs a player until something ends it: enough frames, enough time, the user, the server, an error. Shared by `play`
 * and `demo`.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Player } from "../client/player.ts";
import { type Preview, startPreview } from "../page/page_server.ts";
import type { Recorder } from "../client/record/recorder.ts";
import type { SessionMethod } from "../rtsp/session_state.ts";
import { aborted } from "./terminal/interrupts.ts";
import { listenForKeys } from "./terminal/terminal.ts";
import { FailedError } from "./terminal/usage.ts";

const log = getLogger(["mjpegrtsp", "play"]);

/** How to run a player. */
export interface WatchOptions {
  /** In state INIT. */
  readonly player: Player;
  /** Where the frames are stored, if they are. */
  readonly recorder: Recorder | undefined;
  /** Show the local page, on this port or on one of its own choice; `false` for none. */
  readonly preview: { readonly port: number | undefined } | false;
  /** Wait at READY for the user to press Play. */
  readonly paused: boolean;
  /** End after this many whole frames. */
  readonly maxFrames: number;
  /** End after this time of playing, in seconds. */
  readonly maxSeconds: number;
  /** Aborts when the user wants to end. */
  readonly interrupt: AbortSignal;
}

/**
 * Plays until the end, then tears the session down and closes what was opened. Rejects with a `FailedError` when it
 * could not go on; the session is torn down all the same.
 */
export async function watch(options: WatchOptions): Promise<void> {
  const { player, recorder, preview } = options;
  const page = preview === false ? undefined : await openPreview(player, preview.port);
  const end = endOf(options);
  recorder?.record(player);
  const stopKeys = listenForKeys((key) => key === "quit" ? end.resolve() : togglePlaying(player));
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
}

async function openPreview(player: Player, port: number | undefined): Promise<Preview> {
  try {
    const page = await startPreview(player, { port });
    log.info("watch it at {url}", { url: page.url });
    return page;
  } catch (error) {
    throw new FailedError(error instanceof Error ? error.message : String(error));
  }
}

/** SETUP and, unless `paused`, PLAY. */
async function start({ player, paused, preview }: WatchOptions): Promise<void> {
  const commands: SessionMethod[] = paused ? ["SETUP"] : ["SETUP", "PLAY"];
  try {
    for (const command of commands) await player.command(command);
  } catch (error) {
    throw new FailedError(error instanceof Error ? error.message : String(error));
  }
  if (Deno.stdin.isTerminal() && (preview !== false || paused)) log.info("keys: space plays and pauses, q quits");
}

function togglePlaying(player: Player): void {
  const { state } = player.status;
  const commands: SessionMethod[] = state === "INIT" ? ["SETUP", "PLAY"] : state === "READY" ? ["PLAY"] : ["PAUSE"];
  for (const command of commands) {
    player.command(command).catch((error) => log.error("{reason}", { reason: error.message }));
  }
}

/** A promise of the end, whatever brings it. */
function endOf(options: WatchOptions): PromiseWithResolvers<void> & { dispose(): void } {
  const { player, recorder, preview, maxFrames, maxSeconds, interrupt } = options;
  const end = Promise.withResolvers<void>();
  end.promise.catch(() => {/* awaited by watch(), perhaps only after the start has failed */});
  recorder?.ended.then(end.resolve, (error) => end.reject(new FailedError(error.message)));
  aborted(interrupt).then(end.resolve);
  const unsubscribe = player.subscribe({
    frame({ number }) {
      if (recorder === undefined && number >= maxFrames) end.resolve();
    },
    status({ notice, reconnects }) {
      // Without a page nobody can press Play again: silence and a lost server are the end, unless they may pass.
      if (preview !== false || notice === undefined || notice.level === "info") return;
      if (notice.level === "warning" && reconnects) return;
      if (notice.level === "warning" && player.statistics().frames > 0) end.resolve();
      else end.reject(new FailedError(notice.text));
    },
  });
  const timer = setInterval(() => {
    if (player.playedSeconds >= maxSeconds) end.resolve();
  }, 50);
  return {
    ...end,
    dispose() {
      unsubscribe();
      clearInterval(timer);
    },
  };
}
