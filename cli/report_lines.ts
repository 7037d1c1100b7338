/**
 * What `play --json-lines` prints while it plays: the statistics of the page, once a second.
 *
 * @module
 */

import type { Recorder } from "../client/record/recorder.ts";
import type { Clock } from "../net/clock.ts";
import type { Playback, PlaybackStatistics, PlaybackStatus } from "../page/playback.ts";

/** Time between two lines, in milliseconds. */
const LINE_INTERVAL_MS = 1000;

/** A line. Names and units are part of the interface; they are those of {@linkcode PlaybackStatistics}. */
export interface ReportLine extends PlaybackStatistics {
  /** When, by this machine: milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly state: PlaybackStatus["state"];
  /** The dialect of the server; null before it is known. */
  readonly dialect: string | null;
  readonly transport: PlaybackStatus["transport"];
  /** Where in the movie the player is, in seconds; null where that is not known. */
  readonly positionSeconds: number | null;
  /** Frames that `--out` has stored; null without it. */
  readonly storedFrames: number | null;
}

/** What to report, and to whom. */
export interface ReportLinesOptions {
  readonly playback: Playback;
  /** `undefined` if frames are not stored. */
  readonly recorder: Pick<Recorder, "stored"> | undefined;
  readonly clock: Clock;
  readonly print: (line: ReportLine) => void;
}

/** Prints a line a second from now on; returns the function that ends it. */
export function reportLines(options: ReportLinesOptions): () => void {
  const { clock, print } = options;
  const startMs = clock.nowMs();
  let cancel = () => {};
  const wait = () => {
    const nowMs = clock.nowMs();
    // Lines stay a second apart on the average, however late a timer is.
    const leftMs = LINE_INTERVAL_MS - (nowMs - startMs) % LINE_INTERVAL_MS;
    cancel = clock.after(leftMs, () => {
      print(lineOf(options));
      wait();
    });
  };
  wait();
  return () => cancel();
}

function lineOf({ playback, recorder, clock }: ReportLinesOptions): ReportLine {
  const { state, dialect, transport, positionSeconds } = playback.status;
  return {
    atMs: Math.round(clock.unixMs()),
    state,
    dialect: dialect ?? null,
    transport,
    positionSeconds: positionSeconds ?? null,
    storedFrames: recorder?.stored ?? null,
    ...playback.statistics(),
  };
}
