/**
 * How the packets of one track come: over UDP sockets, over the RTSP connection, or by a multicast group. A path offers itself in
 * SETUP, configures itself by the server's answer, takes packets in, and sends reports back.
 *
 * @module
 */

import type { TransportSpec } from "../../rtsp/fields/transport.ts";

/** Takes what comes on a path. Bytes hold until the call returns. */
export interface PacketPathEvents {
  readonly onRtp: (datagram: Uint8Array) => void;
  readonly onRtcp: (datagram: Uint8Array) => void;
  /** A datagram has come from an address or a port other than the server's. It was ignored. */
  readonly onUnexpectedSource: () => void;
  /** A socket has failed. */
  readonly onError: (error: Error) => void;
}

/** A path of one track, from SETUP to TEARDOWN. */
export interface PacketPath {
  /** What SETUP asks for. */
  readonly offer: TransportSpec;
  /** Takes the server's answer to SETUP, if it has a Transport. Rejects where the answer cannot be used. */
  configure(answer: TransportSpec | undefined): Promise<void>;
  /** Lets packets in. Before, they are ignored. */
  accept(): void;
  /** Whether a channel of the RTSP connection is one of its own. Only paths over that connection have this. */
  hasChannel?(channel: number): boolean;
  /** Takes a packet that came in the RTSP connection. Only paths over that connection have this. */
  takeInterleaved?(channel: number, packet: Uint8Array): void;
  /** Sends a report to the server, once its address is known. */
  sendRtcp(packet: Uint8Array): void;
  /** Closes the sockets. */
  close(): void;
}

/** IP addresses of the two ends of the RTSP connection. */
export interface Addresses {
  readonly server: string;
  readonly local: string;
}
