/**
 * UDP ports: pairs of an even port and the next for RTP and RTCP (RFC 3550, 11), and free ports.
 *
 * @module
 */

const PAIR_TRIES = 50;

/** Binds a free even port of `hostname` and the next one. Throws if it finds no such pair. */
export function bindUdpPortPair(hostname: string): [rtp: Deno.DatagramConn, rtcp: Deno.DatagramConn] {
  for (let attempt = 1;; attempt++) {
    const first = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    const port = udpPortOf(first);
    try {
      if (port % 2 === 0) return [first, Deno.listenDatagram({ transport: "udp", hostname, port: port + 1 })];
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse) || attempt >= PAIR_TRIES) {
        first.close();
        throw error;
      }
    }
    first.close();
  }
}

/** The port of a bound socket. */
export function udpPortOf(socket: Deno.DatagramConn): number {
  return (socket.addr as Deno.NetAddr).port;
}

/** A UDP port of `hostname` that is free now; another program may take it the next moment. */
export function freeUdpPort(hostname: string): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  const port = udpPortOf(socket);
  socket.close();
  return port;
}
