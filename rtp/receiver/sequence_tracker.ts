/**
 * Where each RTP packet stands in its stream (RFC 3550, A.1): extends sequence numbers over wraps, tells duplicates from late
 * packets and a stream that begins anew from a stray packet, and counts the packets to expect. Stands behind decoding. Nothing else
 * in the receiver remembers the source or its sequence numbers.
 *
 * @module
 */

import { FIRST_SEQUENCE_NUMBER_MAX, MAX_DROPOUT, MAX_MISORDER } from "../limits.ts";
import type { RtpHeader } from "../packet.ts";
import { extendSequenceNumber } from "../sequence_number.ts";

/** How far back a packet may be and still be told from a duplicate: a power of 2, more than any gap that is followed. */
const SEEN_WINDOW = 4096;
const SEEN_MASK = SEEN_WINDOW - 1;

/** How a {@linkcode SequenceTracker} reads sequence numbers. */
export interface SequenceTrackerOptions {
  /** Whether streams count from 1, as in the lab: a slightly higher first number means that packets were lost. Default false. */
  readonly countsFromOne?: boolean;
  /**
   * A gap of more than this many packets is a new stream, once a second packet follows on the first one behind it; that one alone
   * is stray. Less than 4096; default {@linkcode MAX_DROPOUT}.
   */
  readonly maxDropout?: number;
}

/** Where a packet stands. */
export interface SequencePlace {
  /**
   * - `accepted`: the highest number so far;
   * - `reordered`: a lower one that had not come;
   * - `duplicate`: one that had come;
   * - `restarted`: the first packet of a new stream;
   * - `stray`: of no stream that is known.
   */
  readonly outcome: "accepted" | "reordered" | "duplicate" | "restarted" | "stray";
  /** The sequence number extended over wraps. It starts again where the stream does. */
  readonly extended: number;
}

/** Where and when a packet came. */
export interface PacketArrival {
  /** Sequence number extended over wraps. */
  readonly extended: number;
  /** When it was read, in milliseconds of the caller's clock. */
  readonly arrivalMs: number;
}

/** Follows one source, and then the next where a new stream takes over. */
export class SequenceTracker {
  readonly #countsFromOne: boolean;
  readonly #maxDropout: number;
  /** Which of the last numbers have come: 1 at the number modulo the window. */
  readonly #seen = new Uint8Array(SEEN_WINDOW);
  /** Their timestamps. */
  readonly #timestamps = new Uint32Array(SEEN_WINDOW);
  #ssrc: number | undefined;
  /** First and highest extended number of the present stream. */
  #first = 0;
  #highest = 0;
  /** Timestamp of the packet with the highest number. */
  #newestTimestamp = 0;
  /** Packets expected of the streams before the present one. */
  #expectedBefore = 0;
  /** The sequence number that would confirm a new stream. */
  #restartAt: number | undefined;

  constructor(options: SequenceTrackerOptions = {}) {
    this.#countsFromOne = options.countsFromOne ?? false;
    this.#maxDropout = options.maxDropout ?? MAX_DROPOUT;
  }

  /** The source of the stream; `undefined` before its first packet. */
  get ssrc(): number | undefined {
    return this.#ssrc;
  }

  /** Packets from the first to the highest sequence number, over all streams so far. */
  get expectedPackets(): number {
    return this.#ssrc === undefined ? 0 : this.#expectedBefore + this.#highest - this.#first + 1;
  }

  /** Highest extended sequence number of the stream. */
  get highest(): number {
    return this.#highest;
  }

  /** Highest sequence number of the stream, with the count of wraps in its high 16 bits (RFC 3550, 6.4.1). */
  get highestSequenceNumber(): number {
    return this.#highest >>> 0;
  }

  /** Finds the place of the next packet that was read. */
  place(packet: RtpHeader): SequencePlace {
    const { sequenceNumber, timestamp, ssrc } = packet;
    if (this.#ssrc === undefined) {
      const isNearStart = this.#countsFromOne && sequenceNumber >= 1 && sequenceNumber <= FIRST_SEQUENCE_NUMBER_MAX;
      this.#begin(packet, isNearStart ? 1 : sequenceNumber);
      return { outcome: "accepted", extended: sequenceNumber };
    }
    const extended = extendSequenceNumber(sequenceNumber, this.#highest);
    const isFromElsewhere = ssrc !== this.#ssrc && extended !== this.#highest + 1;
    if (isFromElsewhere || extended - this.#highest > this.#maxDropout) return this.#jump(packet);
    if (extended <= this.#highest) return this.#placeLower(packet, extended);
    for (let missing = this.#highest + 1; missing < extended; missing++) this.#seen[missing & SEEN_MASK] = 0;
    this.#note(extended, timestamp);
    this.#ssrc = ssrc;
    this.#highest = extended;
    this.#newestTimestamp = timestamp;
    return { outcome: "accepted", extended };
  }

  /** Finds the place of a packet whose number is not higher than all before. */
  #placeLower(packet: RtpHeader, extended: number): SequencePlace {
    if (this.#beginsAnew(packet, extended)) return this.#jump(packet);
    if (this.#seen[extended & SEEN_MASK] === 1) return { outcome: "duplicate", extended };
    this.#first = Math.min(this.#first, extended);
    this.#note(extended, packet.timestamp);
    return { outcome: "reordered", extended };
  }

  /** Whether a lower number is neither that of a missing packet nor that of a duplicate. */
  #beginsAnew({ sequenceNumber, timestamp }: RtpHeader, extended: number): boolean {
    const behind = this.#highest - extended;
    // Forks of the lab number frames, and take the time packet by packet.
    if (behind === 0 && sequenceNumber !== this.#restartAt) return false;
    // A lower number with a newer time: lab servers count from 1 again when the file starts again.
    if (behind > this.#maxDropout || ((timestamp - this.#newestTimestamp) | 0) > 0) return true;
    if (extended < this.#first) return this.#first - extended > MAX_MISORDER;
    if (this.#seen[extended & SEEN_MASK] === 0) return false;
    // Cameras that restart begin at the same number and time again: what comes twice far behind the rest is no duplicate.
    return behind > MAX_MISORDER || this.#timestamps[extended & SEEN_MASK] !== timestamp;
  }

  /** A new stream starts with the second of two packets in a row. */
  #jump(packet: RtpHeader): SequencePlace {
    const { sequenceNumber } = packet;
    if (sequenceNumber !== this.#restartAt) {
      this.#restartAt = (sequenceNumber + 1) & 0xffff;
      return { outcome: "stray", extended: sequenceNumber };
    }
    this.#expectedBefore = this.expectedPackets;
    this.#begin(packet, sequenceNumber);
    return { outcome: "restarted", extended: sequenceNumber };
  }

  #begin({ sequenceNumber, timestamp, ssrc }: RtpHeader, first: number): void {
    this.#seen.fill(0);
    this.#note(sequenceNumber, timestamp);
    this.#first = first;
    this.#highest = sequenceNumber;
    this.#newestTimestamp = timestamp;
    this.#ssrc = ssrc;
  }

  /** A number has come. */
  #note(extended: number, timestamp: number): void {
    this.#seen[extended & SEEN_MASK] = 1;
    this.#timestamps[extended & SEEN_MASK] = timestamp;
    this.#restartAt = undefined;
  }
}
