/**
 * The UDP sockets that all sessions share: one pair for RTP and RTCP, and those of the lab's multi-flow fork, each opened when it is
 * first wanted. Packets leave here, and reports of clients come in.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { ServerCapture } from "../capture/server_capture.ts";
import { bindUdpPortPair, udpPortOf } from "../../net/udp_ports.ts";
import { MAX_DATAGRAM_BYTES } from "../../net/limits.ts";

const log = getLogger(["mjpegrtsp", "rtp"]);

/** Port of the multi-flow fork's first socket; the others follow. */
export const FIRST_FLOW_PORT = 23_456;

/** Called with what clients send; the bytes hold until it returns. */
export type RtcpListener = (packet: Uint8Array, from: Deno.NetAddr) => void;

/** Opens and shares the sockets of one server. */
export class RtpSockets {
  readonly #hostname: string;
  readonly #pair: readonly [rtp: Deno.DatagramConn, rtcp: Deno.DatagramConn];
  readonly #flows: Deno.DatagramConn[] = [];
  readonly #capture: ServerCapture | undefined;
  #isClosed = false;

  /** Binds an even port of `hostname` and the next one, both free. `capture` hears of all that goes through them. */
  constructor(hostname: string, onRtcp: RtcpListener, capture?: ServerCapture) {
    this.#hostname = hostname;
    this.#capture = capture;
    const [rtp, rtcp] = bindUdpPortPair(hostname);
    this.#pair = [capture?.socket(rtp) ?? rtp, capture?.socket(rtcp) ?? rtcp];
    // Clients send to the RTP port to open firewalls: read it, so that nothing piles up.
    this.#read(this.#pair[0], () => {});
    this.#read(this.#pair[1], onRtcp);
  }

  /** The socket for RTP. */
  get main(): Deno.DatagramConn {
    return this.#pair[0];
  }

  /** The socket for RTCP. */
  get rtcp(): Deno.DatagramConn {
    return this.#pair[1];
  }

  /** The ports of the pair. */
  get ports(): readonly [rtp: number, rtcp: number] {
    return [udpPortOf(this.#pair[0]), udpPortOf(this.#pair[1])];
  }

  /** The sockets of a session with `count` flows, bound to ports of their own from {@linkcode FIRST_FLOW_PORT} on. */
  flows(count: number): readonly Deno.DatagramConn[] {
    while (this.#flows.length < count) {
      const socket = this.#openFlow(FIRST_FLOW_PORT + this.#flows.length);
      this.#flows.push(this.#capture?.socket(socket) ?? socket);
    }
    return this.#flows.slice(0, count);
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of [...this.#pair, ...this.#flows]) socket.close();
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

  async #read(socket: Deno.DatagramConn, listener: RtcpListener): Promise<void> {
    const buffer = new Uint8Array(MAX_DATAGRAM_BYTES);
    while (!this.#isClosed) {
      try {
        const [packet, from] = await socket.receive(buffer);
        listener(packet, from as Deno.NetAddr);
      } catch (error) {
        // Windows reports an ICMP "port unreachable" for a datagram sent before as an error of receiving.
        if (this.#isClosed || error instanceof Deno.errors.ConnectionReset) continue;
        log.error("Reports of clients cannot be read any more: {reason}", { reason: String(error) });
        return;
      }
    }
  }
}
