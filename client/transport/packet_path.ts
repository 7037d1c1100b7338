/**
 * The ways on which a track's packets come: UDP sockets of its own, channels of the RTSP connection, or a multicast group.
 * Each offers itself in SETUP, takes what the server made of the offer, and carries reports back.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Pair, TransportSpec } from "../../rtsp/transport.ts";
import { RtpSocket, RtpSocketPair } from "./rtp_socket.ts";

const log = getLogger(["mjpegrtsp", "rtp"]);

/** Takes what comes; the bytes hold until it returns. */
export interface PacketPathEvents {
  /** An RTP packet. */
  readonly onRtp: (datagram: Uint8Array) => void;
  /** An RTCP packet. */
  readonly onRtcp: (datagram: Uint8Array) => void;
  /** A socket failed while it was open. */
  readonly onError: (error: Error) => void;
}

/** How a track's packets come. */
export interface PacketPath {
  /** What SETUP asks for. */
  readonly offer: TransportSpec;
  /** Packets from another address than the server's: ignored. */
  readonly unexpectedSourcePackets: number;
  /** Takes the first way of the reply to SETUP, if it had one; rejects where that cannot be used. */
  settle(answer: TransportSpec | undefined): Promise<void>;
  /** Lets packets in. */
  accept(): void;
  /** Sends a report to the server, once it is known where to. */
  sendRtcp(packet: Uint8Array): void;
  /** Closes what was opened. */
  close(): void;
}

/** The two ends of the RTSP connection: IP addresses. */
export interface Addresses {
  /** The server's. */
  readonly server: string;
  /** Our own. */
  readonly local: string;
}

/** A pair of UDP sockets for one track. */
export class UdpPath implements PacketPath {
  readonly #addresses: Addresses;
  readonly #sockets: RtpSocketPair;
  #source: string | undefined;

  /** Binds the sockets, to `port` and the next one if a port is given. Throws an error that names a free port. */
  constructor(addresses: Addresses, events: PacketPathEvents, { port }: { readonly port: number | undefined }) {
    this.#addresses = addresses;
    this.#sockets = RtpSocketPair.open({ hostname: wildcardFor(addresses.server), port, ...events });
  }

  get offer(): TransportSpec {
    return { protocol: "udp", isMulticast: false, clientPort: this.#sockets.ports };
  }

  get unexpectedSourcePackets(): number {
    return this.#sockets.rtp.unexpectedSourcePackets;
  }

  settle(answer: TransportSpec | undefined): Promise<void> {
    this.#source = answer?.source;
    // An empty packet from each port opens the way back through firewalls and address translation.
    if (answer?.serverPort !== undefined) this.#sockets.punch(this.#addresses.server, answer.serverPort);
    return Promise.resolve();
  }

  accept(): void {
    this.#sockets.accept([this.#addresses.server, ...(this.#source === undefined ? [] : [this.#source])]);
  }

  sendRtcp(packet: Uint8Array): void {
    this.#sockets.sendRtcp(packet);
  }

  close(): void {
    this.#sockets.close();
  }
}

/** Two channels of the RTSP connection (RFC 2326, 10.12). */
export class InterleavedPath implements PacketPath {
  readonly unexpectedSourcePackets = 0;
  readonly #events: PacketPathEvents;
  readonly #send: (channel: number, packet: Uint8Array) => void;
  #channels: Pair;

  /** Asks for `channels`, and sends by `send`. */
  constructor(
    events: PacketPathEvents,
    options: { readonly channels: Pair; readonly send: (channel: number, packet: Uint8Array) => void },
  ) {
    this.#events = events;
    this.#channels = options.channels;
    this.#send = options.send;
  }

  get offer(): TransportSpec {
    return { protocol: "tcp", isMulticast: false, interleaved: this.#channels };
  }

  settle(answer: TransportSpec | undefined): Promise<void> {
    this.#channels = answer?.interleaved ?? this.#channels;
    return Promise.resolve();
  }

  accept(): void {}

  /** Takes an interleaved packet, if it is this track's. */
  take(channel: number, data: Uint8Array): void {
    if (channel === this.#channels[0]) this.#events.onRtp(data);
    else if (channel === this.#channels[1]) this.#events.onRtcp(data);
  }

  sendRtcp(packet: Uint8Array): void {
    this.#send(this.#channels[1], packet);
  }

  close(): void {}
}

/** A multicast group that the server names. */
export class MulticastPath implements PacketPath {
  readonly offer: TransportSpec = { protocol: "udp", isMulticast: true };
  readonly #addresses: Addresses;
  readonly #events: PacketPathEvents;
  #sources: readonly string[] = [];
  #rtp: RtpSocket | undefined;
  #rtcp: RtpSocket | undefined;
  /** Bound to our own address, so that reports leave by the interface that packets come in by. */
  #sender: RtpSocket | undefined;
  #reportsTo: Deno.NetAddr | undefined;

  /** Joins nothing before the server has named a group. */
  constructor(addresses: Addresses, events: PacketPathEvents) {
    this.#addresses = addresses;
    this.#events = events;
  }

  get unexpectedSourcePackets(): number {
    return this.#rtp?.unexpectedSourcePackets ?? 0;
  }

  async settle(answer: TransportSpec | undefined): Promise<void> {
    const { destination: group, port: ports, source, ttl } = answer ?? {};
    if (answer?.isMulticast !== true || group === undefined || ports === undefined || !isMulticastGroup(group)) {
      throw new Error("The server named no multicast group and port: try --transport udp or tcp");
    }
    const { server, local } = this.#addresses;
    const { onRtp, onRtcp, onError } = this.#events;
    this.#sources = [server, ...(source === undefined ? [] : [source])];
    // Bound to the group, a socket gets nothing of other groups; neither Windows nor IPv6 without a scope have that.
    const isBindable = Deno.build.os !== "windows" && !group.includes(":");
    const hostname = isBindable ? group : wildcardFor(group);
    const shared = { hostname, isShared: true, onError };
    this.#rtp = RtpSocket.open({ ...shared, port: ports[0], onDatagram: onRtp });
    this.#rtcp = RtpSocket.open({ ...shared, port: ports[1], onDatagram: onRtcp });
    this.#sender = RtpSocket.open({ hostname: local, port: 0, onDatagram() {}, onError });
    this.#reportsTo = { transport: "udp", hostname: group, port: ports[1] };
    for (const socket of [this.#rtp, this.#rtcp, this.#sender]) await socket.join(group, { local, ttl });
    log.info("joined {group}, port {port}", { group, port: ports[0] });
  }

  accept(): void {
    this.#rtp?.accept(this.#sources);
    this.#rtcp?.accept(this.#sources);
  }

  sendRtcp(packet: Uint8Array): void {
    if (this.#reportsTo !== undefined) this.#sender?.send(packet, this.#reportsTo);
  }

  close(): void {
    for (const socket of [this.#rtp, this.#rtcp, this.#sender]) socket?.close();
  }
}

/** Whether an IP address is that of a group: 224.0.0.0/4 or ff00::/8. */
export function isMulticastGroup(address: string): boolean {
  const first = /^(\d{1,3})\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.exec(address)?.[1];
  return first === undefined ? /^ff[0-9a-f]{2}:[0-9a-f:.]+$/i.test(address) : Number(first) >> 4 === 14;
}

/** All addresses of the family that `address` is of. */
function wildcardFor(address: string): string {
  return address.includes(":") ? "::" : "0.0.0.0";
}
