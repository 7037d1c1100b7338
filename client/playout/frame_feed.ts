/**
 * Datagrams of the present session to numbered, timed frames. Stands between the sessions and whoever watches, and goes on
 * from one session to the next.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { Timeline } from "../../rtp/timeline.ts";
import type { ReceivedFrame } from "../../page/playback.ts";
import { RateMeter } from "./rate_meter.ts";
import type { AssembledFrame, RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";

/** Constructor options of {@linkcode FrameFeed}. */
export interface FrameFeedOptions {
  /** Times arrivals and missing packets. */
  readonly clock: Clock;
  /** Takes each frame. */
  readonly onFrame: (frame: ReceivedFrame) => void;
}

/** Numbers the frames of a run from 1. */
export class FrameFeed {
  readonly #options: FrameFeedOptions;
  readonly #rates = new RateMeter();
  readonly #timeline = new Timeline();
  #receiver: RtpReceiver | undefined;
  #latest: ReceivedFrame | undefined;
  #number = 0;
  #cancelExpiry: (() => void) | undefined;

  /** Has no frame yet. */
  constructor(options: FrameFeedOptions) {
    this.#options = options;
  }

  /** The newest frame, if there was one yet. */
  get latest(): ReceivedFrame | undefined {
    return this.#latest;
  }

  /** What makes frames of the present session's packets. */
  get receiver(): RtpReceiver | undefined {
    return this.#receiver;
  }

  /** Frames and bits of the last second. */
  rates(): { fps: number; bitrate: number } {
    return this.#rates.rates(this.#options.clock.nowMs());
  }

  /** Takes the packets of another session from now on. */
  follow(receiver: RtpReceiver): void {
    this.flush();
    this.#receiver = receiver;
    this.#timeline.restart();
  }

  /** Takes a datagram, whose bytes hold until it returns; whether it is one of the stream's. */
  push(datagram: Uint8Array): boolean {
    const frames = this.#receiver?.push(datagram, this.#options.clock.nowMs());
    if (this.#receiver === undefined || frames === undefined) return false;
    this.#show(frames);
    this.#watchExpiry(this.#receiver);
    return true;
  }

  /** The stream pauses or ends: whatever is missing will not come. */
  flush(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
    if (this.#receiver !== undefined) this.#show(this.#receiver.flush());
  }

  #watchExpiry(receiver: RtpReceiver): void {
    const { deadlineMs } = receiver;
    if (deadlineMs === undefined || this.#cancelExpiry !== undefined) return;
    const { clock } = this.#options;
    this.#cancelExpiry = clock.after(Math.max(1, deadlineMs - clock.nowMs()), () => {
      this.#cancelExpiry = undefined;
      this.#show(receiver.expire(clock.nowMs()));
      this.#watchExpiry(receiver);
    });
  }

  #show(frames: readonly AssembledFrame[]): void {
    const { clock, onFrame } = this.#options;
    const clockRate = this.#receiver?.clockRate;
    for (const { data, arrivalMs, timestamp, senderTimeMs } of frames) {
      this.#rates.add(data.length, clock.nowMs());
      this.#latest = {
        data,
        number: ++this.#number,
        timestampUs: this.#timeline.add({ timestamp, clockRate, arrivalMs }),
        arrivalMs: arrivalMs - clock.nowMs() + clock.unixMs(),
        senderTimeMs,
      };
      onFrame(this.#latest);
    }
  }
}
