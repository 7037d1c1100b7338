/**
 * Numbers and times the frames of a run, from one session to the next. Stands between the sessions and whoever watches.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { ReceivedFrame } from "../../page/playback.ts";
import type { TrackFrame } from "../../rtp/receiver/track_receiver.ts";
import { Timeline } from "../../rtp/timeline.ts";
import { RateMeter } from "./rate_meter.ts";
import type { TimedFrame } from "./sound_feed.ts";

/** The time of day has whole milliseconds, and some pass between two looks at a clock. */
const CLOCK_ROUNDING_MS = 5;

/** Constructor options of {@linkcode FrameFeed}. */
export interface FrameFeedOptions {
  readonly clock: Clock;
  /** Takes each frame. */
  readonly onFrame: (frame: ReceivedFrame) => void;
}

/** The frames of a run, numbered from 1. */
export class FrameFeed {
  readonly #options: FrameFeedOptions;
  readonly #rates = new RateMeter();
  readonly #timeline = new Timeline();
  #latest: ReceivedFrame | undefined;
  #latestReadMs = 0;
  /** What the time of day was ahead of the clock when that was last looked at anew, in milliseconds. */
  #aheadMs = -Infinity;

  constructor(options: FrameFeedOptions) {
    this.#options = options;
  }

  /** The newest frame; `undefined` before the first. */
  get latest(): ReceivedFrame | undefined {
    return this.#latest;
  }

  /** The times of the newest frame; `undefined` before the first. */
  get latestTimes(): TimedFrame | undefined {
    if (this.#latest === undefined) return undefined;
    const { timestampUs, senderTimeMs } = this.#latest;
    return { timestampUs, senderTimeMs, readMs: this.#latestReadMs };
  }

  /** Frames and bits of the last second. */
  rates(): { readonly fps: number; readonly bitrate: number } {
    return this.#rates.rates(this.#options.clock.nowMs());
  }

  /** The most that came, of any second and in any frame. */
  get peaks(): RateMeter["peaks"] {
    return this.#rates.peaks;
  }

  /** The next frames are of another session, whose timestamps have nothing to do with the last one's. */
  restart(): void {
    this.#timeline.restart();
  }

  /** Takes a frame, and where in the movie it is, in seconds, where that is known. */
  take({ data, timestamp, clockRate, arrivalMs, senderTimeMs }: TrackFrame, positionSeconds: number | undefined): void {
    const { clock, onFrame } = this.#options;
    this.#rates.add(data.length, clock.nowMs());
    this.#latest = {
      data,
      number: (this.#latest?.number ?? 0) + 1,
      timestampUs: this.#timeline.add({ timestamp, clockRate, arrivalMs }),
      arrivalMs: arrivalMs + this.#timeOfDayAheadMs(),
      senderTimeMs,
      positionSeconds,
    };
    this.#latestReadMs = arrivalMs;
    onFrame(this.#latest);
  }

  /** How far the time of day is ahead of the clock: the same for all frames, until somebody sets it. */
  #timeOfDayAheadMs(): number {
    const { clock } = this.#options;
    const aheadMs = clock.unixMs() - clock.nowMs();
    if (Math.abs(aheadMs - this.#aheadMs) > CLOCK_ROUNDING_MS) this.#aheadMs = aheadMs;
    return this.#aheadMs;
  }
}
