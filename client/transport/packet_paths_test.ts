import { assert, assertEquals, assertRejects } from "@std/assert";
import { bindUdpPortPair, udpPortOf } from "../../net/udp_ports.ts";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import type { TransportSpec } from "../../rtsp/transport.ts";
import { reservePort } from "../../tests/support/ports.ts";
import { InterleavedPath } from "./interleaved_path.ts";
import { isMulticastGroup, MulticastPath } from "./multicast_path.ts";
import type { PacketPathEvents } from "./packet_path.ts";
import { UdpPath } from "./udp_path.ts";
import { soon, until } from "../../tests/support/until.ts";

const GROUP = "239.255.77.7";
const LOOPBACK = { server: "127.0.0.1", local: "127.0.0.1" };

/** What comes, and a way to wait for it. */
function collect() {
  const rtp: number[] = [];
  const rtcp: number[] = [];
  const unexpected = { count: 0 };
  const events: PacketPathEvents = {
    onRtp: (datagram) => rtp.push(datagram[0]),
    onRtcp: (datagram) => rtcp.push(datagram[0]),
    onUnexpectedSource: () => unexpected.count++,
    onError(error) {
      throw error;
    },
  };
  return { rtp, rtcp, unexpected, events };
}

/** A sender bound to an address of the loopback. */
function sender(hostname: string) {
  const conn = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  return {
    async send(byte: number, to: { hostname: string; port: number }): Promise<void> {
      await conn.send(Uint8Array.of(byte), { transport: "udp", ...to });
    },
    [Symbol.dispose]: () => conn.close(),
  };
}

const GROUPS: readonly [address: string, isGroup: boolean][] = [
  ["223.255.255.255", false],
  ["224.0.0.1", true],
  ["239.255.255.255", true],
  ["240.0.0.1", false],
  ["127.0.0.1", false],
  ["ff02::1", true],
  ["fe80::1", false],
  ["::1", false],
  ["camera.example", false],
  ["", false],
];

for (const [address, isGroup] of GROUPS) {
  Deno.test(`isMulticastGroup() takes ${JSON.stringify(address)} for ${isGroup ? "one" : "none"}`, () => {
    assertEquals(isMulticastGroup(address), isGroup);
  });
}

const UNUSABLE: readonly [title: string, answer: TransportSpec | undefined][] = [
  ["no Transport", undefined],
  ["unicast", { protocol: "udp", isMulticast: false, clientPort: [5000, 5001] }],
  ["no destination", { protocol: "udp", isMulticast: true, port: [5000, 5001] }],
  ["no port", { protocol: "udp", isMulticast: true, destination: GROUP }],
  ["no group", { protocol: "udp", isMulticast: true, destination: "127.0.0.1", port: [5000, 5001] }],
];

for (const [title, answer] of UNUSABLE) {
  Deno.test(`MulticastPath refuses an answer with ${title}`, async () => {
    const path = new MulticastPath(LOOPBACK, collect().events);
    await assertRejects(() => path.configure(answer), Error, "The server named no multicast group and port");
    path.close();
  });
}

Deno.test({
  name: "MulticastPath takes the server's packets of its group, beside other receivers, and reports to the group",
  // Only Linux has all of 127.0.0.0/8 as addresses of its own.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const port = reservePort();
    const [one, other] = [collect(), collect()];
    const paths = [new MulticastPath(LOOPBACK, one.events), new MulticastPath(LOOPBACK, other.events)];
    using server = sender("127.0.0.1");
    using elsewhere = sender("127.0.0.2");
    try {
      for (const path of paths) {
        await path.configure({
          protocol: "udp",
          isMulticast: true,
          destination: GROUP,
          port: [port, port + 1],
          ttl: 1,
        });
        path.accept();
      }
      await elsewhere.send(1, { hostname: GROUP, port });
      await server.send(2, { hostname: GROUP, port });
      await server.send(3, { hostname: GROUP, port: port + 1 });
      paths[0].sendRtcp(Uint8Array.of(4));
      for (const { rtp, rtcp } of [one, other]) {
        await until(() => rtp.length === 1 && rtcp.length === 2);
        assertEquals([rtp, rtcp.toSorted()], [[2], [3, 4]]);
      }
      assertEquals([one, other].map(({ unexpected }) => unexpected.count), [1, 1]);
    } finally {
      for (const path of paths) path.close();
    }
  },
});

