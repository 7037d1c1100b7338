/**
 * What a receiver knows of its reception: packets expected and lost (RFC 3550, A.3), reordered and doubled ones, and
 * the interarrival jitter (RFC 3550, 6.4.1 and A.8).
 *
 * @module
 */

import { extendSequenceNumber } from "../sequence_number.ts";

/** How far back a packet may be and still be told apart from a doubled one. */
const SEEN_WINDOW = 4096;

/** Options of {@linkcode ReceptionStatistics}. */
export interface ReceptionStatisticsOptions {
  /** RTP timestamp ticks a second; `undefined` where timestamps are too coarse to time packets, as in the lab. */
  readonly clockRate?: number;
  /** The first sequence number if it is known beforehand, so that packets lost before the first one count. */
  readonly firstSequenceNumber?: number;
}

/** Counters of one RTP source. */
export class ReceptionStatistics {
  readonly #clockRate: number | undefined;
  readonly #firstSequenceNumber: number | undefined;
  readonly #seen = new Uint8Array(SEEN_WINDOW);
  #base: number | undefined;
  #highest = 0;
  #packets = 0;
  #duplicates = 0;
  #reordered = 0;
  #bytes = 0;
  #jitterMs = 0;
  /** The packet that the next transit time is compared with. */
  #previous: { arrivalMs: number; timestamp: number; extended: number } | undefined;
  #meanIntervalMs: number | undefined;

  /** Counts from the next packet on. */
  constructor(options: ReceptionStatisticsOptions = {}) {
    this.#clockRate = options.clockRate;
    this.#firstSequenceNumber = options.firstSequenceNumber;
  }

  /** Packets received, duplicates included. */
  get packets(): number {
    return this.#packets;
  }

  /** Packets whose sequence number had come before. */
  get duplicatePackets(): number {
    return this.#duplicates;
  }

  /** Packets that came after one with a higher sequence number. */
  get reorderedPackets(): number {
    return this.#reordered;
  }

  /** Payload bytes received. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Packets that should have come: from the first to the highest sequence number. */
  get expectedPackets(): number {
    return this.#base === undefined ? 0 : this.#highest - this.#base + 1;
  }

  /** Extended highest sequence number received (RFC 3550, A.1): cycles in the high 16 bits. */
  get highestSequenceNumber(): number {
    return this.#highest >>> 0;
  }

  /** Expected packets that have not come (yet). */
  get lostPackets(): number {
    return Math.max(0, this.expectedPackets - (this.#packets - this.#duplicates));
  }

  /** `lostPackets` as a share of `expectedPackets`, 0 to 1. */
  get lossRate(): number {
    return this.expectedPackets === 0 ? 0 : this.lostPackets / this.expectedPackets;
  }

  /** Mean deviation of the packet spacing, smoothed by 1/16 a packet, in milliseconds. */
  get jitterMs(): number {
    return this.#jitterMs;
  }

  /** Counts a packet read at `arrivalMs`. */
  add(
    packet: { readonly sequenceNumber: number; readonly timestamp: number; readonly payload: Uint8Array },
    arrivalMs: number,
  ): void {
    this.#packets++;
    this.#bytes += packet.payload.length;
    if (this.#base === undefined) {
      this.#base = this.#firstSequenceNumber ?? packet.sequenceNumber;
      this.#highest = this.#base - 1;
    }
    const extended = extendSequenceNumber(packet.sequenceNumber, this.#highest);
    if (extended > this.#highest) {
      for (let skipped = Math.max(this.#highest + 1, extended - SEEN_WINDOW); skipped < extended; skipped++) {
        this.#seen[mod(skipped, SEEN_WINDOW)] = 0;
      }
      this.#highest = extended;
    } else if (extended > this.#highest - SEEN_WINDOW) {
      if (this.#seen[mod(extended, SEEN_WINDOW)] === 1) {
        this.#duplicates++;
        return;
      }
      this.#reordered++;
      this.#base = Math.min(this.#base, extended);
    } else {
      this.#duplicates++;
      return;
    }
    this.#seen[mod(extended, SEEN_WINDOW)] = 1;
    this.#time(extended, { timestamp: packet.timestamp, arrivalMs });
  }

  /** The stream pauses: the time until the next packet says nothing about jitter. */
  pause(): void {
    this.#previous = undefined;
  }

  /** The source began anew with another sequence: what was counted stays, the expectation starts again at `packet`. */
  restart(sequenceNumber: number): void {
    const received = this.#packets - this.#duplicates;
    const lost = this.lostPackets;
    this.#seen.fill(0);
    this.#highest = sequenceNumber - 1;
    this.#base = this.#highest + 1 - received - lost;
    this.#previous = undefined;
  }

  /** D(i,j) = (Rj - Ri) - (Sj - Si), J += (|D| - J) / 16 (RFC 3550, 6.4.1). */
  #time(extended: number, { timestamp, arrivalMs }: { timestamp: number; arrivalMs: number }): void {
    const previous = this.#previous;
    if (previous !== undefined && extended < previous.extended) return;
    this.#previous = { arrivalMs, timestamp, extended };
    if (previous === undefined) return;
    const arrivalGapMs = arrivalMs - previous.arrivalMs;
    const sendGapMs = this.#clockRate === undefined
      ? this.#estimateSendGapMs(extended - previous.extended, arrivalGapMs)
      : ((timestamp - previous.timestamp) | 0) * 1000 / this.#clockRate;
    this.#jitterMs += (Math.abs(arrivalGapMs - sendGapMs) - this.#jitterMs) / 16;
  }

  /**
   * Timestamps of whole seconds cannot time a packet; the lab's servers send at an even pace, so the mean interval
   * seen so far times the number of packets stands in for the sender's clock.
   */
  #estimateSendGapMs(packetCount: number, arrivalGapMs: number): number {
    const intervalMs = arrivalGapMs / packetCount;
    this.#meanIntervalMs ??= intervalMs;
    const expected = this.#meanIntervalMs * packetCount;
    this.#meanIntervalMs += (intervalMs - this.#meanIntervalMs) / 16;
    return expected;
  }
}

function mod(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus;
}
