/**
 * What makes payloads into the packets of one RTP stream: its SSRC, its sequence numbers, and its timestamps by a clock (RFC 3550,
 * 5.1). Payloads are made once, whoever watches; each session has a sequencer of its own.
 *
 * @module
 */

import type { RtpStamp } from "./packet.ts";

/** Where a stream starts. */
export interface SequencerOptions {
  readonly ssrc: number;
  /** Sequence number of the first packet. */
  readonly sequenceNumber: number;
  /** RTP timestamp of time 0 of the clock that frames are due by. */
  readonly timestampAtZero: number;
  /** RTP timestamp ticks a second. */
  readonly clockRate: number;
}

/** Counts the packets of one stream. */
export class Sequencer {
  readonly ssrc: number;
  readonly #timestampAtZero: number;
  readonly #clockRate: number;
  #nextSequenceNumber: number;

  constructor({ ssrc, sequenceNumber, timestampAtZero, clockRate }: SequencerOptions) {
    this.ssrc = ssrc;
    this.#nextSequenceNumber = sequenceNumber;
    this.#timestampAtZero = timestampAtZero;
    this.#clockRate = clockRate;
  }

  /** Starts at random numbers (RFC 3550, 5.1); `random` gives numbers from 0 up to, not including, 1. */
  static random({ random, clockRate }: { readonly random: () => number; readonly clockRate: number }): Sequencer {
    const word = () => Math.floor(random() * 2 ** 32);
    return new Sequencer({ ssrc: word(), timestampAtZero: word(), sequenceNumber: word() & 0xffff, clockRate });
  }

  /** Sequence number of the next packet, 0 to 65535. */
  get nextSequenceNumber(): number {
    return this.#nextSequenceNumber;
  }

  /** The RTP timestamp of a time of the clock, in milliseconds. */
  timestampAt(timeMs: number): number {
    return (this.#timestampAtZero + Math.round(timeMs * this.#clockRate / 1000)) % 2 ** 32;
  }

  /** What the first packet of a frame due at `dueMs` gets; the numbers of the others follow. */
  stampAt(dueMs: number): RtpStamp {
    return { ssrc: this.ssrc, sequenceNumber: this.#nextSequenceNumber, timestamp: this.timestampAt(dueMs) };
  }

  /** The next packet gets this sequence number, 0 to 65535. */
  jumpTo(sequenceNumber: number): void {
    this.#nextSequenceNumber = sequenceNumber;
  }

  /** So many packets have been sent. */
  advance(packets: number): void {
    this.#nextSequenceNumber = (this.#nextSequenceNumber + packets) & 0xffff;
  }
}
