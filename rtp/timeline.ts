/**
 * Times of frames from the first one on, by their RTP timestamps. Where these do not serve (whole seconds, a source that starts
 * again, another session), time goes on as the frames arrive.
 *
 * @module
 */

/** A frame, timed by the sender's clock and by ours. */
export interface TimelineEntry {
  /** RTP timestamp. */
  readonly timestamp: number;
  /** Its ticks a second; `undefined` where timestamps are too coarse, as in the lab. */
  readonly clockRate: number | undefined;
  /** When its last packet was read, in milliseconds of the receiver's clock. */
  readonly arrivalMs: number;
}

/** A timestamp that is this much further on than the arrival, in milliseconds, is of another clock; so is one that goes back. */
const MAX_LEAD_MS = 10_000;

/** Times frames, which come in order. */
export class Timeline {
  #last: TimelineEntry | undefined;
  #timeUs = 0;

  /** Time of the next frame, in microseconds since the first; never less than that of the one before. */
  add(entry: TimelineEntry): number {
    if (this.#last !== undefined) this.#timeUs += Math.round(gapMs(this.#last, entry) * 1000);
    this.#last = entry;
    return this.#timeUs;
  }

  /** The next frame is of another session, whose timestamps have nothing to do with those of the last one. */
  restart(): void {
    if (this.#last !== undefined) this.#last = { ...this.#last, clockRate: undefined };
  }
}

function gapMs(last: TimelineEntry, { timestamp, clockRate, arrivalMs }: TimelineEntry): number {
  const arrivalGapMs = Math.max(0, arrivalMs - last.arrivalMs);
  if (clockRate === undefined || clockRate !== last.clockRate) return arrivalGapMs;
  const timestampGapMs = ((timestamp - last.timestamp) | 0) * 1000 / clockRate;
  return timestampGapMs < 0 || timestampGapMs > arrivalGapMs + MAX_LEAD_MS ? arrivalGapMs : timestampGapMs;
}
