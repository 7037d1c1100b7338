/**
 * The UDP socket that the server's packets come to. Takes them from the server's address only.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { plainAddress } from "../../net/addresses.ts";
import { freeUdpPort } from "../../net/udp_ports.ts";

const log = getLogger(["mjpegrtsp", "rtp"]);

const DATAGRAM_MAX_BYTES = 65_536;

/** How to open an {@linkcode RtpSocket}. */
export interface RtpSocketOptions {
  /** Address to bind to: `0.0.0.0`, or `::` for a server with an IPv6 address; or a multicast group. */
  readonly hostname: string;
  /** UDP port, 1 to 65535; 0 for any, where nobody needs to know it. */
  readonly port: number;
  /** Whether other programs may bind it, too, as receivers of one multicast group do; default false. */
  readonly isShared?: boolean;
  /** Called with each datagram, whose bytes hold until it returns. */
  readonly onDatagram: (datagram: Uint8Array) => void;
  /** Called when the socket fails while it is open. */
  readonly onError: (error: Error) => void;
}

/** A bound socket that reads until it is closed. */
export class RtpSocket {
  readonly #conn: Deno.DatagramConn;
  readonly #options: RtpSocketOptions;
  #serverAddresses: readonly string[] = [];
  #unexpectedSourcePackets = 0;
  /** The address that was let in last, as the socket gives it. */
  #lastServer: string | undefined;
  #isClosed = false;

  private constructor(conn: Deno.DatagramConn, options: RtpSocketOptions) {
    this.#conn = conn;
    this.#options = options;
    this.#read();
  }

  /** Binds the port. Throws an error that names a free port where it is taken. */
  static open(options: RtpSocketOptions): RtpSocket {
    const { hostname, port, isShared = false } = options;
    try {
      return new RtpSocket(Deno.listenDatagram({ transport: "udp", hostname, port, reuseAddress: isShared }), options);
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) {
        throw new Error(
          `RTP port ${port} is taken by another program: choose another, for instance ${freeUdpPort(hostname)}`,
        );
      }
      throw new Error(`Cannot receive on RTP port ${port}: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** The UDP port. */
  get port(): number {
    return this.#options.port;
  }

  /** Datagrams that came from another address than the server's. */
  get unexpectedSourcePackets(): number {
    return this.#unexpectedSourcePackets;
  }

  /** Lets the datagrams of these IP addresses in; without one all are ignored. */
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
      if (!this.#isClosed) log.info("nothing can be sent to {address}: {reason}", { address, reason: error.message });
    });
  }

  /** Closes the socket. */
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
        if (this.#serverAddresses.length === 0) continue;
        if (this.#isServers((address as Deno.NetAddr).hostname)) this.#options.onDatagram(datagram);
        else this.#unexpectedSourcePackets++;
      } catch (error) {
        // Windows reports an ICMP "port unreachable" for something sent before as an error of receiving.
        if (error instanceof Deno.errors.ConnectionReset) continue;
        if (!this.#isClosed) this.#options.onError(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
  }
}

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
  /** Called when a socket fails while it is open. */
  readonly onError: (error: Error) => void;
}

const PAIR_TRIES = 50;
/** An RTP header without a payload: nothing to any receiver, and enough to open a way back. */
const EMPTY_PACKET = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** Two sockets side by side, for RTP and RTCP (RFC 3550, 11). */
export class RtpSocketPair {
  /** The even one. */
  readonly rtp: RtpSocket;
  readonly #rtcp: RtpSocket;
  #rtcpAddress: Deno.NetAddr | undefined;

  private constructor(rtp: RtpSocket, rtcp: RtpSocket) {
    this.rtp = rtp;
    this.#rtcp = rtcp;
  }

  /** Binds both. Throws an error that names a free port where one is taken. */
  static open({ hostname, port, onRtp, onRtcp, onError }: RtpSocketPairOptions): RtpSocketPair {
    for (let attempt = 1;; attempt++) {
      const first = port ?? freeUdpPort(hostname) & ~1;
      let rtp: RtpSocket | undefined;
      try {
        rtp = RtpSocket.open({ hostname, port: first, onDatagram: onRtp, onError });
        const rtcp = RtpSocket.open({ hostname, port: first + 1, onDatagram: onRtcp, onError });
        return new RtpSocketPair(rtp, rtcp);
      } catch (error) {
        rtp?.close();
        if (port !== undefined || attempt >= PAIR_TRIES) throw error;
      }
    }
  }

  /** The two ports. */
  get ports(): readonly [rtp: number, rtcp: number] {
    return [this.rtp.port, this.#rtcp.port];
  }

  /** Lets the datagrams of these IP addresses in; without one all are ignored. */
  accept(serverAddresses: readonly string[]): void {
    this.rtp.accept(serverAddresses);
    this.#rtcp.accept(serverAddresses);
  }

  /** Opens the way back from the server's ports, and remembers where reports go. */
  punch(serverAddress: string, [rtpPort, rtcpPort]: readonly [number, number]): void {
    const address = (port: number): Deno.NetAddr => ({ transport: "udp", hostname: serverAddress, port });
    this.#rtcpAddress = address(rtcpPort);
    this.rtp.send(EMPTY_PACKET, address(rtpPort));
  }

  /** Sends a report to the server, once it is known where to. */
  sendRtcp(packet: Uint8Array): void {
    if (this.#rtcpAddress !== undefined) this.#rtcp.send(packet, this.#rtcpAddress);
  }

  /** Closes both sockets. */
  close(): void {
    this.rtp.close();
    this.#rtcp.close();
  }
}
