/**
 * The summary at the end of `play` and `demo`: a line for people, or an object for programs.
 *
 * @module
 */

import type { Playback, PlaybackStatistics, PlaybackStatus } from "../page/playback.ts";
import type { Recorder } from "../client/record/recorder.ts";
import { isStandardOutput } from "../client/record/store_name.ts";

/** What `--json` prints. Names and units are part of the interface; they are those of {@linkcode PlaybackStatistics}. */
export interface Summary extends PlaybackStatistics {
  /** Whole frames: stored ones with `--out`, received ones without. */
  readonly frames: number;
  /** Whole frames that `--out` did not store: writing was too slow, or the format has no room for them. */
  readonly droppedFrames: number;
  readonly state: PlaybackStatus["state"];
  /** The dialect of the server; null if no server answered. */
  readonly dialect: string | null;
  readonly transport: PlaybackStatus["transport"];
  /** Length of the movie, in seconds; null where there is none, or none is known. */
  readonly durationSeconds: number | null;
  /** Where in the movie the player was last, in seconds; null where that is not known. */
  readonly positionSeconds: number | null;
}

/** Summarizes what `player` received and `recorder` stored. */
export function summaryOf(player: Playback, recorder: Recorder | undefined): Summary {
  const statistics = player.statistics();
  const { state, dialect, transport, durationSeconds, positionSeconds } = player.status;
  return {
    ...statistics,
    frames: recorder?.stored ?? statistics.frames,
    droppedFrames: recorder === undefined ? 0 : recorder.dropped + recorder.tooLarge,
    seconds: round(statistics.seconds, 3),
    fps: round(statistics.fps, 2),
    bitrate: Math.round(statistics.bitrate),
    jitterMs: round(statistics.jitterMs, 3),
    peakJitterMs: round(statistics.peakJitterMs, 3),
    lossRate: round(statistics.lossRate, 6),
    tracks: statistics.tracks.map((track) => ({ ...track, jitterMs: round(track.jitterMs, 3) })),
    playoutDelayMs: round(statistics.playoutDelayMs, 1),
    ...{ state, dialect: dialect ?? null, transport },
    ...{ durationSeconds: durationSeconds ?? null, positionSeconds: positionSeconds ?? null },
  };
}

/** The summary in one line. */
export function summaryLine(
  summary: Summary,
  { out, recorder }: { readonly out?: string; readonly recorder?: Recorder },
): string {
  const { frames, seconds, fps, damagedFrames, damageCauses, packets, bitrate, jitterMs } = summary;
  const { lostPackets, repairedPackets } = summary;
  const repaired = repairedPackets === 0 ? "" : ` and ${repairedPackets} sent again`;
  const { stored = 0, dropped = 0, tooLarge = 0 } = recorder ?? {};
  const where = out === undefined || isStandardOutput(out) ? "" : `, ${stored} stored in ${out}`;
  const causes = Object.entries(damageCauses).map(([cause, count]) => `${count} ${cause.replaceAll("-", " ")}`);
  const damaged = causes.length === 0 ? `${damagedFrames} damaged` : `${damagedFrames} damaged (${causes.join(", ")})`;
  const lost = dropped === 0 ? "" : `, ${dropped} dropped because writing was too slow`;
  const large = tooLarge === 0 ? "" : `, ${tooLarge} dropped because they are too large for the format`;
  return `${frames} frames in ${seconds.toFixed(1)} s (${fps.toFixed(1)} fps, ${(bitrate / 1e6).toFixed(2)} Mbit/s)` +
    `${where}${lost}${large}; ${damaged}; ${packets} packets, ${lostPackets} lost${repaired}; jitter ${
      jitterMs.toFixed(1)
    } ms`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
