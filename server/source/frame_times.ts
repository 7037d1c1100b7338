/**
 * When the frames of a seekable source are shown: at a steady rate, or each at a time of its own. RTP timestamps, pacing,
 * `Range` and the duration in descriptions all come from here.
 *
 * @module
 */

import type { FrameIndex } from "../../mjpeg/containers/index/frame_index.ts";

/** Times are compared with this much tolerance: `npt` has milliseconds, frame times have fractions. */
const TOLERANCE_US = 0.5;

/** The times of frames 0 to count - 1. */
export interface FrameTimes {
  /** Number of frames, at least 1. */
  readonly count: number;
  /** From the first frame to the end of the last, in microseconds. */
  readonly durationUs: number;
  /** Frames a second; `undefined` where they are not evenly spaced. */
  readonly frameRate: number | undefined;
  /** Time of frame `index`, 0 to `count`, in microseconds; the time of `count` is `durationUs`. */
  timeUs(index: number): number;
  /** The frame shown at a time of 0 to `durationUs`: 0 to count - 1. */
  frameAt(timeUs: number): number;
  /** The first frame that is not before a time: 0 to `count`. */
  frameFrom(timeUs: number): number;
}

/** Frames at a steady rate. */
export class RegularTimes implements FrameTimes {
  readonly count: number;
  readonly frameRate: number;

  /** `frameRate` is in frames a second. */
  constructor(count: number, frameRate: number) {
    this.count = count;
    this.frameRate = frameRate;
  }

  get durationUs(): number {
    return this.timeUs(this.count);
  }

  timeUs(index: number): number {
    return index * 1e6 / this.frameRate;
  }

  frameAt(timeUs: number): number {
    return clamp(Math.floor((timeUs + TOLERANCE_US) * this.frameRate / 1e6), this.count - 1);
  }

  frameFrom(timeUs: number): number {
    return clamp(Math.ceil((timeUs - TOLERANCE_US) * this.frameRate / 1e6), this.count);
  }
}

/** When the frames of an index are shown; at `frameRate` frames a second where it does not tell. */
export function timesOf(index: FrameIndex, frameRate: number): FrameTimes {
  const { times, count } = index;
  return times === undefined
    ? new RegularTimes(count, index.frameRate ?? frameRate)
    : new ListedTimes(times.timesUs, times.durationUs);
}

/** Numbers by their index; typed arrays are such lists. */
export interface TimeList {
  readonly length: number;
  at(index: number): number | undefined;
}

/** Frames that each have a time of their own, as containers tell them. */
export class ListedTimes implements FrameTimes {
  readonly frameRate: undefined = undefined;
  readonly durationUs: number;
  readonly #timesUs: TimeList;

  /** `timesUs` rises and starts at 0; the last frame is shown until `durationUs`. Throws a `RangeError` for other times. */
  constructor(timesUs: TimeList, durationUs: number) {
    if (!startsAtZeroAndRises(timesUs) || !(durationUs > timesUs.at(timesUs.length - 1)!)) {
      throw new RangeError("Cannot use frame times that do not start at 0 and rise");
    }
    this.#timesUs = timesUs;
    this.durationUs = durationUs;
  }

  get count(): number {
    return this.#timesUs.length;
  }

  timeUs(index: number): number {
    return index < this.#timesUs.length ? this.#timesUs.at(index)! : this.durationUs;
  }

  frameAt(timeUs: number): number {
    return clamp(this.#countBefore(timeUs + TOLERANCE_US) - 1, this.count - 1);
  }

  frameFrom(timeUs: number): number {
    return this.#countBefore(timeUs - TOLERANCE_US);
  }

  /** How many frames come before a time. */
  #countBefore(timeUs: number): number {
    let [low, high] = [0, this.#timesUs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timesUs.at(middle)! < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function startsAtZeroAndRises(timesUs: TimeList): boolean {
  for (let index = 1; index < timesUs.length; index++) if (!(timesUs.at(index)! > timesUs.at(index - 1)!)) return false;
  return timesUs.at(0) === 0;
}

function clamp(index: number, max: number): number {
  return Math.max(0, Math.min(max, index));
}
