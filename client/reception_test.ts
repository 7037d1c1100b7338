import { assertEquals } from "@std/assert";
import { packetizeLabFrame } from "../rtp/lab_payload.ts";
import { encodeRtpPacket } from "../rtp/packet.ts";
import { REORDER_WAIT_MS } from "./limits.ts";
import { Reception } from "./reception.ts";

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

Deno.test("Reception gives frames in order, lost, doubled and shuffled packets or not", () => {
  const [one, two, three, , five] = datagrams(5);
  const reception = new Reception();
  const shown = [one, one, three, two, five].flatMap((datagram, index) => fills(reception.push(datagram, index)));
  assertEquals(shown, [1, 2, 3]);
  assertEquals(reception.deadlineMs, 4 + REORDER_WAIT_MS);
  assertEquals(fills(reception.expire(3 + REORDER_WAIT_MS)), []);
  assertEquals(fills(reception.expire(4 + REORDER_WAIT_MS)), [5]);
  const { packets, lostPackets, duplicatePackets, reorderedPackets } = reception.statistics!;
  assertEquals([packets, lostPackets, duplicatePackets, reorderedPackets], [5, 1, 1, 1]);
  assertEquals([reception.frames, reception.damagedFrames], [4, 0]);
});

Deno.test("Reception counts packets lost before the first: the lab counts from 1", () => {
  const reception = new Reception();
  reception.push(datagrams(3)[2], 0);
  assertEquals(reception.statistics!.lostPackets, 2);
});

Deno.test("Reception counts a frame with a hole as damaged, with its cause", () => {
  const sent = datagrams(3, { fragmentBytes: 10 });
  const reception = new Reception();
  const shown = sent.toSpliced(4, 1).flatMap((datagram) => fills(reception.push(datagram, 0)));
  assertEquals([...shown, ...fills(reception.flush())], [1, 3]);
  assertEquals([reception.damagedFrames, reception.damageCauses], [1, { "packet-lost": 1 }]);
});

Deno.test("Reception passes over what is no RTP packet of JPEG, and counts it", () => {
  const reception = new Reception();
  const others = [new Uint8Array(0), new Uint8Array([1, 2, 3]), ...datagrams(1, { payloadType: 96 })];
  for (const datagram of others) assertEquals(reception.push(datagram, 0), undefined);
  assertEquals([reception.malformedPackets, reception.otherPayloadType, reception.statistics], [3, 96, undefined]);
  assertEquals(fills(reception.push(datagrams(1)[0], 0)), [1]);
});

Deno.test("Reception follows a stream that starts anew with other numbers", () => {
  const reception = new Reception();
  reception.push(datagrams(1)[0], 0);
  const later = datagrams(3).map((datagram, index) => {
    const copy = datagram.slice();
    new DataView(copy.buffer).setUint16(2, 40_000 + index);
    return copy;
  });
  assertEquals(later.flatMap((datagram) => fills(reception.push(datagram, 1))), [2, 3]);
  assertEquals(reception.statistics!.lostPackets, 0);
});
