import { assert, assertEquals } from "@std/assert";
import { LabDepacketizer } from "../lab/lab_depacketizer.ts";
import { packetizeLabFrame } from "../lab/lab_packetizer.ts";
import { REORDER_WAIT_MS } from "../limits.ts";
import { encodeRtpPacket } from "../packet.ts";
import { RtpReceiver } from "./rtp_receiver.ts";

function jpeg(fill: number): Uint8Array {
  return new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, ...Array(20).fill(fill), 0xff, 0xd9]);
}

/** The datagrams of frames 1, 2, …: whole, or in pieces. */
function datagrams(count: number, options: { fragmentBytes?: number; payloadType?: number } = {}): Uint8Array[] {
  const { payloadType = 26 } = options;
  let sequenceNumber = 0;
  return Array.from({ length: count }, (_, index) => packetizeLabFrame(jpeg(index + 1), options)).flat()
    .map((fragment) =>
      encodeRtpPacket({ ...fragment, payloadType, sequenceNumber: ++sequenceNumber, timestamp: 1, ssrc: 0 })
    );
}

/** The same datagram with another sequence number. */
function renumbered(datagram: Uint8Array, sequenceNumber: number): Uint8Array {
  const copy = datagram.slice();
  new DataView(copy.buffer).setUint16(2, sequenceNumber);
  return copy;
}

/** The fill byte of each frame that comes out. */
function fills(frames: readonly { data: Uint8Array }[] = []): number[] {
  return frames.map(({ data }) => data[6]);
}

Deno.test("RtpReceiver gives frames in order, lost, doubled and shuffled packets or not", () => {
  const [one, two, three, , five] = datagrams(5);
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  const shown = [one, one, three, two, five].flatMap((datagram, index) => fills(receiver.push(datagram, index)));
  assertEquals(shown, [1, 2, 3]);
  assertEquals(receiver.deadlineMs, 4 + REORDER_WAIT_MS);
  assertEquals(fills(receiver.expire(3 + REORDER_WAIT_MS)), []);
  assertEquals(fills(receiver.expire(4 + REORDER_WAIT_MS)), [5]);
  const { packets, expectedPackets, lostPackets, duplicatePackets, reorderedPackets } = receiver.statistics();
  assertEquals([packets, expectedPackets, lostPackets, duplicatePackets, reorderedPackets], [5, 5, 1, 1, 1]);
  const { frames, damagedFrames, bytes } = receiver.statistics();
  assertEquals([frames, damagedFrames, bytes], [4, 0, 5 * jpeg(1).length]);
});

Deno.test("RtpReceiver has counted nothing before the first packet", () => {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  const { damageCauses, ...counters } = receiver.statistics();
  assertEquals([damageCauses, receiver.ssrc], [{}, undefined]);
  assert(Object.values(counters).every((count) => count === 0));
});

Deno.test("RtpReceiver counts packets lost before the first: the lab counts from 1", () => {
  const lab = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  lab.push(datagrams(3)[2], 0);
  assertEquals(lab.statistics().lostPackets, 2);
  const other = new RtpReceiver({ depacketizer: new LabDepacketizer(), clockRate: 90_000 });
  other.push(datagrams(3)[2], 0);
  assertEquals(other.statistics().lostPackets, 0);
});

Deno.test("RtpReceiver counts a packet that comes after its wait is over, and drops it", () => {
  const [one, two, three] = datagrams(3);
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  receiver.push(one, 0);
  receiver.push(three, 0);
  assertEquals(receiver.statistics().lostPackets, 1);
  assertEquals(fills(receiver.expire(REORDER_WAIT_MS)), [3]);
  assertEquals(fills(receiver.push(two, REORDER_WAIT_MS)), []);
  const { packets, lostPackets, reorderedPackets, duplicatePackets } = receiver.statistics();
  assertEquals([packets, lostPackets, reorderedPackets, duplicatePackets], [3, 0, 1, 0]);
});

Deno.test("RtpReceiver counts a frame with a hole as damaged, with its cause", () => {
  const sent = datagrams(3, { fragmentBytes: 10 });
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  const shown = sent.toSpliced(4, 1).flatMap((datagram) => fills(receiver.push(datagram, 0)));
  assertEquals([...shown, ...fills(receiver.flush())], [1, 3]);
  const { damagedFrames, damageCauses } = receiver.statistics();
  assertEquals([damagedFrames, damageCauses], [1, { "packet-lost": 1 }]);
});

Deno.test("RtpReceiver ignores what is not of the stream, and counts it by what it is", () => {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  const malformed = [new Uint8Array(0), new Uint8Array([1, 2, 3])];
  for (const datagram of [...malformed, ...datagrams(3, { payloadType: 96 })]) {
    assertEquals(receiver.push(datagram, 0), undefined);
  }
  assertEquals([receiver.otherPayloadType, receiver.ssrc], [96, undefined]);
  const [one, two] = datagrams(2);
  assertEquals(fills(receiver.push(one, 0)), [1]);
  assertEquals(receiver.push(renumbered(two, 30_000), 0), undefined);
  assertEquals(fills(receiver.push(two, 0)), [2]);
  const { packets, malformedPackets, otherPayloadTypePackets, strayPackets } = receiver.statistics();
  assertEquals([packets, malformedPackets, otherPayloadTypePackets, strayPackets], [2, 2, 3, 1]);
});

Deno.test("RtpReceiver follows a stream that restarts with other numbers, and gives what it held of the old one", () => {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  const [one, , three, ...later] = datagrams(6);
  receiver.push(one, 0);
  receiver.push(three, 0);
  const shown = later.flatMap((datagram, index) => fills(receiver.push(renumbered(datagram, 40_000 + index), 1)));
  assertEquals(shown, [3, 5, 6]);
  const { packets, lostPackets, strayPackets } = receiver.statistics();
  assertEquals([packets, lostPackets, strayPackets], [4, 1, 1]);
});
