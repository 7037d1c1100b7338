/**
 * A socket whose datagrams are collected.
 *
 * @module
 */

/** Where it receives. */
export interface UdpReceiverOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** A group to join on the loopback. */
  readonly group?: string;
}

/** Receives until it is disposed of. */
export class UdpReceiver implements Disposable {
  readonly port: number;
  readonly datagrams: Uint8Array[] = [];
  /** Where each of them came from. */
  readonly senders: Deno.NetAddr[] = [];
  readonly #socket: Deno.DatagramConn;
  #received = 0;
  #isClosed = false;

  private constructor(socket: Deno.DatagramConn) {
    this.#socket = socket;
    this.port = (socket.addr as Deno.NetAddr).port;
    this.#collect();
  }

  static async open({ port = 0, group }: UdpReceiverOptions = {}): Promise<UdpReceiver> {
    const isShared = group !== undefined;
    const hostname = isShared ? "0.0.0.0" : "127.0.0.1";
    const socket = Deno.listenDatagram({ transport: "udp", hostname, port, reuseAddress: isShared });
    if (group !== undefined) await socket.joinMulticastV4(group, "127.0.0.1");
    return new UdpReceiver(socket);
  }

  /** How many datagrams have come; `undefined` once it is closed. */
  get received(): number | undefined {
    return this.#isClosed ? undefined : this.#received;
  }

  [Symbol.dispose](): void {
    if (!this.#isClosed) this.#socket.close();
    this.#isClosed = true;
  }

  async #collect(): Promise<void> {
    for await (const [datagram, sender] of this.#socket) {
      this.#received++;
      this.senders.push(sender as Deno.NetAddr);
      this.datagrams.push(datagram);
    }
  }
}
