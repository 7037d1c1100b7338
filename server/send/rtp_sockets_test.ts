import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { FIRST_FLOW_PORT, RtpSockets } from "./rtp_sockets.ts";

function portOf(socket: Deno.DatagramConn): number {
  return (socket.addr as Deno.NetAddr).port;
}

Deno.test("RtpSockets opens flows from 23456 on, once, or on free ports where those are taken", () => {
  const sockets = new RtpSockets("127.0.0.1", () => {});
  try {
    const [first, second] = sockets.flows(2);
    assertNotEquals(portOf(first), portOf(second));
    assertStrictEquals(sockets.flows(3)[1], second);
    assertEquals(sockets.flows(1).length, 1);
    const other = new RtpSockets("127.0.0.1", () => {});
    try {
      // Whoever else has the port, it cannot be had twice.
      assertNotEquals(portOf(other.flows(1)[0]), portOf(first));
      if (portOf(first) === FIRST_FLOW_PORT) assertNotEquals(portOf(other.flows(1)[0]), FIRST_FLOW_PORT);
    } finally {
      other.close();
    }
  } finally {
    sockets.close();
  }
});

Deno.test("RtpSockets has an even port for RTP and the next one for RTCP, whose datagrams it hands on", async () => {
  const received = Promise.withResolvers<[number, number]>();
  const sockets = new RtpSockets("127.0.0.1", (packet, from) => received.resolve([packet[0], from.port]));
  const client = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    const [rtp, rtcp] = sockets.ports;
    assertEquals([rtp % 2, rtcp - rtp], [0, 1]);
    await client.send(Uint8Array.of(1), { transport: "udp", hostname: "127.0.0.1", port: rtp });
    await client.send(Uint8Array.of(2), { transport: "udp", hostname: "127.0.0.1", port: rtcp });
    assertEquals(await received.promise, [2, portOf(client)]);
  } finally {
    client.close();
    sockets.close();
  }
});
