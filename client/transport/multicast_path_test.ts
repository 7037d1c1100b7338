import { assertEquals, assertRejects } from "@std/assert";
import type { TransportSpec } from "../../rtsp/fields/transport.ts";
import { collectPackets, LOOPBACK, openSender } from "../../tests/support/packet_paths.ts";
import { reservePort } from "../../tests/support/ports.ts";
import { until } from "../../tests/support/until.ts";
import { isMulticastGroup, MulticastPath } from "./multicast_path.ts";

const GROUP = "239.255.77.7";

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
    const path = new MulticastPath(LOOPBACK, collectPackets().events);
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
    const [one, other] = [collectPackets(), collectPackets()];
    const paths = [new MulticastPath(LOOPBACK, one.events), new MulticastPath(LOOPBACK, other.events)];
    using server = openSender("127.0.0.1");
    using unexpected = openSender("127.0.0.2");
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
      await unexpected.send(1, { hostname: GROUP, port });
      await server.send(2, { hostname: GROUP, port });
      await server.send(3, { hostname: GROUP, port: port + 1 });
      paths[0].sendRtcp(Uint8Array.of(4));
      for (const { rtp, rtcp } of [one, other]) {
        await until(() => rtp.length === 1 && rtcp.length === 2);
        assertEquals([rtp, rtcp.toSorted()], [[2], [3, 4]]);
      }
      assertEquals([one, other].map(({ counts }) => counts.unexpectedSources), [1, 1]);
    } finally {
      for (const path of paths) path.close();
    }
  },
});

Deno.test("MulticastPath joins groups of IPv6", async () => {
  const port = reservePort();
  const { rtp, events } = collectPackets();
  const path = new MulticastPath({ server: "::1", local: "::1" }, events);
  using server = openSender("::1");
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
  const { rtp, events } = collectPackets();
  const path = new MulticastPath({ server: "192.0.2.9", local: "127.0.0.1" }, events);
  using source = openSender("127.0.0.1");
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
