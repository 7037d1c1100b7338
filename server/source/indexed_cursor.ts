/**
 * A cursor over frames that can be had by their number: the way through files and the test source, forwards and backwards, in
 * steps of one frame, of several, or of a part of one in between.
 *
 * @module
 */

import type { FrameTimes } from "./frame_times.ts";
import type { FrameSlot, SeekableCursor, SeekOptions } from "./source.ts";

/** Frames by number, and their times. */
export interface IndexedFrames {
  readonly times: FrameTimes;
  /** Whether frame 0 comes again behind the last. */
  readonly loops: boolean;
  /** The JPEG of frame `index`, 0 to count - 1: at once if it is in memory. */
  frame(index: number): Uint8Array | Promise<Uint8Array>;
}

/** Starts at frame 0 and moves one frame at a time. */
export class IndexedCursor implements SeekableCursor {
  readonly #frames: IndexedFrames;
  readonly #onClose: () => void;
  /**
   * Index of the next frame, with a fraction where a step has one. It goes on above `count` and below 0 where the source loops.
   */
  #position = 0;
  #step = 1;
  /** The position at which the way ends, itself not on it. */
  #goal: number;
  #isClosed = false;

  /** `onClose` is called once. */
  constructor(frames: IndexedFrames, { onClose }: { readonly onClose: () => void }) {
    this.#frames = frames;
    this.#onClose = onClose;
    this.#goal = frames.loops ? Infinity : frames.times.count;
  }

  get positionUs(): number {
    return this.#frames.times.timeUs(this.#index);
  }

  seek({ fromUs, toUs, step = 1 }: SeekOptions): void {
    const { times, loops } = this.#frames;
    const isBackwards = step < 0;
    const here = this.#within;
    if (fromUs !== undefined) this.#position = times.frameAt(fromUs);
    else if (!isBackwards && here >= times.count) this.#position = 0;
    else if (isBackwards && Math.floor(here) <= 0) this.#position = times.count - 1;
    else this.#position = Math.min(here, times.count - 1);
    this.#step = step;
    const end = isBackwards ? -1 : times.count;
    const asked = toUs === undefined ? undefined : this.#goalAt(toUs, isBackwards);
    if (loops) this.#goal = asked ?? step * Infinity;
    else this.#goal = asked === undefined ? end : isBackwards ? Math.max(asked, end) : Math.min(asked, end);
  }

  peek(): FrameSlot | undefined {
    if (this.#isClosed || (this.#step > 0 ? this.#position >= this.#goal : this.#position <= this.#goal)) {
      return undefined;
    }
    const timeUs = this.#timeUs(this.#position);
    const durationUs = Math.abs(this.#timeUs(this.#position + this.#step) - timeUs);
    return { timeUs, durationUs, number: this.#index + 1, droppedFrames: 0 };
  }

  read(): Uint8Array | Promise<Uint8Array> {
    return this.#frames.frame(this.#index);
  }

  advance(): void {
    this.#position += this.#step;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }

  /** The position within the source: 0 up to count, which is the end of one that does not loop. */
  get #within(): number {
    const { times: { count }, loops } = this.#frames;
    if (!loops) return Math.max(0, Math.min(count, this.#position));
    return this.#position - Math.floor(this.#position / count) * count;
  }

  get #index(): number {
    return Math.floor(this.#within);
  }

  /** Time of any position, those between two frames and those of other rounds included. */
  #timeUs(position: number): number {
    const { times } = this.#frames;
    const round = Math.floor(position / times.count);
    const within = position - round * times.count;
    const index = Math.floor(within);
    const startUs = times.timeUs(index);
    const partUs = within === index ? 0 : (times.timeUs(index + 1) - startUs) * (within - index);
    return round * times.durationUs + startUs + partUs;
  }

  /** The goal for a time, which may lie in a later round. */
  #goalAt(timeUs: number, isBackwards: boolean): number {
    const { times, loops } = this.#frames;
    const round = loops ? Math.floor(timeUs / times.durationUs) : 0;
    const withinUs = timeUs - round * times.durationUs;
    return round * times.count + (isBackwards ? times.frameAt(withinUs) - 1 : times.frameFrom(withinUs));
  }
}
