/**
 * A UDP socket that the server's packets come to. Takes them from the server's address only.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { plainAddress } from "../../net/addresses.ts";
import { freeUdpPort, udpPortOf } from "../../net/udp_ports.ts";

const log = getLogger(["mjpegrtsp", "rtp"]);

const DATAGRAM_MAX_BYTES = 65_536;

/** What to bind. */
export interface RtpSocketAddress {
  /** `0.0.0.0`, or `::` for a server with an IPv6 address; or a multicast group. */
  readonly hostname: string;
  /** UDP port, 1 to 65535; 0 for any, where nobody needs to know it. */
  readonly port: number;
  /** Whether other programs may bind it, too, as receivers of one multicast group do; default false. */
  readonly isShared?: boolean;
}

/** Takes what comes to a socket. */
export interface RtpSocketEvents {
  /** A datagram of the server's, whose bytes hold until the call returns. */
  readonly onDatagram: (datagram: Uint8Array) => void;
  /** A datagram has come from an address other than the server's. It was ignored. */
  readonly onUnexpectedSource: () => void;
  /** The socket has failed. */
  readonly onError: (error: Error) => void;
}

/** A bound socket that reads until it is closed. */
export class RtpSocket {
  readonly #conn: Deno.DatagramConn;
  readonly #events: RtpSocketEvents;
  #serverAddresses: readonly string[] = [];
  /** The address that was accepted last, as the socket gives it. */
  #lastServer: string | undefined;
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

  /** Accepts datagrams from these IP addresses. Before, all are ignored. */
  accept(serverAddresses: readonly string[]): void {
    this.#serverAddresses = serverAddresses.map(plainAddress);
    this.#lastServer = undefined;
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
    this.#conn.send(bytes, address).catch((error) => {
      if (!this.#isClosed) log.info("cannot send to {address}: {reason}", { address, reason: error.message });
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  #isServers(hostname: string): boolean {
    if (hostname === this.#lastServer) return true;
    if (!this.#serverAddresses.includes(plainAddress(hostname))) return false;
    this.#lastServer = hostname;
    return true;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(DATAGRAM_MAX_BYTES);
    while (!this.#isClosed) {
      try {
        const [datagram, address] = await this.#conn.receive(buffer);
        // A datagram may have been read when the socket was closed.
        if (this.#isClosed || this.#serverAddresses.length === 0) continue;
        if (this.#isServers((address as Deno.NetAddr).hostname)) this.#events.onDatagram(datagram);
        else this.#events.onUnexpectedSource();
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
