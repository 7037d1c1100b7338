/**
 * A track's packets over UDP (RFC 2326, 12.39): a pair of sockets of its own.
 *
 * @module
 */

import type { TransportSpec } from "../../rtsp/transport.ts";
import { type Addresses, type PacketPath, type PacketPathEvents, wildcardFor } from "./packet_path.ts";
import { RtpSocketPair } from "./rtp_socket_pair.ts";

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

  configure(answer: TransportSpec | undefined): Promise<void> {
    this.#source = answer?.source;
    // An empty packet opens the way back through firewalls and address translation.
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
