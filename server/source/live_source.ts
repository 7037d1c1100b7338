/**
 * A live source: whoever produces the frames pushes them, and each goes to all who watch. Nothing but the newest frame is kept; a
 * viewer that is behind goes on with that one.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { LIVE_FIRST_FRAME_TIMEOUT_MS } from "../limits.ts";
import { type Cursor, type FrameSlot, type LiveSource, SourceUnusableError } from "./source.ts";

/** Time to the next frame where nothing is known of it yet, in microseconds. */
const DEFAULT_DURATION_US = 40_000;

/** Constructor options of {@linkcode LiveFeed}. */
export interface LiveFeedOptions {
  /** The name under which it is served. */
  readonly name: string;
  /** Frames a second, where that is known. */
  readonly frameRate?: number;
  /** Times the arrival of frames. */
  readonly clock: Clock;
}

/** A frame with its place among the others. */
export interface LiveFrame extends FrameSlot {
  /** Counts the frames of the source, from 1. */
  readonly number: number;
  readonly data: Uint8Array;
}

/** A live source that is fed by hand: by a publisher, a relay, a pipe, a test. */
export class LiveFeed implements LiveSource {
  readonly isLive = true;
  readonly name: string;
  readonly frameRate: number | undefined;
  readonly #clock: Clock;
  #newest: LiveFrame | undefined;
  #hasEnded = false;
  /** Called when another frame has come, or the end. */
  readonly #waiters = new Set<() => void>();

  constructor({ name, frameRate, clock }: LiveFeedOptions) {
    this.name = name;
    this.frameRate = frameRate;
    this.#clock = clock;
  }

  /** The newest frame, if any has come. */
  get newest(): LiveFrame | undefined {
    return this.#newest;
  }

  /** Whether no more frames come. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Calls `waiter` once, when another frame has come, or the end. Returns the function that takes it back. */
  whenChanged(waiter: () => void): () => void {
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  /** Gives a whole JPEG to all who watch. The bytes belong to the source from now on. */
  push(data: Uint8Array): void {
    if (this.#hasEnded) throw new Error(`Cannot push a frame to ${this.name}: the source has ended`);
    const timeUs = this.#clock.nowMs() * 1000;
    const last = this.#newest;
    // Frames of the same moment still have an order.
    const durationUs = last === undefined ? this.#expectedUs : Math.max(1, timeUs - last.timeUs);
    this.#newest = { number: (last?.number ?? 0) + 1, data, timeUs, durationUs, droppedFrames: 0 };
    this.#wake();
  }

  /** No more frames come: the sessions of all who watch reach their end. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#wake();
  }

  async firstFrame(): Promise<Uint8Array> {
    if (this.#newest === undefined && !this.#hasEnded) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stopWaiting = this.whenChanged(resolve);
      const cancelTimeout = this.#clock.after(LIVE_FIRST_FRAME_TIMEOUT_MS, resolve);
      await promise;
      stopWaiting();
      cancelTimeout();
    }
    if (this.#newest !== undefined) return this.#newest.data;
    throw new SourceUnusableError(`No frame of ${this.name} has come yet`);
  }

  openCursor(): Cursor {
    return new LiveCursor(this);
  }

  get #expectedUs(): number {
    return this.frameRate === undefined ? DEFAULT_DURATION_US : 1e6 / this.frameRate;
  }

  #wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter();
  }
}

/** One viewer of a live source. */
class LiveCursor implements Cursor {
  readonly #feed: LiveFeed;
  #isClosed = false;
  /** Number of the last frame that the cursor has moved past. */
  #passed: number;
  #peeked: LiveFrame | undefined;
  /** Ends the wait for another frame. */
  #wake: (() => void) | undefined;

  constructor(feed: LiveFeed) {
    this.#feed = feed;
    this.#passed = feed.newest?.number ?? 0;
  }

  async peek(): Promise<FrameSlot | undefined> {
    for (;;) {
      if (this.#isClosed) return undefined;
      const { newest, hasEnded } = this.#feed;
      if (newest !== undefined && newest.number > this.#passed) {
        this.#peeked = newest;
        const { timeUs, durationUs } = newest;
        return { timeUs, durationUs, droppedFrames: newest.number - this.#passed - 1 };
      }
      if (hasEnded) return undefined;
      await this.#nextChange();
    }
  }

  read(): Uint8Array {
    if (this.#peeked === undefined) throw new Error("Cannot read a live frame before it has come");
    return this.#peeked.data;
  }

  advance(): void {
    this.#passed = this.#peeked?.number ?? this.#passed;
  }

  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      const stopWaiting = this.#feed.whenChanged(resolve);
      this.#wake = () => {
        stopWaiting();
        resolve();
      };
    });
  }
}
