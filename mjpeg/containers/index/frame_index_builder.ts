/**
 * Builds the index of a file from the frames that a container format finds in it, one after the other.
 *
 * @module
 */

import { MAX_INDEXED_FRAMES, MAX_NAMED_FRAMES } from "../../limits.ts";
import { type FrameIndex, type FrameLocation, openIndex, type StoredIndex } from "./frame_index.ts";
import { UintList } from "./uint_list.ts";

/** A frame as a container format finds it. */
export interface FoundFrame extends FrameLocation {
  /** Whole microseconds from the first frame; `undefined` for all frames where the format has no times. */
  readonly timeUs?: number;
}

/** How an index ends. */
export interface IndexEnd {
  /** What is wrong with the file, as a sentence without a full stop: why it has no more frames, for example. */
  readonly problem?: string;
  /** End of the last frame in microseconds; needed where frames have times. */
  readonly durationUs?: number;
  /** Frames a second, where the times of all frames are evenly spaced: they need not be kept. */
  readonly frameRate?: number;
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
  finish(format: string, { problem, durationUs, frameRate }: IndexEnd): FrameIndex {
    const problems = [...this.#notes, ...this.#droppedSentence(), ...(problem === undefined ? [] : [problem])].join(
      "; ",
    );
    // Where a frame was dropped, the one before is shown for longer.
    const isEven = frameRate !== undefined && this.#droppedCount === 0;
    if (this.count === 0) throw new SyntaxError(problems || "There is no whole JPEG in the file");
    return openIndex({
      format,
      largestBytes: this.#largestBytes,
      problem: this.#excess === undefined
        ? problems || undefined
        : `The file has more than ${this.#maxFrames} frames; the others are dropped`,
      offsets: this.#offsets.finish(),
      lengths: this.#lengths.finish(),
      frameRate: isEven ? frameRate : undefined,
      times: isEven ? undefined : this.#finishTimes(this.#excess?.timeUs ?? durationUs),
    });
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

  #finishTimes(durationUs: number | undefined): StoredIndex["times"] {
    const timesUs = this.#timesUs;
    if (timesUs.length === 0) return undefined;
    const lastUs = timesUs.at(timesUs.length - 1);
    if (durationUs === undefined || durationUs <= lastUs) {
      throw new RangeError(`Cannot end an index at ${durationUs} us: its last frame is at ${lastUs} us`);
    }
    return { timesUs: timesUs.finish(), durationUs };
  }
}
