/**
 * A UDP socket of a server that tells what goes through it.
 *
 * @module
 */

import { plainAddress } from "../../net/addresses.ts";
import type { Capture } from "../../net/capture/capture.ts";
import { wildcardFor } from "../../net/rtp_socket.ts";

/** Constructor options of {@linkcode CapturedSocket}. */
export interface CapturedSocketOptions {
  readonly capture: Capture;
  /** The multicast group that datagrams come to, if it is one. */
  readonly group: string | undefined;
  /** The address of ours that a client has connected to; `undefined` for one that is not known. */
  readonly reachedBy: (client: string) => string | undefined;
}

/** Sends and receives as the socket does. */
export class CapturedSocket implements Deno.DatagramConn {
  readonly #socket: Deno.DatagramConn;
  readonly #options: CapturedSocketOptions;

  constructor(socket: Deno.DatagramConn, options: CapturedSocketOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  get addr(): Deno.Addr {
    return this.#socket.addr;
  }

  send(packet: Uint8Array, to: Deno.Addr): Promise<number> {
    // It is on its way before it is told of.
    const sending = this.#socket.send(packet, to);
    const from = this.#ours((to as Deno.NetAddr).hostname);
    if (from !== undefined) this.#options.capture.udp(from, to as Deno.NetAddr, packet);
    return sending;
  }

  async receive(buffer?: Uint8Array): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]> {
    const received = await this.#socket.receive(buffer);
    const [packet, from] = received;
    const to = this.#ours((from as Deno.NetAddr).hostname);
    // What a stranger sends comes to an address that is not known.
    if (to !== undefined) this.#options.capture.udp(from as Deno.NetAddr, to, packet);
    return received;
  }

  joinMulticastV4(address: string, networkInterface: string): Promise<Deno.MulticastV4Membership> {
    return this.#socket.joinMulticastV4(address, networkInterface);
  }

  joinMulticastV6(address: string, networkInterface: number): Promise<Deno.MulticastV6Membership> {
    return this.#socket.joinMulticastV6(address, networkInterface);
  }

  close(): void {
    this.#socket.close();
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<[Uint8Array<ArrayBuffer>, Deno.Addr]> {
    while (true) yield await this.receive();
  }

  /** Our end of what `client` sends or is sent. */
  #ours(client: string): { readonly hostname: string; readonly port: number } | undefined {
    const { hostname, port } = this.#socket.addr as Deno.NetAddr;
    const { group, reachedBy } = this.#options;
    const bound = hostname === wildcardFor(hostname) ? undefined : hostname;
    const ours = group ?? reachedBy(client) ?? bound;
    // Packets have two addresses of one family.
    if (ours === undefined || plainAddress(ours).includes(":") !== plainAddress(client).includes(":")) return undefined;
    return { hostname: ours, port };
  }
}
