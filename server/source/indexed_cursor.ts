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
  /**
   * Calls `waiter` once, when there are more frames. Returns the function that takes it back. Without it there will never be more.
   */
  whenGrown?(waiter: () => void): () => void;
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
  /** The position at which the way ends, itself not on it; that of frames that do not loop ends with them in any case. */
  #goal = Infinity;
  #isClosed = false;
  /** Ends the wait for more frames. */
  #wake: (() => void) | undefined;

  /** `onClose` is called once. */
  constructor(frames: IndexedFrames, { onClose }: { readonly onClose: () => void }) {
    this.#frames = frames;
    this.#onClose = onClose;
  }

  get positionUs(): number {
    return this.#frames.times.timeUs(this.#index);
  }

  seek({ fromUs, toUs, step = 1 }: SeekOptions): void {
    const { times, loops } = this.#frames;
    const isBackwards = step < 0;
    const here = this.#within;
    if (fromUs !== undefined) this.#position = this.#positionAt(fromUs);
    else if (!isBackwards && here >= times.count) this.#position = this.#grows ? times.count : 0;
    else if (isBackwards && Math.floor(here) <= 0) this.#position = times.count - 1;
    else this.#position = Math.min(here, times.count - 1);
    this.#step = step;
    const isUnknown = toUs === undefined || this.#grows && !isBackwards && toUs > times.durationUs;
    const asked = isUnknown ? undefined : this.#goalAt(toUs, isBackwards);
    if (loops || !isBackwards) this.#goal = asked ?? step * Infinity;
    else this.#goal = Math.max(asked ?? -1, -1);
  }

  peek(): FrameSlot | undefined {
    if (!this.#isOnWay(this.#position)) return undefined;
    const timeUs = this.#timeUs(this.#position);
    const durationUs = Math.abs(this.#timeUs(this.#position + this.#step) - timeUs);
    return { timeUs, durationUs, number: this.#index + 1, droppedFrames: 0 };
  }

  read(): Uint8Array | Promise<Uint8Array> {
    return this.#frames.frame(this.#index);
  }

  readAhead(frames: number): Uint8Array | Promise<Uint8Array> | undefined {
    const position = this.#position + frames * this.#step;
    return this.#isOnWay(position) ? this.#frames.frame(this.#indexAt(position)) : undefined;
  }

  advance(): void {
    this.#position += this.#step;
  }

  more(): Promise<void> | undefined {
    if (this.#isClosed || !this.#grows || this.#step < 0 || this.#position >= this.#goal) return undefined;
    this.#wake?.();
    return new Promise((resolve) => {
      const stopWaiting = this.#frames.whenGrown!(resolve);
      this.#wake = () => {
        stopWaiting();
        resolve();
      };
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wake?.();
    this.#onClose();
  }

  /** Whether a position is on the way, its end not included. */
  #isOnWay(position: number): boolean {
    if (this.#isClosed) return false;
    if (this.#step < 0) return position > this.#goal;
    const { times, loops } = this.#frames;
    return position < this.#goal && (loops || position < times.count);
  }

  get #grows(): boolean {
    return this.#frames.whenGrown !== undefined;
  }

  get #within(): number {
    return this.#withinAt(this.#position);
  }

  get #index(): number {
    return this.#indexAt(this.#position);
  }

  /** A position within the source: 0 up to count, which is the end of one that does not loop. */
  #withinAt(position: number): number {
    const { times: { count }, loops } = this.#frames;
    if (!loops) return Math.max(0, Math.min(count, position));
    return position - Math.floor(position / count) * count;
  }

  #indexAt(position: number): number {
    return Math.floor(this.#withinAt(position));
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

  /** The position of the frame shown at a time, which may lie in a later round. */
  #positionAt(timeUs: number): number {
    const { times, loops } = this.#frames;
    const round = loops ? Math.floor(timeUs / times.durationUs) : 0;
    return round * times.count + times.frameAt(timeUs - round * times.durationUs);
  }

  /** The goal for a time, which may lie in a later round. */
  #goalAt(timeUs: number, isBackwards: boolean): number {
    const { times, loops } = this.#frames;
    const round = loops ? Math.floor(timeUs / times.durationUs) : 0;
    const withinUs = timeUs - round * times.durationUs;
    return round * times.count + (isBackwards ? times.frameAt(withinUs) - 1 : times.frameFrom(withinUs));
  }
}
