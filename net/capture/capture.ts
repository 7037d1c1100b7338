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
import type { CaptureRing } from "./capture_ring.ts";
import { encodePacketBlock } from "./pcapng.ts";
import { TcpCapture } from "./tcp_capture.ts";

/** Constructor options of {@linkcode Capture}. */
export interface CaptureOptions {
  /** Takes whole blocks of the file; without it, only what is recent is kept, where that is wanted. */
  readonly write?: (block: Uint8Array) => void;
  /**
   * Makes what gives the bytes of one direction of a TCP connection without credentials, piece by piece: as many, which may be the same
   * ones.
   */
  readonly createBlank: () => (bytes: Uint8Array) => Uint8Array;
  /** Gives the times of packets. */
  readonly clock: Clock;
}

/** Makes packets of what sockets tell. Keeps none of the bytes that it is given. */
export class Capture {
  readonly #options: CaptureOptions;
  /** Milliseconds between the steady clock, which has fractions, and the time of day. */
  readonly #startMs: number;
  #recent: CaptureRing | undefined;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#startMs = options.clock.unixMs() - options.clock.nowMs();
  }

  /** What is recent, for somebody who looks now and then; `undefined` where nobody does. */
  get recent(): CaptureRing | undefined {
    return this.#recent;
  }

  /** Keeps what is recent from now on. */
  keepRecent(ring: CaptureRing): void {
    this.#recent = ring;
  }

  /** A datagram was sent or has come. */
  udp(from: Endpoint, to: Endpoint, payload: Uint8Array): void {
    if (this.#takesMedia) this.#add(encodeUdpPacket({ from, to }, payload), { isMedia: true });
  }

  /** What a socket tells whose datagrams come to `hostname`: an address of this machine, or a group. */
  tap(hostname: string): DatagramTap {
    return {
      received: (datagram, from, port) => {
        if (!this.#takesMedia) return;
        // A socket of IPv6 gets IPv4, too, at an address of ours that is not known: a stranger's, and left out.
        if (isV6(from.hostname) === isV6(hostname)) this.udp(from, { hostname, port }, datagram);
      },
      sent: (datagram, to, port) => this.udp({ hostname, port }, to, datagram),
    };
  }

  /** A connection is open, which `local` has asked for. */
  openTcp(local: Endpoint, remote: Endpoint): TcpCapture {
    return new TcpCapture({
      ...{ local, remote, createBlank: this.#options.createBlank },
      takesMedia: () => this.#takesMedia,
      add: (packet, kind) => this.#add(packet, kind),
    });
  }

  /** Whether anybody wants more than dialogues. */
  get #takesMedia(): boolean {
    return this.#options.write !== undefined || this.#recent?.isOpen === true;
  }

  #add(packet: Uint8Array, kind: { readonly isMedia: boolean }): void {
    const unixUs = Math.round((this.#startMs + this.#options.clock.nowMs()) * 1000);
    const block = encodePacketBlock(packet, unixUs);
    this.#options.write?.(block);
    this.#recent?.add(block, kind);
  }
}

function isV6(hostname: string): boolean {
  return plainAddress(hostname).includes(":");
}
