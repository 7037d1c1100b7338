/**
 * When the frames of a movie are shown, from the list of its packets that FFmpeg writes (`framecrc`) without decoding any.
 *
 * @module
 */

import { MAX_LIST_LINE_CHARS, MAX_LISTED_FRAMES } from "./limits.ts";

/** The frames of a movie. */
export interface ListedFrames {
  /** Microseconds from the start of the file for each frame, rising; the sound may start before the first. */
  readonly timesUs: Float64Array<ArrayBuffer>;
  /** End of the last frame in microseconds. */
  readonly endUs: number;
  /** Whether those are the times of the file, and not those at which frames are decoded. */
  readonly hasTimes: boolean;
  /** How long the first frame is shown, in microseconds, as the file tells. */
  readonly firstDurationUs: number;
}

/** Stream, decoding time, time, duration, bytes; a checksum follows, and flags where they are not those of a key frame. */
const LINE = /^\d+, *(-?\d+), *(-?\d+), *(\d+), *\d+,/;
const FLAGS = /, F=0x([0-9A-F]{1,8})/;
const TIME_BASE = /^#tb 0: (\d+)\/(\d+)$/;

/** AV_NOPTS_VALUE: there is no such time. */
const NO_TIME = -(2 ** 63);
/** AV_PKT_FLAG_DISCARD: the packet is decoded, and not shown. */
const DISCARD = 4;

/** Takes the list, and gives the times. */
export class FrameList {
  #text = "";
  #scaleUs = 1;
  readonly #times: number[] = [];
  readonly #decodingTimes: number[] = [];
  #firstDuration = 0;
  #lastDuration = 0;

  /** Takes the next characters. Throws where they are no such list, or there are too many frames. */
  push(text: string): void {
    const lines = (this.#text + text).split("\n");
    this.#text = lines.pop()!;
    if (this.#text.length > MAX_LIST_LINE_CHARS) {
      throw new SyntaxError(`Cannot read the list of frames: a line has more than ${MAX_LIST_LINE_CHARS} characters`);
    }
    for (const line of lines) this.#take(line);
  }

  /** The frames in the order in which they are shown. */
  finish(): ListedFrames {
    // Files without times, such as AVI, have as many as frames all the same: those at which they are decoded.
    const hasTimes = !this.#times.includes(NO_TIME);
    const times = hasTimes ? this.#times : this.#decodingTimes;
    const sorted = Float64Array.from(new Set(times)).sort();
    const inUs = (time: number) => Math.round(time * this.#scaleUs);
    return {
      timesUs: sorted.map(inUs),
      endUs: inUs((sorted.at(-1) ?? 0) + this.#lastDuration),
      hasTimes,
      firstDurationUs: this.#firstDuration * this.#scaleUs,
    };
  }

  #take(line: string): void {
    const [, numerator, denominator] = TIME_BASE.exec(line)?.map(Number) ?? [];
    if (denominator !== undefined) this.#scaleUs = 1e6 * numerator / denominator;
    if (line.startsWith("#")) return;
    const [, decodingTime, time, duration] = LINE.exec(line)?.map(Number) ?? [];
    if (duration === undefined) throw new SyntaxError(`Cannot read the list of frames: ${JSON.stringify(line)}`);
    const [, flags = "0"] = FLAGS.exec(line) ?? [];
    if ((parseInt(flags, 16) & DISCARD) !== 0) return;
    if (this.#times.length === MAX_LISTED_FRAMES) {
      throw new RangeError(`Cannot list more than ${MAX_LISTED_FRAMES} frames`);
    }
    if (this.#times.length === 0) this.#firstDuration = duration;
    this.#lastDuration = duration;
    this.#times.push(time);
    this.#decodingTimes.push(decodingTime);
  }
}
