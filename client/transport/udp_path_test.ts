import { assert, assertEquals, assertThrows } from "@std/assert";
import { bindUdpPortPair, udpPortOf } from "../../net/udp_ports.ts";
import { collectPackets, LOOPBACK, openSender } from "../../tests/support/packet_paths.ts";
import { until } from "../../tests/support/until.ts";
import { UdpPath } from "./udp_path.ts";

Deno.test({
  name: "UdpPath takes packets from the server and from the source that it names",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { rtp, counts, events } = collectPackets();
    const path = new UdpPath(LOOPBACK, events);
    using server = openSender("127.0.0.1");
    using source = openSender("127.0.0.3");
    using unexpected = openSender("127.0.0.2");
    try {
      await path.configure({ protocol: "udp", isMulticast: false, source: "127.0.0.3" });
      const to = { hostname: "127.0.0.1", port: path.offer.clientPort![0] };
      await server.send(0, to);
      path.accept();
      for (const [from, byte] of [[server, 1], [unexpected, 2], [source, 3]] as const) await from.send(byte, to);
      await until(() => rtp.includes(3));
      assert(!rtp.includes(2) && rtp.includes(1));
      assertEquals(counts.unexpectedSources, 1);
    } finally {
      path.close();
    }
  },
});

Deno.test("UdpPath binds an even port and the next one, or the port that it is given", () => {
  const { events } = collectPackets();
  const any = new UdpPath(LOOPBACK, events);
  const [even, next] = any.offer.clientPort!;
  assertEquals([even % 2, next - even], [0, 1]);
  any.close();
  const free = bindUdpPortPair("0.0.0.0");
  const port = udpPortOf(free[0]);
  for (const socket of free) socket.close();
  const given = new UdpPath(LOOPBACK, { ...events, port });
  assertEquals(given.offer.clientPort, [port, port + 1]);
  given.close();
});

Deno.test({
  name: "UdpPath names another port where one of its own is taken, and leaves no socket open",
  sanitizeResources: true,
  fn() {
    const { events } = collectPackets();
    const [free, taken] = bindUdpPortPair("0.0.0.0");
    const port = udpPortOf(free);
    free.close();
    try {
      const open = () => new UdpPath(LOOPBACK, { ...events, port });
      assertThrows(open, Error, `RTP port ${port + 1} is taken by another program: choose another, for instance`);
    } finally {
      taken.close();
    }
  },
});

Deno.test("UdpPath opens the way back by an empty packet to the server's port, and reports to the next one", async () => {
  const { events } = collectPackets();
  const path = new UdpPath(LOOPBACK, events);
  using rtp = openSender("127.0.0.1");
  using rtcp = openSender("127.0.0.1");
  try {
    path.sendRtcp(Uint8Array.of(1));
    await path.configure({ protocol: "udp", isMulticast: false, serverPort: [rtp.port, rtcp.port] });
    path.sendRtcp(Uint8Array.of(2));
    assertEquals(await rtp.receive(), Uint8Array.of(0x80, ...Array(11).fill(0)));
    assertEquals(await rtcp.receive(), Uint8Array.of(2));
  } finally {
    path.close();
  }
});

Deno.test("UdpPath takes packets from the ports that the server names only", async () => {
  const { rtp, rtcp, counts, events } = collectPackets();
  const path = new UdpPath(LOOPBACK, events);
  using server = openSender("127.0.0.1");
  using reporter = openSender("127.0.0.1");
  using stranger = openSender("127.0.0.1");
  try {
    await path.configure({ protocol: "udp", isMulticast: false, serverPort: [server.port, reporter.port] });
    path.accept();
    const [rtpPort, rtcpPort] = path.offer.clientPort!;
    for (const [from, byte] of [[stranger, 1], [server, 2]] as const) {
      await from.send(byte, { hostname: "127.0.0.1", port: rtpPort });
    }
    for (const [from, byte] of [[stranger, 3], [reporter, 4]] as const) {
      await from.send(byte, { hostname: "127.0.0.1", port: rtcpPort });
    }
    await until(() => rtp.includes(2) && rtcp.includes(4));
    assertEquals([rtp, rtcp, counts.unexpectedSources], [[2], [4], 2]);
  } finally {
    path.close();
  }
});
