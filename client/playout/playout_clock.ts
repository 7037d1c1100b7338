/**
 * When a frame is shown: its time by the sender, plus a delay that lets it wait for frames that the network holds up longer. Follows
 * the sender's clock, whose drift would let the delay grow or vanish over hours, and what the network does.
 *
 * The transit of a frame is its arrival minus its time, which is the way through the network plus an unknown offset of the clocks.
 * Frames are shown at their time plus one transit, the offset: some quantile of the last seconds' transits. It moves so slowly that
 * nobody sees frames come faster or slower (RFC 3550, 6.4.1, has the jitter that it evens out).
 *
 * @module
 */

import {
  MAX_JITTER_DELAY_MS,
  MAX_LATE_SPAN_MS,
  MAX_TRANSIT_STEP_MS,
  MAX_TRANSITS,
  TRANSIT_MEMORY_MS,
} from "../limits.ts";

/** Share of the frames that come in time, where the delay is adapted. */
const IN_TIME_SHARE = 0.95;
/** What is added to their transit, in milliseconds: timers are late, and the last frames are later yet. */
const MARGIN_MS = 5;
/** How much the offset moves in the time between two frames, as a share of it. Clocks drift by less than 0.0005. */
const RISE = 0.05;
const FALL = 0.02;
/** Frames between two looks at all transits that are kept. */
const LOOK_INTERVAL_FRAMES = 8;

/** How long frames wait after the fastest way through the network, in milliseconds, or `auto` for as long as they have to. */
export type Latency = "auto" | number;

/** When a frame was taken and when it arrived, in milliseconds of the sender's time and of our clock. */
export interface TimedArrival {
  readonly timeMs: number;
  readonly arrivalMs: number;
}

/** Gives each frame its time. */
export class PlayoutClock {
  readonly #latency: Latency;
  /** The newest transits, and when they were measured, the oldest first. */
  #transits: { readonly transitMs: number; readonly arrivalMs: number }[] = [];
  #untilLook = 0;
  /** The smallest of them. */
  #shortestMs = 0;
  /** Where the offset goes. */
  #targetMs = 0;
  /** What is added to the time of a frame; `undefined` before the first. */
  #offsetMs: number | undefined;
  #last: TimedArrival | undefined;
  /** Since when all frames were late, in milliseconds of our clock. */
  #lateSinceMs: number | undefined;
  #delayMs: number;

  constructor(latency: Latency) {
    this.#latency = latency;
    this.#delayMs = latency === "auto" ? MARGIN_MS : latency;
  }

  /** How long a frame waits that came the fastest way, in milliseconds. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** The next frame has nothing to do with the ones before; what the network did is not forgotten. */
  restart(): void {
    this.#transits = [];
    this.#untilLook = 0;
    this.#offsetMs = this.#last = this.#lateSinceMs = undefined;
  }

  /** When to show the next frame, in milliseconds of our clock; before its arrival if it came too late. */
  dueMs(frame: TimedArrival): number {
    const { timeMs, arrivalMs } = frame;
    const transitMs = arrivalMs - timeMs;
    if (this.#isElsewhere(transitMs, arrivalMs)) this.restart();
    this.#remember(transitMs, arrivalMs);
    const gapMs = this.#last === undefined ? 0 : Math.max(0, timeMs - this.#last.timeMs);
    this.#last = frame;
    this.#offsetMs = this.#offsetMs === undefined
      ? transitMs + this.#delayMs
      : this.#offsetMs + Math.min(Math.max(this.#targetMs - this.#offsetMs, -gapMs * FALL), gapMs * RISE);
    this.#delayMs = Math.max(0, this.#offsetMs - this.#shortestMs);
    if (transitMs <= this.#offsetMs) this.#lateSinceMs = undefined;
    else this.#lateSinceMs ??= arrivalMs;
    return timeMs + this.#offsetMs;
  }

  /** Whether the sender's clock was set, or a pause does not count in it: frames come early, or late for too long. */
  #isElsewhere(transitMs: number, arrivalMs: number): boolean {
    if (this.#offsetMs === undefined) return false;
    if (transitMs < this.#shortestMs - MAX_TRANSIT_STEP_MS) return true;
    return transitMs > this.#offsetMs && arrivalMs - (this.#lateSinceMs ?? arrivalMs) > MAX_LATE_SPAN_MS;
  }

  #remember(transitMs: number, arrivalMs: number): void {
    const transits = this.#transits;
    transits.push({ transitMs, arrivalMs });
    while (transits.length > MAX_TRANSITS || transits[0].arrivalMs < arrivalMs - TRANSIT_MEMORY_MS) transits.shift();
    if (transits.length === 1) this.#shortestMs = transitMs;
    this.#shortestMs = Math.min(this.#shortestMs, transitMs);
    if (this.#untilLook-- > 0) return;
    this.#untilLook = LOOK_INTERVAL_FRAMES - 1;
    const sorted = transits.map(({ transitMs }) => transitMs).sort((a, b) => a - b);
    this.#shortestMs = sorted[0];
    const inTimeMs = sorted[Math.ceil(sorted.length * IN_TIME_SHARE) - 1] + MARGIN_MS;
    this.#targetMs = this.#latency === "auto"
      ? Math.min(inTimeMs, this.#shortestMs + MAX_JITTER_DELAY_MS)
      : this.#shortestMs + this.#latency;
  }
}
