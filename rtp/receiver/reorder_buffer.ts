/**
 * Puts packets back into the order of their sequence numbers, waiting a bounded time for one that is missing. Stands between the
 * socket and the depacketizer, and is the one place that knows where a stream stands: its SSRC and its highest sequence number.
 *
 * @module
 */

import type { OrderedPacket } from "../depacketizer.ts";
import type { RtpPacket } from "../packet.ts";
import { extendSequenceNumber } from "../sequence_number.ts";

/** Sequence numbers given up that are recognized when they come late after all; the latest of them. */
const MAX_GIVEN_UP = 4096;

/** Limits of a {@linkcode ReorderBuffer}. */
export interface ReorderOptions {
  /** How long to wait for a missing packet, in milliseconds. */
  readonly maxWaitMs: number;
  /** How many packets may wait behind a missing one. */
  readonly maxPackets: number;
  /** How many bytes of payloads and header extensions may wait behind a missing packet. */
  readonly maxBytes: number;
  /**
   * A jump of more than this many packets, ahead or back, is a new stream (RFC 3550, A.1: MAX_DROPOUT), once a second
   * packet follows on it: the first such packet alone is dropped. So is a number that came before, with a new time.
   */
  readonly maxJump: number;
}

/** What became of a packet: `duplicate`, `late` and `stray` ones, which fit nothing that has come, are dropped. */
export type ReorderOutcome = "accepted" | "reordered" | "duplicate" | "late" | "restarted" | "stray";

/** What {@linkcode ReorderBuffer.push} gives. */
export interface PushResult {
  readonly outcome: ReorderOutcome;
  /** The pushed packet's sequence number, extended over wraps; it may be below 0 for one before the first. */
  readonly extendedSequenceNumber: number;
  /** The packets that are now in order, the oldest first. */
  readonly packets: OrderedPacket[];
}

/**
 * Holds packets behind a gap until the gap is filled, has lasted `maxWaitMs`, or there are too many. A packet that has to
 * wait is copied out of its datagram, so that what is held is what is counted; one in order is handed on as it came.
 */
export class ReorderBuffer {
  readonly #options: ReorderOptions;
  /** By extended sequence number, in the order of their arrival. */
  readonly #held = new Map<number, OrderedPacket>();
  #heldBytes = 0;
  /** Extended sequence numbers given up lately, to tell a late packet from a duplicate. */
  readonly #givenUp = new Set<number>();
  /** The next extended sequence number to hand out; undefined before the first packet. */
  #next: number | undefined;
  /** The first extended sequence number that was received. */
  #first = 0;
  #highest = 0;
  /** Whether packets are missing in front of the next one to hand out. */
  #isBehindGap = false;
  /** The low 16 bits that would confirm a restart. */
  #restartAt: number | undefined;
  #ssrc: number | undefined;
  #newestTimestamp = 0;

  constructor(options: ReorderOptions) {
    this.#options = options;
  }

  /** SSRC of the stream; `undefined` before its first packet. */
  get ssrc(): number | undefined {
    return this.#ssrc;
  }

  /** Highest sequence number received, extended over wraps; 0 before the first packet. */
  get highestSequenceNumber(): number {
    return this.#highest;
  }

  /** The time at which {@linkcode expire} will have something to hand out, or `undefined` when nothing is held. */
  get deadlineMs(): number | undefined {
    const oldest = this.#held.values().next().value;
    return oldest === undefined ? undefined : oldest.arrivalMs + this.#options.maxWaitMs;
  }

