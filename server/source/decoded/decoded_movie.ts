/**
 * What is known of a movie of another codec: when its frames are shown, and how FFmpeg's times tell which frame one is.
 *
 * @module
 */

import type { ListedFrames } from "../../decoder/frame_list.ts";
import type { FrameIndex } from "../../../mjpeg/containers/index/frame_index.ts";
import { FrameIndexBuilder } from "../../../mjpeg/containers/index/frame_index_builder.ts";
import { TimedFrames } from "../../../mjpeg/containers/timed_frames.ts";
import { type FrameTimes, timesOf } from "../frame_times.ts";
import type { ListedMovie } from "./decoders.ts";

/** FFmpeg's times are rounded to microseconds, and those of some files to milliseconds before. */
const TOLERANCE_US = 500;

/** A movie whose frames are listed. */
export class DecodedMovie {
  readonly path: string;
  readonly version: ListedMovie["version"];
  readonly index: FrameIndex;
  readonly times: FrameTimes;
  /** Time of the first frame in its file. */
  readonly #startUs: number;
  readonly #hasTimes: boolean;
  /** How much later than listed frames come that have no times of their own. */
  #delayUs = 0;

  /** Throws a `SyntaxError` where there is no frame. */
  constructor({ path, version }: ListedMovie, list: ListedFrames) {
    this.path = path;
    this.version = version;
    this.index = indexOf(list);
    // The rate does not matter: the frames have times.
    this.times = timesOf(this.index, 1);
    this.#startUs = list.timesUs[0];
    this.#hasTimes = list.hasTimes;
  }

  /** Where to begin to decode so that a frame is the first; in seconds of the file, `undefined` for its start. */
  placeOf(index: number): number | undefined {
    if (index === 0) return undefined;
    return Math.max(0, this.times.timeUs(index) + this.#startUs + this.#delayUs - TOLERANCE_US) / 1e6;
  }

  /** Which frame comes `timeUs` behind the place at which decoding has begun. */
  frameAt(timeUs: number, place: number | undefined, isFirst: boolean): number {
    const inMovieUs = timeUs + (place ?? 0) * 1e6 - this.#startUs;
    if (!this.#hasTimes && place === undefined && isFirst) this.#delayUs = inMovieUs;
    return this.times.frameAt(Math.max(0, inMovieUs - this.#delayUs + TOLERANCE_US));
  }
}

function indexOf({ timesUs, endUs, firstDurationUs }: ListedFrames): FrameIndex {
  const frames = new FrameIndexBuilder();
  const frameRate = firstDurationUs > 0 ? 1e6 / firstDurationUs : undefined;
  const timed = new TimedFrames(frames, { frameRate, toleranceUs: 1 });
  for (const timeUs of timesUs) if (!timed.add({ offset: 0, lengthBytes: 0 }, timeUs)) break;
  return frames.finish("another codec", timed.end(endUs));
}
