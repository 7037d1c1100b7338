/**
 * Times of a source to times of the server's clock: when each frame is due, from the moment of PLAY on.
 *
 * @module
 */

import type { FrameSlot } from "../source/source.ts";

/** When a frame is due. */
export interface DueTime {
  /** On the server's clock, in milliseconds. */
  readonly dueMs: number;
  /** Time until the next frame, in milliseconds. */
  readonly intervalMs: number;
  /** Number of the frame in its source, from 1, where it has one. */
  readonly number: number | undefined;
}

/** Gives frames their times until the next PLAY. */
export class Pace {
  /** Time of the clock at which `#originUs` of the source is due. */
  #startMs: number;
  readonly #originUs: number;
  /** Microseconds of the source in a microsecond of the clock; above 0 in both directions. */
  readonly #rate: number;

  private constructor({ startMs, originUs, rate }: { startMs: number; originUs: number; rate: number }) {
    this.#startMs = startMs;
    this.#originUs = originUs;
    this.#rate = rate;
  }

  /** `first` is due at `startMs`, the others follow at `rate` times their own pace. */
  static from(first: FrameSlot, { startMs, rate }: { readonly startMs: number; readonly rate: number }): Pace {
    return new Pace({ startMs, originUs: first.timeUs, rate });
  }

  /** Frames of a live source carry times of the server's clock, and are due when they come. */
  static live(): Pace {
    return new Pace({ startMs: 0, originUs: 0, rate: 1 });
  }

  /** When a frame is due. */
  at({ timeUs, durationUs, number }: FrameSlot): DueTime {
    return {
      dueMs: this.#startMs + Math.abs(timeUs - this.#originUs) / 1000 / this.#rate,
      intervalMs: durationUs / 1000 / this.#rate,
      number,
    };
  }

  /** Frames from this one on are not due before `nowMs`. */
  catchUp(slot: FrameSlot, nowMs: number): void {
    this.delay(Math.max(0, nowMs - this.at(slot).dueMs));
  }

  /** All frames from now on are due so much later. */
  delay(milliseconds: number): void {
    this.#startMs += milliseconds;
  }
}
