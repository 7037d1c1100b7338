/**
 * The interface of every depacketizer: ordered packets to whole frames, or to the reason why a frame is damaged. Stands between
 * the reorder buffer and the player.
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
  /** Whether packets between this one and the one before are missing. */
  readonly followsGap: boolean;
}

/** Why a frame is damaged of which packets came. Users see these names. */
export type DamageCause =
  /** A packet of it is missing. */
  | "packet-lost"
  /** It ended before it was complete. */
  | "truncated"
  /** It is not a JPEG, or not of a kind that the payload format carries. */
  | "not-a-jpeg"
  /** It exceeds the limit for frames. */
  | "too-large"
  /** It uses quantization tables that were never sent (RFC 2435, 3.1.8). */
  | "tables-missing";

/** A complete frame, or a damaged one. */
export type DepacketizerOutput =
  | {
    readonly kind: "frame";
    /** A whole JPEG. The bytes are the caller's. */
    readonly data: Uint8Array;
    /** The RTP timestamp of its packets. */
    readonly timestamp: number;
    /** When its last packet was read. */
    readonly arrivalMs: number;
  }
  | { readonly kind: "damaged"; readonly cause: DamageCause };

/** Makes frames of ordered packets. */
export interface Depacketizer {
  /** Takes the next packet. Returns the frames that it completes or damages. */
  push(packet: OrderedPacket): DepacketizerOutput[];
  /** Ends the stream. A frame that is not complete is damaged. */
  flush(): DepacketizerOutput[];
}
