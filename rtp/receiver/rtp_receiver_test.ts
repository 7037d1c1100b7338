import { LabDepacketizer } from "../lab/lab_depacketizer.ts";
import { assertEquals } from "@std/assert";
import { packetizeLabFrame } from "../lab/lab_packetizer.ts";
import { encodeRtpPacket } from "../packet.ts";
import { REORDER_WAIT_MS } from "../limits.ts";
import { RtpReceiver } from "./rtp_receiver.ts";

function jpeg(fill: number): Uint8Array {
  return new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, ...Array(20).fill(fill), 0xff, 0xd9]);
}

/** The datagrams of frames 1, 2, …: whole, or in pieces. */
function datagrams(count: number, options: { fragmentBytes?: number; payloadType?: number } = {}): Uint8Array[] {
  let sequenceNumber = 0;
  return Array.from({ length: count }, (_, index) => packetizeLabFrame(jpeg(index + 1), options)).flat().map((
    fragment,
  ) =>
    encodeRtpPacket({
      ...fragment,
      payloadType: options.payloadType ?? 26,
      sequenceNumber: ++sequenceNumber,
      timestamp: 1,
      ssrc: 0,
    })
  );
}

/** The fill byte of each frame that comes out. */
function fills(frames: readonly { data: Uint8Array }[] = []): number[] {
  return frames.map(({ data }) => data[6]);
}

Deno.test("RtpReceiver gives frames in order, with lost, duplicate and shuffled packets", () => {
  const [one, two, three, , five] = datagrams(5);
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  const shown = [one, one, three, two, five].flatMap((datagram, index) => fills(receiver.push(datagram, index)));
  assertEquals(shown, [1, 2, 3]);
  assertEquals(receiver.deadlineMs, 4 + REORDER_WAIT_MS);
  assertEquals(fills(receiver.expire(3 + REORDER_WAIT_MS)), []);
  assertEquals(fills(receiver.expire(4 + REORDER_WAIT_MS)), [5]);
  const { packets, lostPackets, duplicatePackets, reorderedPackets } = receiver.statistics!;
  assertEquals([packets, lostPackets, duplicatePackets, reorderedPackets], [5, 1, 1, 1]);
  assertEquals([receiver.frames, receiver.damagedFrames], [4, 0]);
});

Deno.test("RtpReceiver counts packets lost before the first: the lab counts from 1", () => {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  receiver.push(datagrams(3)[2], 0);
  assertEquals(receiver.statistics!.lostPackets, 2);
});

Deno.test("RtpReceiver counts a frame with a hole as damaged, with its cause", () => {
  const sent = datagrams(3, { fragmentBytes: 10 });
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  const shown = sent.toSpliced(4, 1).flatMap((datagram) => fills(receiver.push(datagram, 0)));
  assertEquals([...shown, ...fills(receiver.flush())], [1, 3]);
  assertEquals([receiver.damagedFrames, receiver.damageCauses], [1, { "packet-lost": 1 }]);
});

Deno.test("RtpReceiver ignores what is no RTP packet of JPEG, and counts it by its kind", () => {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  const others = [new Uint8Array(0), new Uint8Array([1, 2, 3]), ...datagrams(1, { payloadType: 96 })];
  for (const datagram of others) assertEquals(receiver.push(datagram, 0), undefined);
  assertEquals([receiver.malformedPackets, receiver.ignoredPackets, receiver.otherPayloadType, receiver.statistics], [
    2,
    1,
    96,
    undefined,
  ]);
  assertEquals(fills(receiver.push(datagrams(1)[0], 0)), [1]);
});

Deno.test("RtpReceiver follows a stream that starts again with other numbers", () => {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  receiver.push(datagrams(1)[0], 0);
  const later = datagrams(3).map((datagram, index) => {
    const copy = datagram.slice();
    new DataView(copy.buffer).setUint16(2, 40_000 + index);
    return copy;
  });
  assertEquals(later.flatMap((datagram) => fills(receiver.push(datagram, 1))), [2, 3]);
  assertEquals(receiver.statistics!.lostPackets, 0);
});
