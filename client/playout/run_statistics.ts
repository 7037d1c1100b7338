/**
 * The counters of a run, over all of its sessions: what each counted is added up, and little is kept of the past ones.
 * Counts the time of playing, too.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { PlayerSession } from "../session/player_session.ts";
import type { PlaybackStatistics, TrackStatistics } from "../../page/playback.ts";
import type { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";

/** What was counted of the video. */
type VideoCounters = Record<typeof COUNTERS[number] | "expectedPackets", number>;

/** Those that are told. */
const COUNTERS = [
  "frames",
  "damagedFrames",
  "packets",
  "lostPackets",
  "duplicatePackets",
  "reorderedPackets",
  "malformedPackets",
  "ignoredPackets",
  "bytes",
] as const;

const NOTHING: VideoCounters = {
  ...{ frames: 0, damagedFrames: 0, packets: 0, expectedPackets: 0, lostPackets: 0 },
  ...{ duplicatePackets: 0, reorderedPackets: 0, malformedPackets: 0, ignoredPackets: 0, bytes: 0 },
};

/** Adds up the sessions of one run, and times the playing. */
export class RunStatistics {
  readonly #clock: Clock;
  #unexpectedSourcePackets = 0;
  #past: VideoCounters = NOTHING;
  #pastCauses: Readonly<Record<string, number>> = {};
  /** By their place in the session and what they are. */
  #pastTracks: ReadonlyMap<string, TrackStatistics> = new Map();
  #current: Pick<PlayerSession, "receiver" | "audio"> | undefined;
  #playingSinceMs: number | undefined;
  #playedMs = 0;
  /** Since when nothing comes. */
  #restingSinceMs: number | undefined;
  /** Time of playing in which nothing came. */
  #restedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts these tracks from now on, besides what the ones before have counted. */
  follow({ receiver, audio }: Pick<PlayerSession, "receiver" | "audio">): void {
    this.#pastTracks = this.#tracksByKey();
    this.#pastCauses = this.#damageCauses;
    this.#past = this.#video;
    this.#current = { receiver, audio };
  }

  /** A datagram came from an address that is not the server's. */
  noteUnexpectedSource(): void {
    this.#unexpectedSourcePackets++;
  }

  /** The time of playing runs from now on. */
  start(): void {
    this.stop();
    this.#playingSinceMs = this.#clock.nowMs();
  }

  /** Nothing has come for so long, and nothing comes until {@linkcode goOn}: that time does not count. */
  rest(milliseconds: number): void {
    if (this.#playingSinceMs !== undefined) this.#restingSinceMs ??= this.#clock.nowMs() - milliseconds;
  }

  /** Something comes again. */
  goOn(): void {
    if (this.#restingSinceMs === undefined) return;
    this.#restedMs = this.#restMs;
    this.#restingSinceMs = undefined;
  }

  /** The time of playing stands still. */
  stop(): void {
    this.goOn();
    this.#playedMs = this.#milliseconds;
    this.#playingSinceMs = undefined;
  }

  /** The counters as they are now, with those that others count. */
  summarize(
    others: Pick<PlaybackStatistics, "currentFps" | "currentBitrate" | "senderTimeMs">,
  ): PlaybackStatistics {
    const { expectedPackets, ...counters } = this.#video;
    const seconds = (this.#milliseconds - this.#restMs) / 1000;
    return {
      ...counters,
      seconds,
      fps: seconds > 0 ? counters.frames / seconds : 0,
      bitrate: seconds > 0 ? counters.bytes * 8 / seconds : 0,
      jitterMs: this.#current?.receiver?.statistics?.jitterMs ?? 0,
      lossRate: expectedPackets > 0 ? counters.lostPackets / expectedPackets : 0,
      damageCauses: this.#damageCauses,
      tracks: [...this.#tracksByKey().values()],
      unexpectedSourcePackets: this.#unexpectedSourcePackets,
      ...others,
    };
  }

  /** Time of playing so far, whether something came or not. */
  get playedSeconds(): number {
    return this.#milliseconds / 1000;
  }

  get #restMs(): number {
    return this.#restedMs + (this.#restingSinceMs === undefined ? 0 : this.#clock.nowMs() - this.#restingSinceMs);
  }

  get #milliseconds(): number {
    return this.#playedMs + (this.#playingSinceMs === undefined ? 0 : this.#clock.nowMs() - this.#playingSinceMs);
  }

  get #video(): VideoCounters {
    return this.#current === undefined ? this.#past : sum(this.#past, countersOf(this.#current.receiver));
  }

  get #damageCauses(): Readonly<Record<string, number>> {
    const causes: Record<string, number> = { ...this.#pastCauses };
    for (const [cause, count] of Object.entries(this.#current?.receiver?.damageCauses ?? {})) {
      causes[cause] = (causes[cause] ?? 0) + count;
    }
    return causes;
  }

  #tracksByKey(): Map<string, TrackStatistics> {
    const tracks = new Map(this.#pastTracks);
    for (const [index, { chosen, receiver }] of this.#current?.audio.entries() ?? []) {
      const { encoding, clockRate, channels } = chosen;
      const { packets, lostPackets, bytes } = countersOf(receiver);
      const jitterMs = receiver.statistics?.jitterMs ?? 0;
      const track = { kind: "audio", encoding, clockRate, channels, packets, lostPackets, bytes, jitterMs } as const;
      const key = [index, encoding, clockRate, channels].join(" ");
      const before = this.#pastTracks.get(key);
      tracks.set(key, {
        ...track,
        packets: packets + (before?.packets ?? 0),
        lostPackets: lostPackets + (before?.lostPackets ?? 0),
        bytes: bytes + (before?.bytes ?? 0),
      });
    }
    return tracks;
  }
}

function countersOf(receiver: RtpReceiver | undefined): VideoCounters {
  if (receiver === undefined) return NOTHING;
  const { frames, damagedFrames, malformedPackets, ignoredPackets, statistics } = receiver;
  if (statistics === undefined) return { ...NOTHING, frames, damagedFrames, malformedPackets, ignoredPackets };
  const { packets, expectedPackets, lostPackets, duplicatePackets, reorderedPackets, bytes } = statistics;
  return {
    ...{ frames, damagedFrames, packets, expectedPackets, lostPackets },
    ...{ duplicatePackets, reorderedPackets, malformedPackets, ignoredPackets, bytes },
  };
}

function sum(one: VideoCounters, other: VideoCounters): VideoCounters {
  const total = { ...one };
  for (const name of [...COUNTERS, "expectedPackets"] as const) total[name] += other[name];
  return total;
}
