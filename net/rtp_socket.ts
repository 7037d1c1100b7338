/**
 * A UDP socket that a sender's packets come to. Takes them from where that one sends only.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "./addresses.ts";
import { freeUdpPort, udpPortOf } from "./udp_ports.ts";
import { MAX_DATAGRAM_BYTES } from "./limits.ts";
import type { SourceFilter } from "./source_filter.ts";

const log = getLogger(["mjpegrtsp", "rtp"]);

/** What to bind. */
export interface RtpSocketAddress {
  /** `0.0.0.0`, or `::` for a sender with an IPv6 address; or a multicast group. */
  readonly hostname: string;
  /** UDP port, 1 to 65535; 0 for any, where nobody needs to know it. */
  readonly port: number;
  /** Whether other programs may bind it, too, as receivers of one multicast group do; default false. */
  readonly isShared?: boolean;
}

/** Is told what a socket receives, from whomever, and what it sends. Bytes hold until the call returns. */
export interface DatagramTap {
  readonly received: (datagram: Uint8Array, from: Deno.NetAddr, port: number) => void;
  readonly sent: (datagram: Uint8Array, to: Deno.NetAddr, port: number) => void;
}

/** Takes what comes to a socket. */
export interface RtpSocketEvents {
  /** A datagram of the sender's, whose bytes hold until the call returns. */
  readonly onDatagram: (datagram: Uint8Array) => void;
  /** A datagram has come from an address or a port other than the sender's. It was ignored. */
  readonly onUnexpectedSource: () => void;
  /** Is told of all that goes over the wire; without it, nothing is. */
  readonly tap?: DatagramTap;
  /** The socket has failed. */
  readonly onError: (error: Error) => void;
}

/** A bound socket that reads until it is closed. */
export class RtpSocket {
  readonly #conn: Deno.DatagramConn;
  readonly #events: RtpSocketEvents;
  #filter: SourceFilter | undefined;
  /** Whether a stranger's datagram was told of. */
  #isTold = false;
  #isClosed = false;

  constructor(conn: Deno.DatagramConn, events: RtpSocketEvents) {
    this.#conn = conn;
    this.#events = events;
    this.#read();
  }

  /** Binds a port. Throws an error that names a free port where it is taken. */
  static bind({ hostname, port, isShared = false }: RtpSocketAddress, events: RtpSocketEvents): RtpSocket {
    try {
      return new RtpSocket(Deno.listenDatagram({ transport: "udp", hostname, port, reuseAddress: isShared }), events);
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) {
        throw new Error(
          `RTP port ${port} is taken by another program: choose another, for instance ${freeUdpPort(hostname)}`,
        );
      }
      throw new Error(`Cannot receive on RTP port ${port}: ${error instanceof Error ? error.message : error}`);
    }
  }

  get port(): number {
    return udpPortOf(this.#conn);
  }

  /** Accepts the datagrams that pass the filter. Before, all are ignored. */
  accept(filter: SourceFilter): void {
    this.#filter = filter;
  }

  /** Joins a multicast group on the interface with the address `local`; `ttl` is for what is sent to it. */
  async join(group: string, { local, ttl }: { readonly local: string; readonly ttl?: number }): Promise<void> {
    try {
      if (group.includes(":")) {
        await this.#conn.joinMulticastV6(group, 0);
      } else {
        const membership = await this.#conn.joinMulticastV4(group, local);
        if (ttl !== undefined) await membership.setTTL(ttl);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      throw new Error(`Cannot join the multicast group ${group}: ${reason}; try --transport udp or tcp`);
    }
  }

  /** Sends a datagram. One that cannot be sent is lost, as any may be; receiving goes on. */
  send(bytes: Uint8Array, address: Deno.NetAddr): void {
    this.#events.tap?.sent(bytes, address, this.port);
    this.#conn.send(bytes, address).catch((error) => {
      if (!this.#isClosed) log.info("cannot send to {address}: {reason}", { address, reason: error.message });
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  #ignore(address: Deno.NetAddr): void {
    if (!this.#isTold) {
      log.info("ignored what came from {address}, from where the sender does not send", {
        address: hostAndPort(address),
      });
    }
    this.#isTold = true;
    this.#events.onUnexpectedSource();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(MAX_DATAGRAM_BYTES);
    while (!this.#isClosed) {
      try {
        // Taken by index: this runs for each packet, and an iterator costs as much as decoding one.
        const received = await this.#conn.receive(buffer);
        // A datagram may have been read when the socket was closed.
        if (this.#isClosed) continue;
        const address = received[1] as Deno.NetAddr;
        this.#events.tap?.received(received[0], address, this.port);
        if (this.#filter === undefined) continue;
        if (this.#filter.accepts(address)) this.#events.onDatagram(received[0]);
        else this.#ignore(address);
      } catch (error) {
        // Windows reports an ICMP "port unreachable" for something sent before as an error of receiving.
        if (error instanceof Deno.errors.ConnectionReset) continue;
        if (!this.#isClosed) this.#events.onError(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
  }
}

/** All addresses of the family that `address` is of. */
export function wildcardFor(address: string): string {
  return address.includes(":") ? "::" : "0.0.0.0";
}
