/**
 * `play` with one stream, whose frames may be stored.
 *
 * @module
 */

import type { Player } from "../../client/player.ts";
import { noPictureReason } from "../../client/playout/picture_notice.ts";
import { PlayedOut } from "../../client/playout/played_out.ts";
import type { Latency } from "../../client/playout/playout_clock.ts";
import type { StoreOptions } from "../../client/record/open_frame_store.ts";
import { Recorder, type RecorderOptions } from "../../client/record/recorder.ts";
import { FailedError } from "../options/errors.ts";
import { type PlayingOptions, playUntilEnd } from "../playing.ts";
import { reportLines } from "../report_lines.ts";
import { summaryLine, summaryOf } from "../summary.ts";
import { standardError } from "../terminal/line_output.ts";

/** What to play, and how. */
export interface OneOptions extends Omit<PlayingOptions, "player" | "shown" | "begin"> {
  /** One that has sent nothing. */
  readonly player: Player;
  /** How long frames wait to be shown; 0 shows them as they come. */
  readonly latency: Latency;
  readonly recorder: Recorder | undefined;
  /** Where the recorder stores, for people; `undefined` without one. */
  readonly storesIn: string | undefined;
  /** Takes the statistics once a second. */
  readonly printLine: ((statistics: unknown) => void) | undefined;
  /** Takes the summary. */
  readonly printSummary: ((summary: unknown) => void) | undefined;
  /** The player has ended, and the summary is still to come. */
  readonly onEnd: () => Promise<void>;
}

/** Opens what the frames are stored in. Rejects with a `FailedError` where that cannot be. */
export async function openRecorder(out: string, options: RecorderOptions & StoreOptions): Promise<Recorder> {
  try {
    return await Recorder.open(out, options);
  } catch (error) {
    throw new FailedError(error instanceof Error ? error.message : String(error));
  }
}

/** Plays to the end. Rejects with a `FailedError` where the stream could not be played, or stored. */
export async function playOne(options: OneOptions): Promise<void> {
  const { player, latency, preview, recorder, storesIn: out, maxSeconds, clock, printLine, printSummary } = options;
  const playedOut = latency === 0 || preview === false ? undefined : new PlayedOut(player, { clock, latency });
  const shown = playedOut ?? player;
  const stopLines = printLine === undefined
    ? () => {}
    : reportLines({ playback: shown, recorder, clock, print: printLine });
  try {
    await playUntilEnd({ ...options, shown });
    if (recorder !== undefined && recorder.stored === 0 && recorder.tooLarge > 0) {
      throw new FailedError(`Nothing is stored: all ${recorder.tooLarge} frames are too large for ${out}`);
    }
  } finally {
    await options.onEnd();
    stopLines();
    playedOut?.close();
    const summary = summaryOf(shown, recorder);
    printSummary?.(summary);
    if (summary.packets > 0) standardError.line(summaryLine(summary, { out, recorder }));
  }
  const statistics = player.statistics();
  const isTimeOver = player.playedSeconds >= maxSeconds;
  if (statistics.frames === 0 && (statistics.packets > 0 || isTimeOver)) {
    throw new FailedError(`No picture: ${noPictureReason(statistics)}`);
  }
}
