/**
 * What a receiver counts of one stream: packets expected and lost (RFC 3550, A.3), reordered ones and duplicates, and the interarrival
 * jitter (RFC 3550, 6.4.1 and A.8). Where the stream stands, the reorder buffer knows.
 *
 * @module
 */

import type { PushResult, ReorderBuffer } from "./reorder_buffer.ts";

/** Options of {@linkcode ReceptionStatistics}. */
export interface ReceptionStatisticsOptions {
  /** RTP timestamp ticks a second; `undefined` where timestamps are too coarse to time packets, as in the lab. */
  readonly clockRate?: number;
  /** The first sequence number that the sender uses, where it is known: packets lost before the first one count. */
  readonly firstSequenceNumber?: number;
}

/** What is counted of a packet. */
export interface CountedPacket {
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** Counters of one stream. */
export class ReceptionStatistics {
  readonly #sequence: Pick<ReorderBuffer, "highestSequenceNumber">;
  readonly #clockRate: number | undefined;
  readonly #firstSequenceNumber: number | undefined;
  /** The sequence number from which packets are expected. */
  #base: number | undefined;
  #packets = 0;
  #duplicates = 0;
  #reordered = 0;
  #bytes = 0;
  #jitterMs = 0;
  /** The packet that the next transit time is compared with. */
  #previous: { readonly arrivalMs: number; readonly timestamp: number; readonly extended: number } | undefined;
  #meanIntervalMs: number | undefined;

  /** `sequence` is where the stream stands. */
  constructor(sequence: Pick<ReorderBuffer, "highestSequenceNumber">, options: ReceptionStatisticsOptions = {}) {
    this.#sequence = sequence;
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
    return this.#expectedUpTo(this.#sequence.highestSequenceNumber);
  }

  /** Expected packets that have not come (yet). */
  get lostPackets(): number {
    return Math.max(0, this.expectedPackets - this.#received);
  }

  /** `lostPackets` as a share of `expectedPackets`, 0 to 1. */
  get lossRate(): number {
    return this.expectedPackets === 0 ? 0 : this.lostPackets / this.expectedPackets;
  }

  /** Mean deviation of the packet spacing, smoothed by 1/16 a packet, in milliseconds. */
  get jitterMs(): number {
    return this.#jitterMs;
  }

  /** Counts a packet read at `arrivalMs`, of which the reorder buffer made `result`. */
  add(
    { timestamp, payload }: CountedPacket,
    { outcome, extendedSequenceNumber: extended }: Pick<PushResult, "outcome" | "extendedSequenceNumber">,
    arrivalMs: number,
  ): void {
    this.#base ??= this.#firstSequenceNumber ?? extended;
    this.#packets++;
    this.#bytes += payload.length;
    if (outcome === "duplicate") {
      this.#duplicates++;
      return;
    }
    if (outcome === "reordered" || outcome === "late") {
      this.#reordered++;
      this.#base = Math.min(this.#base, extended);
    }
    this.#time({ arrivalMs, timestamp, extended });
  }

  /** The stream pauses: the time until the next packet says nothing about jitter. */
  pause(): void {
    this.#previous = undefined;
  }

  /**
   * The source starts again at `first` with another sequence, after it stood at `highestBefore`: what was counted stays, and
   * packets are expected from there on.
   */
  restart(first: number, highestBefore: number): void {
    const lost = Math.max(0, this.#expectedUpTo(highestBefore) - this.#received);
    this.#base = first - this.#received - lost;
    this.#previous = undefined;
  }

  get #received(): number {
    return this.#packets - this.#duplicates;
  }

  #expectedUpTo(highest: number): number {
    return this.#base === undefined ? 0 : highest - this.#base + 1;
  }

  /** D(i,j) = (Rj - Ri) - (Sj - Si), J += (|D| - J) / 16 (RFC 3550, 6.4.1). */
  #time(packet: { readonly arrivalMs: number; readonly timestamp: number; readonly extended: number }): void {
    const previous = this.#previous;
    if (previous !== undefined && packet.extended < previous.extended) return;
    this.#previous = packet;
    if (previous === undefined) return;
    const arrivalGapMs = packet.arrivalMs - previous.arrivalMs;
    const sendGapMs = this.#clockRate === undefined
      ? this.#estimateSendGapMs(packet.extended - previous.extended, arrivalGapMs)
      : ((packet.timestamp - previous.timestamp) | 0) * 1000 / this.#clockRate;
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
