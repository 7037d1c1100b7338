import { assertEquals } from "@std/assert";
import { collectPackets } from "../../tests/support/packet_paths.ts";
import { InterleavedPath } from "./interleaved_path.ts";

Deno.test("InterleavedPath takes its own channels, those that the server chose", async () => {
  const { rtp, rtcp, events } = collectPackets();
  const sent: [number, number][] = [];
  const path = new InterleavedPath(events, {
    channels: [2, 3],
    send: (channel, packet) => sent.push([channel, packet[0]]),
  });
  assertEquals(path.offer.interleaved, [2, 3]);
  await path.configure({ protocol: "tcp", isMulticast: false, interleaved: [8, 9] });
  for (const channel of [0, 2, 3, 8, 9, 10]) path.takeInterleaved(channel, Uint8Array.of(channel));
  path.sendRtcp(Uint8Array.of(7));
  assertEquals([rtp, rtcp, sent], [[8], [9], [[9, 7]]]);
});
