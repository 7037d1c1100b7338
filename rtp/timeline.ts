/**
 * Media times of frames: RTP timestamps unwrapped, from the first frame on. Where they cannot be (a clock of whole seconds,
 * a source that began anew, another session) the time goes on as the frames arrived.
 *
 * @module
 */

/** Where a frame stands by its own clock and by ours. */
export interface TimelineEntry {
  /** RTP timestamp. */
  readonly timestamp: number;
  /** Its ticks a second; `undefined` where timestamps are too coarse, as in the lab. */
  readonly clockRate: number | undefined;
  /** When the frame was whole, in milliseconds of the receiver's clock. */
  readonly arrivalMs: number;
}

/** A timestamp that is this much further on than the arrival, in milliseconds, or behind the last, is of another clock. */
const MAX_LEAD_MS = 10_000;

/** Gives each frame its time; they come in order. */
export class Timeline {
  #last: TimelineEntry | undefined;
  #timeUs = 0;

  /** The time of the next frame: microseconds since the first, never less than the one before. */
  add(entry: TimelineEntry): number {
    if (this.#last !== undefined) this.#timeUs += Math.round(gapMs(this.#last, entry) * 1000);
    this.#last = entry;
    return this.#timeUs;
  }

  /** The next frame is of another session, whose clock has nothing to do with the last one's. */
  restart(): void {
    if (this.#last !== undefined) this.#last = { ...this.#last, clockRate: undefined };
  }
}

function gapMs(last: TimelineEntry, { timestamp, clockRate, arrivalMs }: TimelineEntry): number {
  const arrivalGapMs = Math.max(0, arrivalMs - last.arrivalMs);
  if (clockRate === undefined || clockRate !== last.clockRate) return arrivalGapMs;
  const mediaGapMs = ((timestamp - last.timestamp) | 0) * 1000 / clockRate;
  return mediaGapMs < 0 || mediaGapMs > arrivalGapMs + MAX_LEAD_MS ? arrivalGapMs : mediaGapMs;
}
