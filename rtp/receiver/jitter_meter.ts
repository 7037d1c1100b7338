/**
 * Interarrival jitter (RFC 3550, 6.4.1 and A.8): by how much the spacing of packets differs from the one they were sent with,
 * smoothed by 1/16 a packet.
 *
 * @module
 */

import type { PacketArrival } from "./sequence_tracker.ts";

/** A larger difference is no jitter: one of the two clocks was set. */
const MAX_DIFFERENCE_MS = 10_000;

/** Times the packets of one stream. */
export class JitterMeter {
  readonly #clockRate: number | undefined;
  /** The packet that the next one is compared with, if there is one. */
  #hasPrevious = false;
  #previousArrivalMs = 0;
  #previousTimestamp = 0;
  #previousExtended = 0;
  #meanIntervalMs: number | undefined;
  #jitterMs = 0;
  #peakMs = 0;

  /** `clockRate` is in ticks a second; `undefined` where timestamps are too coarse to time packets, as in the lab. */
  constructor(clockRate: number | undefined) {
    this.#clockRate = clockRate;
  }

  get jitterMs(): number {
    return this.#jitterMs;
  }

  /** The highest that it was. */
  get peakMs(): number {
    return this.#peakMs;
  }

  /**
   * Takes the next packet in order. D(i,j) = (Rj - Ri) - (Sj - Si), J += (|D| - J) / 16 (RFC 3550, 6.4.1).
   */
  add(timestamp: number, { extended, arrivalMs }: PacketArrival): void {
    if (this.#hasPrevious) {
      const arrivalGapMs = arrivalMs - this.#previousArrivalMs;
      const sendGapMs = this.#clockRate === undefined
        ? this.#estimateSendGapMs(extended - this.#previousExtended, arrivalGapMs)
        : ((timestamp - this.#previousTimestamp) | 0) * 1000 / this.#clockRate;
      const differenceMs = Math.abs(arrivalGapMs - sendGapMs);
      if (differenceMs <= MAX_DIFFERENCE_MS) this.#jitterMs += (differenceMs - this.#jitterMs) / 16;
      if (this.#jitterMs > this.#peakMs) this.#peakMs = this.#jitterMs;
    }
    this.#hasPrevious = true;
    this.#previousArrivalMs = arrivalMs;
    this.#previousTimestamp = timestamp;
    this.#previousExtended = extended;
  }

  /** The stream pauses or starts again: the time until the next packet says nothing about jitter. */
  pause(): void {
    this.#hasPrevious = false;
  }

  /**
   * Timestamps of whole seconds cannot time a packet. The lab's servers send at an even pace, so the mean interval so far
   * stands in for the sender's clock.
   */
  #estimateSendGapMs(packetCount: number, arrivalGapMs: number): number {
    const intervalMs = arrivalGapMs / packetCount;
    this.#meanIntervalMs ??= intervalMs;
    const expected = this.#meanIntervalMs * packetCount;
    this.#meanIntervalMs += (intervalMs - this.#meanIntervalMs) / 16;
    return expected;
  }
}
