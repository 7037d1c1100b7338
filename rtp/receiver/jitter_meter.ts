/**
 * Interarrival jitter (RFC 3550, 6.4.1 and A.8): by how much the spacing of packets differs from the one they were sent with,
 * smoothed by 1/16 a packet.
 *
 * @module
 */

/** A packet in time. */
export interface TimedPacket {
  /** Sequence number extended over wraps; higher than that of the packet before. */
  readonly extended: number;
  /** RTP timestamp. */
  readonly timestamp: number;
  /** When it was read, in milliseconds of the caller's clock. */
  readonly arrivalMs: number;
}

/** Times the packets of one stream. */
export class JitterMeter {
  readonly #clockRate: number | undefined;
  /** The packet that the next one is compared with. */
  #previous: TimedPacket | undefined;
  #meanIntervalMs: number | undefined;
  #jitterMs = 0;

  /** `clockRate` is in ticks a second; `undefined` where timestamps are too coarse to time packets, as in the lab. */
  constructor(clockRate: number | undefined) {
    this.#clockRate = clockRate;
  }

  get jitterMs(): number {
    return this.#jitterMs;
  }

  /** D(i,j) = (Rj - Ri) - (Sj - Si), J += (|D| - J) / 16 (RFC 3550, 6.4.1). */
  add(packet: TimedPacket): void {
    const previous = this.#previous;
    this.#previous = packet;
    if (previous === undefined) return;
    const arrivalGapMs = packet.arrivalMs - previous.arrivalMs;
    const sendGapMs = this.#clockRate === undefined
      ? this.#estimateSendGapMs(packet.extended - previous.extended, arrivalGapMs)
      : ((packet.timestamp - previous.timestamp) | 0) * 1000 / this.#clockRate;
    this.#jitterMs += (Math.abs(arrivalGapMs - sendGapMs) - this.#jitterMs) / 16;
  }

  /** The stream pauses or starts again: the time until the next packet says nothing about jitter. */
  pause(): void {
    this.#previous = undefined;
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
