/**
 * What every depacketizer is: packets in order to whole frames, or to the reason why a frame is none. Stands between the
 * reorder buffer and the player.
 *
 * @module
 */

import type { RtpPacket } from "./packet.ts";

/** A packet with its sequence number extended over wraps. */
export interface OrderedPacket extends RtpPacket {
  /** Counts up without end; its low 16 bits are the sequence number. */
  readonly extendedSequenceNumber: number;
  /** When the packet was read from the socket, in milliseconds of the caller's clock. */
  readonly arrivalMs: number;
  /** Whether packets are missing between this one and the one before. */
  readonly followsGap: boolean;
}

/** Why a frame of which packets came could not be completed. */
export type DamageCause =
  /** A packet of it never came. */
  | "packet-lost"
  /** It ended before it was whole. */
  | "truncated"
  /** What came is no JPEG, or not of the kind that the payload format carries. */
  | "not-a-jpeg"
  /** It is larger than what a peer may make us hold. */
  | "too-large"
  /** It refers to quantization tables that have not come (RFC 2435, 3.1.8). */
  | "tables-missing";

/** A frame that is complete, or one that is given up. */
export type DepacketizerOutput =
  | {
    readonly kind: "frame";
    /** A whole JPEG, in bytes of its own. */
    readonly data: Uint8Array;
    /** The RTP timestamp of its packets. */
    readonly timestamp: number;
    /** When its last packet was read. */
    readonly arrivalMs: number;
  }
  | { readonly kind: "damaged"; readonly cause: DamageCause };

/** Makes frames of packets that come in order; gaps show in their extended sequence numbers. */
export interface Depacketizer {
  /** Takes the next packet. */
  push(packet: OrderedPacket): DepacketizerOutput[];
  /** Ends the stream: an unfinished frame is damaged. */
  flush(): DepacketizerOutput[];
}
