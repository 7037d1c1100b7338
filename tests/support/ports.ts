/**
 * Ports that are free at the moment.
 *
 * @module
 */

/** A free TCP port of the loopback. */
export function freeTcpPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A UDP port that is free on all addresses. */
export function freeUdpPort(): number {
  const conn = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  const { port } = conn.addr as Deno.NetAddr;
  conn.close();
  return port;
}
