/**
 * Packets in the order of their sequence numbers: as a reorder buffer hands them out, and that buffer with the tracker before it.
 *
 * @module
 */

import type { OrderedPacket } from "../../rtp/depacketizer.ts";
import type { RtpPacket } from "../../rtp/packet.ts";
import { ReorderBuffer, type ReorderOptions } from "../../rtp/receiver/reorder_buffer.ts";
import { type SequencePlace, SequenceTracker } from "../../rtp/receiver/sequence_tracker.ts";

/** The packets, each marked where its number does not follow on that of the one before. */
export function markGaps(packets: readonly OrderedPacket[]): OrderedPacket[] {
  return packets.map((packet, index) => ({
    ...packet,
    isAfterGap: index > 0 && packet.sequenceNumber !== (packets[index - 1].sequenceNumber + 1 & 0xffff),
  }));
}

/** A sequence tracker and a reorder buffer, connected as a receiver connects them. */
export class Reordering {
  readonly buffer: ReorderBuffer;
  readonly tracker: SequenceTracker;

  constructor({ maxDropout, ...options }: ReorderOptions & { readonly maxDropout: number }) {
    this.buffer = new ReorderBuffer(options);
    this.tracker = new SequenceTracker({ maxDropout });
  }

  /** What became of a packet, and the packets that are now in order. */
  push(packet: RtpPacket, arrivalMs: number): { outcome: SequencePlace["outcome"]; packets: readonly OrderedPacket[] } {
    const { outcome, extended } = this.tracker.place(packet);
    if (outcome === "stray" || outcome === "duplicate") return { outcome, packets: [] };
    const before = outcome === "restarted" ? this.buffer.restart() : [];
    return { outcome, packets: [...before, ...this.buffer.push(packet, { extended, arrivalMs })] };
  }
}
