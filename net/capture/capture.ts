/**
 * What goes over the wire, for a file that Wireshark opens. Sockets tell what they send and receive; headers are made up, and times
 * and payloads are true.
 *
 * @module
 */

import { plainAddress } from "../addresses.ts";
import type { Clock } from "../clock.ts";
import type { DatagramTap } from "../rtp_socket.ts";
import { encodeUdpPacket, type Endpoint } from "./ip_packet.ts";
import { encodePacketBlock } from "./pcapng.ts";
import { TcpCapture } from "./tcp_capture.ts";

/** Constructor options of {@linkcode Capture}. */
export interface CaptureOptions {
  /** Takes whole blocks of the file. */
  readonly write: (block: Uint8Array) => void;
  /** Gives bytes of a TCP connection without credentials: as many, which may be the same ones. */
  readonly blank: (bytes: Uint8Array) => Uint8Array;
  /** Gives the times of packets. */
  readonly clock: Clock;
}

/** Makes packets of what sockets tell. Keeps none of the bytes that it is given. */
export class Capture {
  readonly #options: CaptureOptions;
  /** Milliseconds between the steady clock, which has fractions, and the time of day. */
  readonly #startMs: number;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#startMs = options.clock.unixMs() - options.clock.nowMs();
  }

  /** A datagram was sent or has come. */
  udp(from: Endpoint, to: Endpoint, payload: Uint8Array): void {
    this.#add(encodeUdpPacket({ from, to }, payload));
  }

  /** What a socket tells whose datagrams come to `hostname`: an address of this machine, or a group. */
  tap(hostname: string): DatagramTap {
    return {
      received: (datagram, from, port) => {
        // A socket of IPv6 gets IPv4, too, at an address of ours that is not known: a stranger's, and left out.
        if (isV6(from.hostname) === isV6(hostname)) this.udp(from, { hostname, port }, datagram);
      },
      sent: (datagram, to, port) => this.udp({ hostname, port }, to, datagram),
    };
  }

  /** A connection is open, which `local` has asked for. */
  openTcp(local: Endpoint, remote: Endpoint): TcpCapture {
    return new TcpCapture({ local, remote, blank: this.#options.blank, add: (packet) => this.#add(packet) });
  }

  #add(packet: Uint8Array): void {
    const unixUs = Math.round((this.#startMs + this.#options.clock.nowMs()) * 1000);
    this.#options.write(encodePacketBlock(packet, unixUs));
  }
}

function isV6(hostname: string): boolean {
  return plainAddress(hostname).includes(":");
}
