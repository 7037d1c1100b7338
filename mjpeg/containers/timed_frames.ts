/**
 * Frames that have times of their own, as MP4 and Matroska tell them.
 *
 * @module
 */

import type { FrameLocation } from "./index/frame_index.ts";
import type { FrameIndexBuilder, IndexEnd } from "./index/frame_index_builder.ts";

/** Constructor options of {@linkcode TimedFrames}. */
export interface TimedFramesOptions {
  /** Frames a second, if the file says that they are evenly spaced. */
  readonly frameRate: number | undefined;
  /** How much a time may differ from that, in microseconds: what the file rounds its times to. */
  readonly toleranceUs: number;
}

/** No movie lasts as long, in microseconds: four years. */
const END_US = 2 ** 47;

/** Adds frames in the order of their times. The first one is at 0, whatever its file says. */
export class TimedFrames {
  readonly frames: FrameIndexBuilder;
  readonly #options: TimedFramesOptions;
  #startUs: number | undefined;
  #lastUs = 0;
  #isEven: boolean;

  constructor(frames: FrameIndexBuilder, options: TimedFramesOptions) {
    this.frames = frames;
    this.#options = options;
    this.#isEven = options.frameRate !== undefined;
  }

  /**
   * Adds a frame that is shown from `timeUs` of the file on. A time that is not behind the one before is the file's mistake: the frame
   * comes right behind it. Returns false where no more frames are taken.
   */
  add(frame: FrameLocation, timeUs: number): boolean {
    const { count } = this.frames;
    const sinceUs = count === 0 ? 0 : Math.max(Math.round(timeUs) - this.#startUs!, this.#lastUs + 1);
    if (!(sinceUs < END_US)) {
      this.drop(frame.offset, "it is to be shown in years");
      return true;
    }
    const isTaken = this.frames.add({ ...frame, timeUs: sinceUs });
    if (this.frames.count === count) return isTaken;
    this.#startUs ??= Math.round(timeUs);
    this.#lastUs = sinceUs;
    const { frameRate, toleranceUs } = this.#options;
    this.#isEven &&= Math.abs(sinceUs - count * 1e6 / frameRate!) <= toleranceUs;
    return isTaken;
  }

  /** A frame is damaged. */
  drop(offset: number, reason: string): void {
    this.frames.drop(offset, reason);
  }

  /** There are no more. The last one is shown up to `endUs` of the file; without, for as long as the one before. */
  end(endUs?: number): IndexEnd {
    const { count } = this.frames;
    const { frameRate } = this.#options;
    if (this.#isEven && frameRate !== undefined) return { frameRate, durationUs: Math.round(count * 1e6 / frameRate) };
    const last = this.#lastUs;
    const guessUs = frameRate !== undefined ? 1e6 / frameRate : count > 1 ? last / (count - 1) : 1e6;
    const durationUs = endUs === undefined || !Number.isFinite(endUs) ? last + guessUs : endUs - (this.#startUs ?? 0);
    return { durationUs: Math.max(last + 1, Math.min(END_US, Math.round(durationUs))) };
  }
}
