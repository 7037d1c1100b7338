/**
 * What every depacketizer does: it turns packets in order into whole frames, or into the reason why a frame is not whole.
 * Stands behind the reorder buffer.
 *
 * @module
 */

import type { DamageCause } from "./damage.ts";
import type { RtpPacket } from "./packet.ts";

/** A packet in its place in the stream. */
export interface OrderedPacket extends RtpPacket {
  /** Whether packets are missing between this one and the one before it. */
  readonly isAfterGap: boolean;
  /** When the packet was read from the socket, in milliseconds of the caller's clock. */
  readonly arrivalMs: number;
}

/** A whole frame, or the samples of a packet of sound. */
export interface AssembledFrame {
  readonly kind: "frame";
  /** A whole JPEG, or samples, in bytes of its own. */
  readonly data: Uint8Array;
  /** The RTP timestamp of its packets. */
  readonly timestamp: number;
  /** When its last packet was read, in milliseconds of the caller's clock. */
  readonly arrivalMs: number;
}

/** A whole frame, or a damaged one that was dropped. */
export type DepacketizerOutput = AssembledFrame | { readonly kind: "damaged"; readonly cause: DamageCause };

/** Makes frames of packets that come in order. */
export interface Depacketizer {
  push(packet: OrderedPacket): readonly DepacketizerOutput[];
  /**
   * Takes a packet with the number of the one before, where a sender may give several packets one number. Returns `undefined` for a
   * duplicate.
   */
  pushRepeated?(packet: OrderedPacket): readonly DepacketizerOutput[] | undefined;
  /** Ends the stream: an unfinished frame is damaged. */
  flush(): readonly DepacketizerOutput[];
}
