/**
 * The counters of a run: those of its sessions added up. Nothing but the sums is kept of past sessions.
 *
 * @module
 */

import type { PlaybackStatistics, TrackStatistics } from "../../page/playback.ts";
import type { RtpStatistics } from "../../rtp/receiver/rtp_receiver.ts";
import type { TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import type { AudioTrack } from "../session/player_session.ts";

/** The tracks of a session. */
export interface CountedTracks {
  readonly video: Pick<TrackReceiver, "statistics"> | undefined;
  readonly audio: readonly (Pick<AudioTrack, "chosen"> & { readonly receiver: Pick<TrackReceiver, "statistics"> })[];
}

/** What the others know. */
export type OtherStatistics = Pick<
  PlaybackStatistics,
  | "seconds"
  | "currentFps"
  | "currentBitrate"
  | "peakFps"
  | "peakBitrate"
  | "largestFrameBytes"
  | "senderTimeMs"
  | "playoutDelayMs"
  | "lateFrames"
>;

/** Counters of the video that are added up. */
const COUNTERS = [
  "frames",
  "damagedFrames",
  "packets",
  "expectedPackets",
  "lostPackets",
  "duplicatePackets",
  "reorderedPackets",
  "repairedPackets",
  "malformedPackets",
  "otherPayloadTypePackets",
  "strayPackets",
  "bytes",
] as const satisfies readonly (keyof RtpStatistics)[];

type VideoCounters = Record<typeof COUNTERS[number], number>;

const NOTHING = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as VideoCounters;

/** Adds up the counters of the sessions that it follows, one after the other. */
export class RunStatistics {
  #past: VideoCounters = NOTHING;
  #pastPeakJitterMs = 0;
  #pastCauses: Readonly<Record<string, number>> = {};
  /** By their place in the session and what they are. */
  #pastTracks: ReadonlyMap<string, TrackStatistics> = new Map();
  #current: CountedTracks = { video: undefined, audio: [] };
  #unexpectedSourcePackets = 0;

  /** Counts these tracks from now on, besides what the ones before have counted. */
  follow({ video, audio }: CountedTracks): void {
    const { counters, damageCauses, peakJitterMs, tracks } = this.#sum();
    this.#past = counters;
    this.#pastPeakJitterMs = peakJitterMs;
    this.#pastCauses = damageCauses;
    this.#pastTracks = tracks;
    this.#current = { video, audio };
  }

  /** Counts a datagram that came from an address other than the server's. */
  countUnexpectedSource(): void {
    this.#unexpectedSourcePackets++;
  }

  /** The counters as they are now, with what others know. */
  summarize(others: OtherStatistics): PlaybackStatistics {
    const { counters: { expectedPackets, ...counters }, damageCauses, jitterMs, peakJitterMs, tracks } = this.#sum();
    const { seconds } = others;
    return {
      ...counters,
      fps: seconds > 0 ? counters.frames / seconds : 0,
      bitrate: seconds > 0 ? counters.bytes * 8 / seconds : 0,
      jitterMs,
      peakJitterMs,
      lossRate: expectedPackets > 0 ? counters.lostPackets / expectedPackets : 0,
      unexpectedSourcePackets: this.#unexpectedSourcePackets,
      damageCauses,
      tracks: [...tracks.values()],
      ...others,
    };
  }

  #sum() {
    const video = this.#current.video?.statistics();
    const counters = { ...this.#past };
    const damageCauses: Record<string, number> = { ...this.#pastCauses };
    if (video !== undefined) {
      for (const name of COUNTERS) counters[name] += video[name];
      for (const [cause, count] of Object.entries(video.damageCauses)) {
        damageCauses[cause] = (damageCauses[cause] ?? 0) + count;
      }
    }
    const { jitterMs = 0, peakJitterMs = 0 } = video ?? {};
    return {
      ...{ counters, damageCauses, jitterMs, tracks: this.#tracksByKey() },
      peakJitterMs: Math.max(peakJitterMs, this.#pastPeakJitterMs),
    };
  }

  #tracksByKey(): Map<string, TrackStatistics> {
    const tracks = new Map(this.#pastTracks);
    for (const [index, { chosen, receiver }] of this.#current.audio.entries()) {
      const { encoding, clockRate, channels } = chosen;
      const { packets, lostPackets, bytes, jitterMs } = receiver.statistics();
      const key = [index, encoding, clockRate, channels].join(" ");
      const before = this.#pastTracks.get(key);
      tracks.set(key, {
        ...{ kind: "audio", encoding, clockRate, channels, jitterMs },
        packets: packets + (before?.packets ?? 0),
        lostPackets: lostPackets + (before?.lostPackets ?? 0),
        bytes: bytes + (before?.bytes ?? 0),
      });
    }
    return tracks;
  }
}
