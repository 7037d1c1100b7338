/**
 * A live source: whoever produces the frames pushes them, and each goes to all who watch. Nothing but the newest frame is kept; a
 * viewer that is behind goes on with that one. Whoever produces them learns whether anybody watches.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { LIVE_FIRST_FRAME_TIMEOUT_MS } from "../limits.ts";
import { type Cursor, type FrameSlot, type LiveSource, SourceUnavailableError } from "./source.ts";
import { SourceClock } from "./source_clock.ts";

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
  /** Told when somebody begins to watch, and when nobody does any more. */
  readonly onWanted?: (isWanted: boolean) => void;
  /** How long to wait for the first frame, in milliseconds; default {@linkcode LIVE_FIRST_FRAME_TIMEOUT_MS}. */
  readonly firstFrameTimeoutMs?: number;
}

/** What is known of a frame that is pushed. */
export interface PushOptions {
  /** Where frames were lost before they came here, this counts them: it is above that of the frame before; default one above it. */
  readonly number?: number;
  /** When it was taken, in microseconds of a clock of the producer's; `undefined` for when it comes. */
  readonly takenUs?: number;
}

/** A frame with its place among the others. */
export interface LiveFrame extends FrameSlot {
  /** Counts the frames of the source, from 1. */
  readonly number: number;
  readonly data: Uint8Array;
  readonly takenUs: number | undefined;
}

/** A live source that is fed by hand: by a publisher, a relay, a pipe, a test. */
export class LiveFeed implements LiveSource {
  readonly isLive = true;
  readonly name: string;
  readonly frameRate: number | undefined;
  /** Times the arrival of frames. */
  readonly clock: Clock;
  /** How long {@linkcode firstFrame} waits, in milliseconds. */
  readonly firstFrameTimeoutMs: number;
  readonly #sourceClock = new SourceClock();
  #newest: LiveFrame | undefined;
  #lastNumber = 0;
  #trouble: string | undefined;
  #hasEnded = false;
  /** Called when another frame has come, trouble, or the end. */
  readonly #waiters = new Set<() => void>();
  /** Stand for those who watch. */
  readonly #holds = new Set<symbol>();
  /** Told whether anybody does. */
  readonly #followers = new Set<(isWanted: boolean) => void>();

  constructor(options: LiveFeedOptions) {
    const { name, frameRate, clock, firstFrameTimeoutMs = LIVE_FIRST_FRAME_TIMEOUT_MS } = options;
    this.name = name;
    this.clock = clock;
    this.frameRate = frameRate;
    this.firstFrameTimeoutMs = firstFrameTimeoutMs;
    if (options.onWanted !== undefined) this.#followers.add(options.onWanted);
  }

  /** The newest frame, if any has come and nothing is wrong. */
  get newest(): LiveFrame | undefined {
    return this.#newest;
  }

  /** Whether no more frames come. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Number of the last frame that has come; 0 before the first. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Why no frames come for now, if that is known. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Tells `follower` when somebody begins to watch, now if somebody does, and when nobody does. Returns the function that ends it. */
  followWanted(follower: (isWanted: boolean) => void): () => void {
    this.#followers.add(follower);
    if (this.#holds.size > 0) follower(true);
    return () => this.#followers.delete(follower);
  }

  /** Somebody watches, until the function that this returns is called. */
  want(): () => void {
    const hold = Symbol(this.name);
    this.#holds.add(hold);
    if (this.#holds.size === 1) this.#tellWanted(true);
    return () => {
      if (this.#holds.delete(hold) && this.#holds.size === 0) this.#tellWanted(false);
    };
  }

  /** Calls `waiter` once, when another frame has come, trouble, or the end. Returns the function that takes it back. */
  whenChanged(waiter: () => void): () => void {
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  /** Gives a whole JPEG to all who watch. The bytes belong to the source from now on. */
  push(data: Uint8Array, { number = this.#lastNumber + 1, takenUs }: PushOptions = {}): void {
    if (this.#hasEnded) throw new Error(`Cannot push a frame to ${this.name}: the source has ended`);
    const nowUs = this.clock.nowMs() * 1000;
    const timeUs = takenUs === undefined ? nowUs : this.#sourceClock.timeOf(takenUs, nowUs);
    const last = this.#newest;
    // Frames of the same moment still have an order.
    const durationUs = last === undefined ? this.#expectedUs : Math.max(1, timeUs - last.timeUs);
    this.#newest = { number, data, takenUs, timeUs, durationUs, droppedFrames: 0 };
    this.#lastNumber = number;
    this.#trouble = undefined;
    this.#wake();
  }

  /** No frames come for now, for a reason that people may read. Who watches goes on waiting; newcomers are told. */
  interrupt(reason?: string): void {
    if (this.#hasEnded) return;
    this.#trouble = reason;
    // A picture of before is none of now.
    this.#newest = undefined;
    this.#wake();
  }

  /** No more frames come: the sessions of all who watch reach their end. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#wake();
  }

  async firstFrame(): Promise<Uint8Array> {
    const letGo = this.want();
    try {
      const frame = this.#newest ?? await this.#nextFrame();
      return frame.data;
    } finally {
      letGo();
    }
  }

  openCursor(): Cursor {
    return new LiveCursor(this);
  }

  get #expectedUs(): number {
    return this.frameRate === undefined ? DEFAULT_DURATION_US : 1e6 / this.frameRate;
  }

  /** Waits a while for a frame; not where it turns out meanwhile that none comes. Trouble of before may be over soon. */
  async #nextFrame(): Promise<LiveFrame> {
    if (!this.#hasEnded) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const isDecided = () => this.#newest !== undefined || this.#hasEnded || this.#trouble !== undefined;
      const look = () => {
        if (isDecided()) resolve();
        else stopWaiting = this.whenChanged(look);
      };
      let stopWaiting = this.whenChanged(look);
      const cancelTimeout = this.clock.after(this.firstFrameTimeoutMs, resolve);
      await promise;
      stopWaiting();
      cancelTimeout();
    }
    if (this.#newest !== undefined) return this.#newest;
    const reason = this.#trouble === undefined ? "" : `: ${this.#trouble}`;
    throw new SourceUnavailableError(`No frame of ${this.name} has come yet${reason}`);
  }

  #tellWanted(isWanted: boolean): void {
    for (const follower of this.#followers) follower(isWanted);
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
  readonly #letGo: () => void;
  #isClosed = false;
  /** Number of the last frame that the cursor has moved past. */
  #passed: number;
  #peeked: LiveFrame | undefined;
  /** Ends the wait for another frame. */
  #wake: (() => void) | undefined;

  constructor(feed: LiveFeed) {
    this.#feed = feed;
    this.#letGo = feed.want();
    this.#passed = feed.lastNumber;
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
    this.#letGo();
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