Deno.test("MulticastPath joins groups of IPv6", async () => {
  const port = reservePort();
  const { rtp, events } = collect();
  const path = new MulticastPath({ server: "::1", local: "::1" }, events);
  using server = sender("::1");
  try {
    await path.configure({ protocol: "udp", isMulticast: true, destination: "ff02::7:7", port: [port, port + 1] });
    path.accept();
    // Whichever interface the group is on, the port is bound, and the source is checked.
    await server.send(6, { hostname: "::1", port });
    await until(() => rtp.length === 1);
  } finally {
    path.close();
  }
});

Deno.test("MulticastPath takes packets from the source that the server names", async () => {
  const port = reservePort();
  const { rtp, events } = collect();
  const path = new MulticastPath({ server: "192.0.2.9", local: "127.0.0.1" }, events);
  using source = sender("127.0.0.1");
  try {
    const answer = { protocol: "udp", isMulticast: true, destination: GROUP, port: [port, port + 1] } as const;
    await path.configure({ ...answer, source: "127.0.0.1" });
    path.accept();
    await source.send(5, { hostname: GROUP, port });
    await until(() => rtp.length === 1);
  } finally {
    path.close();
  }
});

Deno.test({
  name: "UdpPath takes packets from the server and from the source that it names",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { rtp, unexpected, events } = collect();
    const path = new UdpPath(LOOPBACK, events, { port: undefined });
    using server = sender("127.0.0.1");
    using source = sender("127.0.0.3");
    using elsewhere = sender("127.0.0.2");
    try {
      await path.configure({ protocol: "udp", isMulticast: false, source: "127.0.0.3" });
      const to = { hostname: "127.0.0.1", port: path.offer.clientPort![0] };
      await server.send(0, to);
      path.accept();
      for (const [from, byte] of [[server, 1], [elsewhere, 2], [source, 3]] as const) await from.send(byte, to);
      await until(() => rtp.includes(3));
      assert(!rtp.includes(2) && rtp.includes(1));
      assertEquals(unexpected.count, 1);
    } finally {
      path.close();
    }
  },
});

Deno.test("UdpPath sends an empty packet to the server's RTP port, which opens the way back, and reports to its RTCP port", async () => {
  const [serverRtp, serverRtcp] = bindUdpPortPair("127.0.0.1");
  const path = new UdpPath(LOOPBACK, collect().events, { port: undefined });
  try {
    const serverPort = [udpPortOf(serverRtp), udpPortOf(serverRtcp)] as const;
    await path.configure({ protocol: "udp", isMulticast: false, serverPort });
    const [opening, openingFrom] = await soon(serverRtp.receive());
    assertEquals(decodeRtpPacket(opening).payload.length, 0);
    assertEquals((openingFrom as Deno.NetAddr).port, path.offer.clientPort![0]);
    path.sendRtcp(Uint8Array.of(7));
    const [report, reportFrom] = await soon(serverRtcp.receive());
    assertEquals([report, (reportFrom as Deno.NetAddr).port], [Uint8Array.of(7), path.offer.clientPort![1]]);
  } finally {
    path.close();
    serverRtp.close();
    serverRtcp.close();
  }
});

Deno.test("InterleavedPath takes its own channels, those that the server chose", async () => {
  const { rtp, rtcp, events } = collect();
  const sent: [number, number][] = [];
  const path = new InterleavedPath(events, {
    channels: [2, 3],
    send: (channel, packet) => sent.push([channel, packet[0]]),
  });
  assertEquals(path.offer.interleaved, [2, 3]);
  await path.configure({ protocol: "tcp", isMulticast: false, interleaved: [8, 9] });
  for (const channel of [0, 2, 3, 8, 9, 10]) path.take(channel, Uint8Array.of(channel));
  path.sendRtcp(Uint8Array.of(7));
  assertEquals([rtp, rtcp, sent], [[8], [9], [[9, 7]]]);
});
