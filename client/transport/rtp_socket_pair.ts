/**
 * Two UDP sockets side by side, for RTP and RTCP (RFC 3550, 11).
 *
 * @module
 */

import { bindUdpPortPair } from "../../net/udp_ports.ts";
import { RtpSocket } from "./rtp_socket.ts";

/** How to open an {@linkcode RtpSocketPair}. */
export interface RtpSocketPairOptions {
  /** Address to bind to: `0.0.0.0`, or `::` for a server with an IPv6 address. */
  readonly hostname: string;
  /** UDP port for RTP, the next one being for RTCP; `undefined` for any pair that is free. */
  readonly port: number | undefined;
  /** Called with each RTP datagram, whose bytes hold until it returns. */
  readonly onRtp: (datagram: Uint8Array) => void;
  /** The same for RTCP. */
  readonly onRtcp: (datagram: Uint8Array) => void;
  /** Called with each datagram to the RTP port from an address that is not the server's. */
  readonly onUnexpectedSource: () => void;
  /** Called when a socket fails while it is open. */
  readonly onError: (error: Error) => void;
}

/** An RTP header without a payload: no receiver makes anything of it, and it opens a way back. */
const EMPTY_PACKET = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** Two sockets side by side, for RTP and RTCP (RFC 3550, 11). */
export class RtpSocketPair {
  readonly #rtp: RtpSocket;
  readonly #rtcp: RtpSocket;
  #rtcpAddress: Deno.NetAddr | undefined;

  private constructor(rtp: RtpSocket, rtcp: RtpSocket) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
  }

  /** Binds both. Throws an error that names a free port where one is taken. */
  static open({ hostname, port, onRtp, onRtcp, onUnexpectedSource, onError }: RtpSocketPairOptions): RtpSocketPair {
    const [rtpEvents, rtcpEvents] = [
      { onDatagram: onRtp, onUnexpectedSource, onError },
      { onDatagram: onRtcp, onError },
    ];
    if (port === undefined) {
      const [rtp, rtcp] = bindUdpPortPair(hostname);
      return new RtpSocketPair(RtpSocket.adopt(rtp, rtpEvents), RtpSocket.adopt(rtcp, rtcpEvents));
    }
    const rtp = RtpSocket.open({ hostname, port, ...rtpEvents });
    try {
      return new RtpSocketPair(rtp, RtpSocket.open({ hostname, port: port + 1, ...rtcpEvents }));
    } catch (error) {
      rtp.close();
      throw error;
    }
  }

  /** The two ports. */
  get ports(): readonly [rtp: number, rtcp: number] {
    return [this.#rtp.port, this.#rtcp.port];
  }

  /** Takes the datagrams of these IP addresses from now on; without one all are ignored. */
  accept(serverAddresses: readonly string[]): void {
    this.#rtp.accept(serverAddresses);
    this.#rtcp.accept(serverAddresses);
  }

  /** Opens the way back from the server's RTP port, and remembers where reports go. */
  punch(serverAddress: string, [rtpPort, rtcpPort]: readonly [number, number]): void {
    const address = (port: number): Deno.NetAddr => ({ transport: "udp", hostname: serverAddress, port });
    this.#rtcpAddress = address(rtcpPort);
    this.#rtp.send(EMPTY_PACKET, address(rtpPort));
  }

  /** Sends a report to the server, once it is known where to. */
  sendRtcp(packet: Uint8Array): void {
    if (this.#rtcpAddress !== undefined) this.#rtcp.send(packet, this.#rtcpAddress);
  }

  close(): void {
    this.#rtp.close();
    this.#rtcp.close();
  }
}
