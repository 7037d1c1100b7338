/**
 * Frames of one session after the other to numbered, timed frames of one run. Stands between the sessions and whoever watches.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { ReceivedFrame } from "../../page/playback.ts";
import type { AssembledFrame } from "../../rtp/receiver/rtp_receiver.ts";
import { Timeline } from "../../rtp/timeline.ts";
import { RateMeter } from "./rate_meter.ts";

/** Numbers the frames of a run from 1. */
export class FrameFeed {
  readonly #clock: Clock;
  readonly #onFrame: (frame: ReceivedFrame) => void;
  readonly #rates = new RateMeter();
  readonly #timeline = new Timeline();
  #latest: ReceivedFrame | undefined;
  /** RTP timestamp ticks a second of the present session; `undefined` for the lab's whole seconds. */
  #clockRate: number | undefined;

  /** `onFrame` takes each frame. */
  constructor({ clock, onFrame }: { readonly clock: Clock; readonly onFrame: (frame: ReceivedFrame) => void }) {
    this.#clock = clock;
    this.#onFrame = onFrame;
  }

  /** The newest frame, if there was one yet. */
  get latest(): ReceivedFrame | undefined {
    return this.#latest;
  }

  /** Frames and bits of the last second. */
  rates(): { fps: number; bitrate: number } {
    return this.#rates.rates(this.#clock.nowMs());
  }

  /** The next frames come from another session, whose timestamps tick `clockRate` times a second. */
  restart(clockRate: number | undefined): void {
    this.#clockRate = clockRate;
    this.#timeline.restart();
  }

  push({ data, arrivalMs, timestamp, senderTimeMs }: AssembledFrame): void {
    const nowMs = this.#clock.nowMs();
    this.#rates.add(data.length, nowMs);
    this.#latest = {
      data,
      number: (this.#latest?.number ?? 0) + 1,
      timestampUs: this.#timeline.add({ timestamp, clockRate: this.#clockRate, arrivalMs }),
      arrivalMs: arrivalMs - nowMs + this.#clock.unixMs(),
      senderTimeMs,
    };
    this.#onFrame(this.#latest);
  }
}
