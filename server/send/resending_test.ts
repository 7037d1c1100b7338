/** What a client over UDP has lost is sent again to it, and to nobody else. */
import { assert, assertEquals } from "@std/assert";
import { bindUdpPortPair, udpPortOf } from "../../net/udp_ports.ts";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { encodeRtcp } from "../../rtp/rtcp.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { serve } from "../../tests/support/rtsp_test_server.ts";
import { UdpReceiver } from "../../tests/support/udp_receiver.ts";
import { BURST_PACKETS } from "../limits.ts";

/** A server that plays a movie of large frames to a client over UDP, which has its first packets. */
async function play() {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await serve({ loop: true }));
  const pair = bindUdpPortPair("127.0.0.1");
  const [port, rtcpPort] = pair.map(udpPortOf);
  pair[0].close();
  const rtcp = stack.adopt(pair[1], (socket) => socket.close());
  const receiver = await server.receive({ port });
  const client = await server.connect();
  const Transport = `RTP/AVP;unicast;client_port=${port}-${rtcpPort}`;
  const setup = await client.ask("SETUP", "large.mjpeg", { Transport });
  const { serverPort, ssrc } = decodeTransports(setup.headers.get("Transport")!)[0];
  await client.ask("PLAY", "large.mjpeg", { Session: setup.session! });
  await server.advance(500);
  const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: serverPort![1] };
  return {
    server,
    receiver,
    /** Asks for packets again. */
    nack: (sequenceNumbers: readonly number[], { from = rtcp, mediaSsrc = ssrc! } = {}) =>
      from.send(encodeRtcp([{ kind: "nack", ssrc: 1, mediaSsrc, sequenceNumbers }]), to),
    numbers: () => receiver.datagrams.map((datagram) => decodeRtpPacket(datagram).sequenceNumber),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("packets that a client asks for are sent again as they were, in bursts", async () => {
  await using playing = await play();
  const { server, receiver, numbers } = playing;
  const sent = [...receiver.datagrams];
  assert(sent.length > 2 * BURST_PACKETS, `${sent.length}`);
  const wanted = numbers().slice(-2 * BURST_PACKETS);
  await playing.nack([...wanted, ...wanted.slice(0, 3)]);
  await server.advanceUntil(() => receiver.datagrams.length >= sent.length + wanted.length, 1);
  await server.advance(4);
  const again = new Set(wanted);
  const repeated = receiver.datagrams.slice(sent.length).filter((datagram) =>
    again.has(decodeRtpPacket(datagram).sequenceNumber)
  );
  assertEquals(repeated, sent.slice(-2 * BURST_PACKETS));
});

Deno.test("nothing is sent again that was not sent, or to whoever asks from elsewhere or for another stream", async () => {
  await using playing = await play();
  const { server, numbers } = playing;
  using stranger = await UdpReceiver.open();
  assertEquals(stranger.datagrams.length, 0);
  const before = numbers();
  const next = (before.at(-1)! + 500) & 0xffff;
  const elsewhere = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  await playing.nack([next, (before[0] - 1) & 0xffff]);
  await playing.nack([before.at(-1)!], { mediaSsrc: 99 });
  await playing.nack([before.at(-1)!], { from: elsewhere });
  elsewhere.close();
  // What comes of them has come once what is asked for afterwards is there.
  await playing.nack([before.at(-1)!]);
  await server.advanceUntil(() => numbers().length > before.length, 1);
  const extra = numbers().slice(before.length).filter((number) => before.includes(number));
  assertEquals(extra, [before.at(-1)!]);
});
