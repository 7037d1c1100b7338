/**
 * How many frames a second live sources give, by what has come between two looks.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { LiveFeed } from "../source/live_source.ts";

/** Looks that are closer together than this tell nothing new, in milliseconds. */
const MIN_SPAN_MS = 1000;

/** What was known of a source at the last look. */
interface Look {
  readonly atMs: number;
  readonly frames: number;
  readonly rate: number | undefined;
}

/** Remembers the last look at each source. */
export class LiveRates {
  readonly #clock: Clock;
  readonly #looks = new WeakMap<LiveFeed, Look>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Frames a second since the look before; the rate that the source tells, or `undefined`, where nothing has come. */
  rateOf(source: LiveFeed): number | undefined {
    const atMs = this.#clock.nowMs();
    const frames = source.lastNumber;
    const before = this.#looks.get(source);
    const spanMs = atMs - (before?.atMs ?? atMs);
    if (before !== undefined && spanMs < MIN_SPAN_MS) return before.rate;
    const came = frames - (before?.frames ?? frames);
    const rate = came > 0 ? came * 1000 / spanMs : source.frameRate;
    this.#looks.set(source, { atMs, frames, rate });
    return rate;
  }
}
