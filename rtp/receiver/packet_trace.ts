/**
 * Which packets of a track came when, for whoever draws them: the newest ones, kept only while somebody looks.
 *
 * @module
 */

import { MAX_TRACED_PACKETS, TRACE_PATIENCE_MS } from "../limits.ts";

/** A packet that has come. */
export interface TracedPacket {
  /** As it stands in the packet, 0 to 65535. */
  readonly sequenceNumber: number;
  /** When it was read, in milliseconds of the clock. */
  readonly arrivalMs: number;
  /** Of the RTP packet, its header included. */
  readonly lengthBytes: number;
  /** Whether it is the last one of a frame, as its marker says. */
  readonly marker: boolean;
}

/** Packets of a trace. */
export interface Traced {
  /** In the order in which they came. */
  readonly packets: readonly TracedPacket[];
  /** The count of packets up to here: where to go on. */
  readonly next: number;
}

/** The newest packets. */
export class PacketTrace {
  readonly #packets: TracedPacket[] = [];
  #count = 0;
  #askedMs: number;

  constructor(nowMs: number) {
    this.#askedMs = nowMs;
  }

  /** Notes a packet of at least 12 bytes. Returns whether anybody has looked lately. */
  note(packet: Uint8Array, nowMs: number): boolean {
    const traced = {
      sequenceNumber: packet[2] << 8 | packet[3],
      arrivalMs: nowMs,
      lengthBytes: packet.length,
      marker: packet[1] >= 0x80,
    };
    this.#packets[this.#count++ % MAX_TRACED_PACKETS] = traced;
    return nowMs - this.#askedMs <= TRACE_PATIENCE_MS;
  }

  /** The packets behind the first `from`, as far as they are kept. A count that is not reached yet is that of another trace. */
  since(from: number, nowMs: number): Traced {
    this.#askedMs = nowMs;
    const first = Math.max(from > this.#count ? 0 : from, this.#count - MAX_TRACED_PACKETS);
    const packets = Array.from(
      { length: this.#count - first },
      (_, index) => this.#packets[(first + index) % MAX_TRACED_PACKETS],
    );
    return { packets, next: this.#count };
  }
}
