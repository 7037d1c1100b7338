/** What a client over UDP has lost is sent again to it, and to nobody else. */
import { assert, assertEquals } from "@std/assert";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { UdpPlayer } from "../../tests/support/udp_player.ts";
import { UdpReceiver } from "../../tests/support/udp_receiver.ts";
import { BURST_PACKETS } from "../limits.ts";

/** A client over UDP that has its first packets, and asks for others. */
async function play() {
  const player = await UdpPlayer.play({});
  const { server, receiver, ssrc } = player;
  await server.advance(500);
  return {
    server,
    receiver,
    /** Asks for packets again. */
    nack: (sequenceNumbers: readonly number[], { from = player.rtcp, mediaSsrc = ssrc } = {}) =>
      player.sendRtcp([{ kind: "nack", ssrc: 1, mediaSsrc, sequenceNumbers }], from),
    numbers: () => receiver.datagrams.map((datagram) => decodeRtpPacket(datagram).sequenceNumber),
    [Symbol.asyncDispose]: () => player[Symbol.asyncDispose](),
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
