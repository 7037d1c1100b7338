import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { reservePort } from "../tests/support/ports.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { RtpSocket } from "./rtp_socket.ts";
import { SourceFilter } from "./source_filter.ts";

/** A sender bound to one of the loopback's addresses. */
function sender(hostname: string): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
}

Deno.test({
  name: "RtpSocket takes the server's datagrams, and tells of those from unexpected sources",
  // Only Linux has all of 127.0.0.0/8 as addresses of its own.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const port = reservePort();
    const received: number[] = [];
    const done = Promise.withResolvers<void>();
    let unexpectedSources = 0;
    const socket = RtpSocket.bind({ hostname: "0.0.0.0", port }, {
      onDatagram(datagram) {
        received.push(datagram[0]);
        if (datagram[0] === 9) done.resolve();
      },
      onUnexpectedSource: () => unexpectedSources++,
      onError: (error) => done.reject(error),
    });
    const server = sender("127.0.0.1");
    const unexpected = sender("127.0.0.2");
    try {
      socket.accept(new SourceFilter({ addresses: ["127.0.0.1"], clock: new FakeClock() }));
      const to = { transport: "udp", hostname: "127.0.0.1", port } as const;
      for (const [from, byte] of [[unexpected, 1], [server, 2], [unexpected, 3], [server, 9]] as const) {
        await from.send(new Uint8Array([byte]), to);
      }
      await done.promise;
      assertEquals(received, [2, 9]);
      assertEquals([unexpectedSources, socket.port], [2, port]);
    } finally {
      for (const closing of [socket, server, unexpected]) closing.close();
    }
  },
});

Deno.test("RtpSocket names another port where its own is taken", () => {
  const taken = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  try {
    const { port } = taken.addr as Deno.NetAddr;
    const events = { onDatagram() {}, onUnexpectedSource() {}, onError() {} };
    const open = () => RtpSocket.bind({ hostname: "0.0.0.0", port }, events);
    const { message } = assertThrows(open, Error);
    assertMatch(
      message,
      new RegExp(`^RTP port ${port} is taken by another program: choose another, for instance \\d+$`),
    );
  } finally {
    taken.close();
  }
});

Deno.test("RtpSocket.close() may be called twice and reports no error", async () => {
  const errors: Error[] = [];
  const socket = RtpSocket.bind({ hostname: "127.0.0.1", port: 0 }, {
    ...{ onDatagram() {}, onUnexpectedSource() {} },
    onError: (error) => errors.push(error),
  });
  socket.close();
  socket.close();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(errors, []);
});
