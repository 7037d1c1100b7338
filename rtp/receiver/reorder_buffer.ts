/**
 * Puts packets back into the order of their sequence numbers, and waits a limited time for one that is missing. Stands between
 * the sequence tracker and the depacketizer.
 *
 * @module
 */

import type { OrderedPacket } from "../depacketizer.ts";
import type { RtpPacket } from "../packet.ts";
import type { PacketArrival } from "./sequence_tracker.ts";

/** Limits of a {@linkcode ReorderBuffer}. */
export interface ReorderOptions {
  /** How long to wait for a missing packet, in milliseconds. */
  readonly maxWaitMs: number;
  /** How many packets may wait behind a missing one. */
  readonly maxPackets: number;
  /** How many bytes of payloads and header extensions may wait behind a missing packet. */
  readonly maxBytes: number;
}

type HeldPacket = { -readonly [Field in keyof OrderedPacket]: OrderedPacket[Field] };

const NOTHING: readonly OrderedPacket[] = [];

/**
 * Holds packets behind a gap until the gap is filled, has lasted `maxWaitMs`, or too much is held. A packet that has to wait is
 * copied out of its datagram, so that the bytes held are the bytes counted; one in order is handed on as it came.
 */
export class ReorderBuffer {
  readonly #options: ReorderOptions;
  /** By extended sequence number, in the order of their arrival. */
  readonly #held = new Map<number, HeldPacket>();
  #heldBytes = 0;
  /** The next extended number to hand out; `undefined` at the start of a stream. */
  #next: number | undefined;
  /** Whether packets are missing before the next one to hand out. */
  #isGap = false;

  constructor(options: ReorderOptions) {
    this.#options = options;
  }

  /** When {@linkcode expire} will hand something out; `undefined` while nothing is held. */
  get deadlineMs(): number | undefined {
    if (this.#held.size === 0) return undefined;
    return this.#held.values().next().value!.arrivalMs + this.#options.maxWaitMs;
  }

  /**
   * Whether a packet is the next one while nothing waits and nothing is missing, as with most: it then counts as handed out, and is
   * not to be pushed.
   */
  passes(extended: number): boolean {
    if (extended !== this.#next || this.#isGap || this.#held.size > 0) return false;
    this.#next++;
    return true;
  }

  /** Takes a packet that had not come before. Returns the packets that are now in order, the oldest first. */
  push(packet: RtpPacket, { extended, arrivalMs }: PacketArrival): readonly OrderedPacket[] {
    this.#next ??= extended;
    // What comes after its wait is over is dropped.
    if (extended < this.#next) return NOTHING;
    if (extended === this.#next) {
      const ordered = { ...packet, arrivalMs, isAfterGap: this.#isGap };
      this.#isGap = false;
      this.#next++;
      return this.#held.size === 0 ? [ordered] : this.#release([ordered]);
    }
    const released: OrderedPacket[] = [];
    this.#held.set(extended, ownCopy(packet, arrivalMs));
    this.#heldBytes += sizeOf(packet);
    while (this.#held.size > this.#options.maxPackets || this.#heldBytes > this.#options.maxBytes) {
      this.#skipGap();
      this.#release(released);
    }
    return released;
  }

  /** Gives up on the packets whose wait is over at `nowMs`; returns what was held behind them. */
  expire(nowMs: number): readonly OrderedPacket[] {
    if (this.#held.size === 0) return NOTHING;
    const released: OrderedPacket[] = [];
    for (let deadline = this.deadlineMs; deadline !== undefined && deadline <= nowMs; deadline = this.deadlineMs) {
      this.#skipGap();
      this.#release(released);
    }
    return released;
  }

  /** Gives up on everything missing; returns all that is held. */
  flush(): readonly OrderedPacket[] {
    return this.expire(Infinity);
  }

  /** A new stream starts with the next packet. Returns all that is held of the one before. */
  restart(): readonly OrderedPacket[] {
    const released = this.flush();
    this.#next = undefined;
    this.#isGap = true;
    return released;
  }

  /** Hands out the packets from `#next` on, up to the next gap. */
  #release(released: OrderedPacket[]): OrderedPacket[] {
    for (let packet = this.#held.get(this.#next!); packet !== undefined; packet = this.#held.get(this.#next!)) {
      this.#held.delete(this.#next!);
      this.#heldBytes -= sizeOf(packet);
      packet.isAfterGap = this.#isGap;
      this.#isGap = false;
      released.push(packet);
      this.#next!++;
    }
    return released;
  }

  /** Moves on to the lowest packet held. */
  #skipGap(): void {
    this.#next = Math.min(...this.#held.keys());
    this.#isGap = true;
  }
}

function ownCopy(packet: RtpPacket, arrivalMs: number): HeldPacket {
  const { payload, extension } = packet;
  const copy = { ...packet, arrivalMs, isAfterGap: false, payload: payload.slice() };
  return extension === undefined ? copy : { ...copy, extension: { ...extension, data: extension.data.slice() } };
}

function sizeOf({ payload, extension }: RtpPacket): number {
  return payload.length + (extension === undefined ? 0 : extension.data.length);
}
