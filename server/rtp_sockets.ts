/**
 * The UDP sockets that all sessions send from: one for everybody, and those of the lab's multi-flow fork, each opened
 * when it is first wanted. The last station of a packet.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";

const log = getLogger(["mjpegrtsp", "rtp"]);

/** Port of the multi-flow fork's first socket; the others follow. */
export const FIRST_FLOW_PORT = 23_456;

/** Opens and shares the sockets of one server. */
export class RtpSockets {
  readonly #hostname: string;
  readonly #main: Deno.DatagramConn;
  readonly #flows: Deno.DatagramConn[] = [];

  /** Binds the socket for everybody to a free port of `hostname`. */
  constructor(hostname: string) {
    this.#hostname = hostname;
    this.#main = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  }

  /** The socket of a session without flows. */
  get main(): Deno.DatagramConn {
    return this.#main;
  }

  /** The sockets of a session with `count` flows, bound to ports of their own from {@linkcode FIRST_FLOW_PORT} on. */
  flows(count: number): readonly Deno.DatagramConn[] {
    while (this.#flows.length < count) this.#flows.push(this.#openFlow(FIRST_FLOW_PORT + this.#flows.length));
    return this.#flows.slice(0, count);
  }

  /** Closes all sockets. */
  close(): void {
    this.#main.close();
    for (const socket of this.#flows) socket.close();
  }

  #openFlow(port: number): Deno.DatagramConn {
    try {
      return Deno.listenDatagram({ transport: "udp", hostname: this.#hostname, port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      log.warn("UDP port {port} for a flow is taken by another program: using a free one", { port });
      return Deno.listenDatagram({ transport: "udp", hostname: this.#hostname, port: 0 });
    }
  }
}
