/**
 * Where the frames of a file are and, in formats that have times, when they are shown. An index is built once and takes 10 bytes a
 * frame, 16 with times. Frames are read one at a time by it, so files of gigabytes are never loaded.
 *
 * @module
 */

import { MAX_INDEXED_FRAMES, MAX_NAMED_FRAMES } from "../limits.ts";
import { UintList } from "./uint_list.ts";

/** Where a frame is in its file. */
export interface FrameLocation {
  readonly offset: number;
  readonly lengthBytes: number;
}

/** A frame as a container format finds it. */
export interface FoundFrame extends FrameLocation {
  /** Whole microseconds from the first frame; `undefined` for all frames where the format has no times. */
  readonly timeUs?: number;
}

/** When the frames of a file are shown. */
export interface ListedFrameTimes {
  /** Microseconds for each frame, rising from 0. */
  readonly timesUs: { readonly length: number; at(index: number): number };
  /** End of the last frame in microseconds. */
  readonly durationUs: number;
}

/** The frames of a file, counted from 0. */
export interface FrameIndex {
  /** Name of the container format. */
  readonly format: string;
  /** Number of whole frames, at least 1. */
  readonly count: number;
  /** Length of the largest frame. */
  readonly largestBytes: number;
  /** `undefined` where the format has no times. */
  readonly times: ListedFrameTimes | undefined;
  /** What is wrong with the file, as a sentence without a full stop; `undefined` if all is well. */
  readonly problem: string | undefined;
  /** Throws a `RangeError` unless `index` is 0 to count - 1. */
  locate(index: number): FrameLocation;
}

/** How an index ends. */
export interface IndexEnd {
  /** What is wrong with the file, as a sentence without a full stop: why it has no more frames, for example. */
  readonly problem?: string;
  /** End of the last frame in microseconds; needed where frames have times. */
  readonly durationUs?: number;
}

/** Lengths from here on are all the same: nobody reads such a frame. */
const MAX_LENGTH_BYTES = 2 ** 32 - 1;

/** Which frames of a file are indexed. */
export interface FrameLimits {
  /** Default {@linkcode MAX_INDEXED_FRAMES}. */
  readonly maxFrames?: number;
  /** Length of the largest frame; default as large as it likes. */
  readonly maxFrameBytes?: number;
}

/** Collects the frames of a file, and makes a {@linkcode FrameIndex} of them. */
export class FrameIndexBuilder {
  readonly #maxFrames: number;
  readonly #maxFrameBytes: number;
  readonly #offsets = new UintList(6);
  readonly #lengths = new UintList(4);
  readonly #timesUs = new UintList(6);
  #largestBytes = 0;
  /** The first frame above the limit. */
  #excess: FoundFrame | undefined;
  readonly #notes: string[] = [];
  #droppedCount = 0;
  /** The first of those that were dropped. */
  readonly #dropped: { readonly where: string; readonly reason: string }[] = [];

  /** Frames above the limits are a problem of the file, and dropped. */
  constructor({ maxFrames = MAX_INDEXED_FRAMES, maxFrameBytes = Infinity }: FrameLimits = {}) {
    this.#maxFrames = maxFrames;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Frames so far. */
  get count(): number {
    return this.#offsets.length;
  }

  /** The number of the next frame in the file, from 1; those that were dropped count. */
  get nextNumber(): number {
    return this.count + this.#droppedCount + 1;
  }

  /** The next frame, at `offset`, is damaged: it is dropped, and the index says why. `reason` is a sentence about the frame. */
  drop(offset: number, reason: string): void {
    const where = `rame ${this.nextNumber} at byte ${offset}`;
    if (this.#droppedCount++ < MAX_NAMED_FRAMES) this.#dropped.push({ where, reason });
  }

  /** Something is wrong with the file: a sentence without a full stop. */
  note(problem: string): void {
    this.#notes.push(problem);
  }

  /**
   * Adds the next frame. Returns false where no more frames are taken. Throws a `RangeError` unless the times of the frames start
   * at 0 and rise, or none has one.
   */
  add(frame: FoundFrame): boolean {
    if (this.count === this.#maxFrames) {
      this.#excess ??= frame;
      return false;
    }
    if (frame.lengthBytes > this.#maxFrameBytes) {
      this.drop(frame.offset, `it has ${frame.lengthBytes} bytes, at most ${this.#maxFrameBytes} are read`);
      return true;
    }
    this.#addTime(frame.timeUs);
    this.#offsets.push(frame.offset);
    this.#lengths.push(Math.min(frame.lengthBytes, MAX_LENGTH_BYTES));
    this.#largestBytes = Math.max(this.#largestBytes, frame.lengthBytes);
    return true;
  }

  /** Ends the index. Throws a `SyntaxError` with the problem where there is not one whole frame. */
  finish(format: string, { problem, durationUs }: IndexEnd): FrameIndex {
    const problems = [...this.#notes, ...this.#droppedSentence(), ...(problem === undefined ? [] : [problem])].join(
      "; ",
    );
    if (this.count === 0) throw new SyntaxError(problems || "There is no whole JPEG in the file");
    for (const list of [this.#offsets, this.#lengths, this.#timesUs]) list.trim();
    const [offsets, lengths, { count }] = [this.#offsets, this.#lengths, this];
    return {
      format,
      count,
      largestBytes: this.#largestBytes,
      times: this.#finishTimes(this.#excess?.timeUs ?? durationUs),
      problem: this.#excess === undefined
        ? problems || undefined
        : `The file has more than ${this.#maxFrames} frames; the others are dropped`,
      locate(index) {
        if (!(index >= 0 && index < count)) throw new RangeError(`Cannot locate frame ${index}: there are ${count}`);
        return { offset: offsets.at(index), lengthBytes: lengths.at(index) };
      },
    };
  }

  #droppedSentence(): string[] {
    const [first] = this.#dropped;
    if (first === undefined) return [];
    if (this.#droppedCount === 1) return [`F${first.where} is dropped: ${first.reason}`];
    const more = this.#droppedCount - this.#dropped.length;
    const named = this.#dropped.map(({ where, reason }) => `f${where} (${reason})`);
    return [
      `${this.#droppedCount} frames are dropped: ${[...named, ...(more > 0 ? [`${more} more`] : [])].join(", ")}`,
    ];
  }

  #addTime(timeUs: number | undefined): void {
    const { length } = this.#timesUs;
    const isFirst = this.count === 0;
    const isValid = timeUs === undefined
      ? length === 0
      : isFirst
      ? timeUs === 0
      : length > 0 && timeUs > this.#timesUs.at(length - 1);
    if (!isValid) throw new RangeError(`Cannot index frame ${this.count} at ${timeUs} us: times start at 0 and rise`);
    if (timeUs !== undefined) this.#timesUs.push(timeUs);
  }

  #finishTimes(durationUs: number | undefined): ListedFrameTimes | undefined {
    const timesUs = this.#timesUs;
    if (timesUs.length === 0) return undefined;
    const lastUs = timesUs.at(timesUs.length - 1);
    if (durationUs === undefined || durationUs <= lastUs) {
      throw new RangeError(`Cannot end an index at ${durationUs} us: its last frame is at ${lastUs} us`);
    }
    return { timesUs, durationUs };
  }
}
