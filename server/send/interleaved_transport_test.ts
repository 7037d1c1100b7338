import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { findScanEnd } from "../../mjpeg/jpeg/segments.ts";
import { readJpegHeader } from "../../mjpeg/jpeg/jpeg_header.ts";
import { InterleavedDecoder } from "../../net/interleaved.ts";
import { decodeRtpPacket, type RtpPacket } from "../../rtp/packet.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { until } from "../../tests/support/until.ts";
import { WriteQueue } from "../connection/write_queue.ts";
import { WRITE_PIECE_BYTES } from "../limits.ts";
import { Conditioner } from "../packetize/conditioner.ts";
import { FramePacketizer, type FramePackets } from "../packetize/frame_packetizer.ts";
import { BufferPool } from "./buffer_pool.ts";
import { HeldFrames } from "./held_frames.ts";
import { InterleavedTransport } from "./interleaved_transport.ts";

/** More than the buffers of both ends of a connection hold. */
const LARGE_BYTES = 12 * 1024 * 1024;

/** The packets of a frame of so many bytes, whose entropy-coded data goes on for too long. */
async function frameOf(lengthBytes: number): Promise<FramePackets> {
  const jpeg = await makeJpeg({ width: 320, height: 240, quality: 95 });
  const { scanStart } = readJpegHeader(jpeg);
  const scan = jpeg.subarray(scanStart, findScanEnd(jpeg, scanStart));
  const scans = Array.from({ length: Math.ceil(lengthBytes / scan.length) }, () => scan);
  const large = concat([jpeg.subarray(0, scanStart), ...scans, Uint8Array.of(0xff, 0xd9)]);
  const packets = new FramePacketizer(new Conditioner({ reencode: false }), { maxPacketBytes: 1400 }).packetsOf(large);
  assert("offsets" in packets);
  return packets;
}

/** Clients over TCP that share what the server has for all of them. */
function serve({ maxHeldBytes }: { readonly maxHeldBytes: number }) {
  const heldFrames = new HeldFrames({ maxBytes: maxHeldBytes });
  const buffers = new BufferPool({ maxSpareBytes: 1024 * 1024 });
  const stack = new DisposableStack();
  return {
    heldFrames,
    async connect() {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr;
      const [client, conn] = await Promise.all([Deno.connect({ hostname: "127.0.0.1", port }), listener.accept()]);
      stack.use(client);
      const queue = new WriteQueue({ conn, clock: new FakeClock(), onStalled() {}, onError() {} });
      const close = () => {
        queue.close();
        conn.close();
      };
      stack.defer(close);
      const transport = new InterleavedTransport(queue, { channels: [4, 5], buffers, heldFrames });
      return {
        transport,
        send: (frame: FramePackets) => transport.sendFrame(frame, { sequenceNumber: 65_530, timestamp: 7, ssrc: 9 }),
        receive: (isLast: (packet: RtpPacket) => boolean) => receive(client, isLast),
      };
    },
    [Symbol.dispose]: () => stack.dispose(),
  };
}

/** The RTP packets that come, up to the last one. */
async function receive(conn: Deno.TcpConn, isLast: (packet: RtpPacket) => boolean): Promise<RtpPacket[]> {
  const decoder = new InterleavedDecoder();
  const packets: RtpPacket[] = [];
  const bytes = new Uint8Array(65_536);
  for (let count = await conn.read(bytes); count !== null; count = await conn.read(bytes)) {
    for (let at = 0; at < count;) {
      const { usedBytes, packet } = decoder.push(bytes.subarray(at, count));
      at += usedBytes;
      if (packet === undefined) continue;
      assertEquals(packet.channel, 4);
      const decoded = decodeRtpPacket(packet.data);
      packets.push({ ...decoded, payload: decoded.payload.slice() });
      if (isLast(decoded)) return packets;
    }
  }
  throw new Error(`The connection has ended after ${packets.length} packets`);
}

for (const lengthBytes of [1000, WRITE_PIECE_BYTES, LARGE_BYTES]) {
  Deno.test(`InterleavedTransport sends a frame of ${lengthBytes} bytes packet by packet, stamped for its session`, async () => {
    using server = serve({ maxHeldBytes: LARGE_BYTES });
    const { send, receive } = await server.connect();
    const frame = await frameOf(lengthBytes);
    assertEquals(send(frame), frame.packets.length);
    const packets = await receive(({ marker }) => marker);
    assertEquals(packets.length, frame.packets.length);
    packets.forEach(({ sequenceNumber, timestamp, ssrc }, index) => {
      assertEquals([sequenceNumber, timestamp, ssrc], [(65_530 + index) & 0xffff, 7, 9]);
    });
    assertEquals(
      concat(packets.map(({ payload }) => payload)),
      concat(frame.packets.map((bytes) => bytes.subarray(12))),
    );
    await until(() => server.heldFrames.bytes === 0);
  });
}

Deno.test("InterleavedTransport holds one frame for all clients that do not read, and is not ready for more", async () => {
  using server = serve({ maxHeldBytes: 2 * LARGE_BYTES });
  const clients = await Promise.all(Array.from({ length: 8 }, () => server.connect()));
  const frame = await frameOf(LARGE_BYTES);
  for (const { send } of clients) send(frame);
  assertEquals(server.heldFrames.bytes, frame.bytes.length);
  assert(clients.every(({ transport }) => !transport.isReady));
  await Promise.all(clients.map(({ receive }) => receive(({ marker }) => marker)));
  await until(() => clients.every(({ transport }) => transport.isReady));
  assertEquals(server.heldFrames.bytes, 0);
});

Deno.test("InterleavedTransport cuts the frame of a client that does not read behind a packet where memory is needed, and goes on", async () => {
  using server = serve({ maxHeldBytes: LARGE_BYTES });
  const [slow, quick] = [await server.connect(), await server.connect()];
  const [first, second] = [await frameOf(LARGE_BYTES), await frameOf(LARGE_BYTES)];
  slow.send(first);
  quick.send(second);
  assertEquals(server.heldFrames.bytes, second.bytes.length);
  assertEquals((await quick.receive(({ marker }) => marker)).length, second.packets.length);
  const small = await frameOf(1000);
  const received = slow.receive(({ marker }) => marker);
  await until(() => slow.transport.isReady);
  slow.send(small);
  const packets = await received;
  assert(packets.length < first.packets.length);
  assertEquals(packets.at(-1)?.payload, small.packets.at(-1)!.subarray(12));
  assertEquals(slow.transport.summary()?.properties, { cutFrames: 1 });
  assertEquals(quick.transport.summary(), undefined);
});