  /** Takes a packet that was read at `arrivalMs`. */
  push(packet: RtpPacket, arrivalMs: number): PushResult {
    if (this.#next === undefined) {
      this.#next = this.#first = this.#highest = packet.sequenceNumber;
      return this.#accept("accepted", packet, { extended: packet.sequenceNumber, arrivalMs });
    }
    const extended = extendSequenceNumber(packet.sequenceNumber, this.#highest);
    // Another source that does not go on where the last one was is another stream.
    const isOther = packet.ssrc !== this.#ssrc && extended !== this.#next;
    if (isOther || Math.abs(extended - this.#highest) > this.#options.maxJump) return this.#jump(packet, arrivalMs);
    if (extended < this.#next) {
      if (extended < this.#first) this.#extendBack(extended);
      if (this.#givenUp.delete(extended)) return drop("late", extended);
      // An old number with a new time: lab servers that start again at the end of the file count from 1 again.
      const isNewer = ((packet.timestamp - this.#newestTimestamp) | 0) > 0;
      return isNewer ? this.#jump(packet, arrivalMs) : drop("duplicate", extended);
    }
    this.#restartAt = undefined;
    if (this.#held.has(extended)) return drop("duplicate", extended);
    return this.#accept(extended < this.#highest ? "reordered" : "accepted", packet, { extended, arrivalMs });
  }

  /** Gives up the packets whose time has passed at `nowMs` and returns what was waiting behind them. */
  expire(nowMs: number): OrderedPacket[] {
    const released: OrderedPacket[] = [];
    for (let deadline = this.deadlineMs; deadline !== undefined && deadline <= nowMs; deadline = this.deadlineMs) {
      this.#skipGap();
      this.#release(released);
    }
    return released;
  }

  /** Gives up everything missing; returns all that is held. */
  flush(): OrderedPacket[] {
    return this.expire(Infinity);
  }

  #accept(
    outcome: ReorderOutcome,
    packet: RtpPacket,
    { extended, arrivalMs }: { readonly extended: number; readonly arrivalMs: number },
  ): PushResult {
    if (extended >= this.#highest) this.#newestTimestamp = packet.timestamp;
    this.#ssrc = packet.ssrc;
    this.#highest = Math.max(this.#highest, extended);
    const packets: OrderedPacket[] = [];
    if (extended === this.#next) {
      this.#next++;
      packets.push({ ...packet, extendedSequenceNumber: extended, arrivalMs, followsGap: this.#isBehindGap });
      this.#isBehindGap = false;
      if (this.#held.size > 0) this.#release(packets);
      return { outcome, extendedSequenceNumber: extended, packets };
    }
    this.#held.set(extended, ownCopy({ ...packet, extendedSequenceNumber: extended, arrivalMs, followsGap: false }));
    this.#heldBytes += sizeOf(packet);
    while (this.#held.size > this.#options.maxPackets || this.#heldBytes > this.#options.maxBytes) {
      this.#skipGap();
      this.#release(packets);
    }
    return { outcome, extendedSequenceNumber: extended, packets };
  }

  /** Hands out the packets from `#next` on, up to the next gap. */
  #release(released: OrderedPacket[]): void {
    for (let packet = this.#held.get(this.#next!); packet !== undefined; packet = this.#held.get(this.#next!)) {
      this.#held.delete(this.#next!);
      this.#heldBytes -= sizeOf(packet);
      released.push(this.#isBehindGap ? { ...packet, followsGap: true } : packet);
      this.#isBehindGap = false;
      this.#next!++;
    }
  }

  /** Moves on to the lowest packet held, remembering the ones given up. */
  #skipGap(): void {
    const lowest = Math.min(...this.#held.keys());
    const first = Math.max(this.#next!, lowest - MAX_GIVEN_UP);
    for (let missing = first; missing < lowest; missing++) this.#giveUp(missing);
    this.#isBehindGap = true;
    this.#next = lowest;
  }

  /** A packet comes from before the first one: those between never came, or come later still. */
  #extendBack(extended: number): void {
    for (let missing = extended; missing < this.#first; missing++) this.#giveUp(missing);
    this.#first = extended;
  }

  #giveUp(extended: number): void {
    this.#givenUp.add(extended);
    if (this.#givenUp.size > MAX_GIVEN_UP) this.#givenUp.delete(this.#givenUp.values().next().value!);
  }

  /** A packet that does not belong to the stream: a new one starts once its successor comes as well. */
  #jump(packet: RtpPacket, arrivalMs: number): PushResult {
    const extended = extendSequenceNumber(packet.sequenceNumber, this.#highest + 0x8000);
    if (packet.sequenceNumber !== this.#restartAt) {
      this.#restartAt = (packet.sequenceNumber + 1) & 0xffff;
      return drop("stray", extended);
    }
    this.#restartAt = undefined;
    const before = this.flush();
    this.#givenUp.clear();
    this.#isBehindGap = true;
    this.#next = this.#first = this.#highest = extended;
    const { packets } = this.#accept("restarted", packet, { extended, arrivalMs });
    return { outcome: "restarted", extendedSequenceNumber: extended, packets: [...before, ...packets] };
  }
}

function drop(outcome: ReorderOutcome, extendedSequenceNumber: number): PushResult {
  return { outcome, extendedSequenceNumber, packets: [] };
}

function ownCopy(packet: OrderedPacket): OrderedPacket {
  const { payload, extension } = packet;
  const copy = { ...packet, payload: payload.slice() };
  return extension === undefined ? copy : { ...copy, extension: { ...extension, data: extension.data.slice() } };
}

function sizeOf({ payload, extension }: RtpPacket): number {
  return payload.length + (extension === undefined ? 0 : extension.data.length);
}
