/**
 * What comes on a packet path, and who sends it there.
 *
 * @module
 */

import { FakeClock } from "./fake_clock.ts";
import type { PacketPathEvents } from "../../client/transport/packet_path.ts";

/** Both ends of the RTSP connection on this machine. */
export const LOOPBACK = { server: "127.0.0.1", local: "127.0.0.1" };

/** The first bytes of what comes. */
export function collectPackets() {
  const rtp: number[] = [];
  const rtcp: number[] = [];
  const counts = { unexpectedSources: 0 };
  const events: PacketPathEvents & { readonly clock: FakeClock } = {
    clock: new FakeClock(),
    onRtp: (datagram) => rtp.push(datagram[0]),
    onRtcp: (datagram) => rtcp.push(datagram[0]),
    onUnexpectedSource: () => counts.unexpectedSources++,
    onError(error) {
      throw error;
    },
  };
  return { rtp, rtcp, counts, events };
}

/** A sender bound to an address of this machine. */
export function openSender(hostname: string) {
  const conn = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  return {
    port: (conn.addr as Deno.NetAddr).port,
    async send(byte: number, to: { hostname: string; port: number }): Promise<void> {
      await conn.send(Uint8Array.of(byte), { transport: "udp", ...to });
    },
    /** The next datagram that comes to it. */
    async receive(): Promise<Uint8Array> {
      return (await conn.receive())[0];
    },
    [Symbol.dispose]: () => conn.close(),
  };
}
