/**
 * How a track's packets come: UDP sockets of its own, channels of the RTSP connection, or a multicast group. Each path offers itself
 * in SETUP, takes what the server made of the offer, and carries reports back.
 *
 * @module
 */

import type { TransportSpec } from "../../rtsp/transport.ts";

/** Takes what comes; the bytes hold until it returns. */
export interface PacketPathEvents {
  /** An RTP packet. */
  readonly onRtp: (datagram: Uint8Array) => void;
  /** An RTCP packet. */
  readonly onRtcp: (datagram: Uint8Array) => void;
  /** A datagram came to the RTP port from an address that is not the server's. */
  readonly onUnexpectedSource: () => void;
  /** A socket failed while it was open. */
  readonly onError: (error: Error) => void;
}

/** How a track's packets come. */
export interface PacketPath {
  /** What SETUP asks for. */
  readonly offer: TransportSpec;
  /** Takes the first transport of the reply to SETUP, if it had one; rejects where that cannot be used. */
  configure(answer: TransportSpec | undefined): Promise<void>;
  /** Lets packets in. */
  accept(): void;
  /** Sends a report to the server, once it is known where to. */
  sendRtcp(packet: Uint8Array): void;
  close(): void;
}

/** The two ends of the RTSP connection: IP addresses. */
export interface Addresses {
  readonly server: string;
  readonly local: string;
}

/** All addresses of the family that `address` is of. */
export function wildcardFor(address: string): string {
  return address.includes(":") ? "::" : "0.0.0.0";
}
