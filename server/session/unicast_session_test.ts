import { assert, assertEquals } from "@std/assert";
import { decodeRtpPacket, type RtpPacket } from "../../rtp/packet.ts";
import { FAKE_EPOCH_MS, FakeClock } from "../../tests/support/fake_clock.ts";
import { BURST_PACKETS } from "../limits.ts";
import { RegularTimes } from "../source/frame_times.ts";
import { IndexedCursor, type IndexedFrames } from "../source/indexed_cursor.ts";
import type { SeekableSource } from "../source/source.ts";
import { NetworkEmulator, NO_IMPAIRMENTS } from "../emulation/network_emulator.ts";
import { Pacer } from "../send/pacer.ts";
import { LabSender, type LabSenderOptions } from "../lab/lab_sender.ts";
import type { PlayOptions } from "./session.ts";
import { UnicastSession, type UnicastSessionOptions } from "./unicast_session.ts";
import { DatagramSender, type OutgoingPacket } from "../send/datagram_sender.ts";
import { ServerWork } from "../../tests/support/server_work.ts";
import { soon, until } from "../../tests/support/until.ts";

const FRAME_BYTES = 3000;

const FRAME_RATE = 20;
/** Time of a frame, in microseconds. */
const at = (frame: number) => frame * 1e6 / FRAME_RATE;

/** A source in memory: frame k is full of k. */
class MemorySource implements SeekableSource, IndexedFrames {
  readonly isLive = false;
  readonly name = "memory.mjpeg";
  readonly grows = false;
  readonly frameRate = FRAME_RATE;
  readonly times: RegularTimes;
  closedCursors = 0;

  constructor(frameCount: number, readonly loops: boolean) {
    this.times = new RegularTimes(frameCount, FRAME_RATE);
  }

  frame(index: number): Uint8Array | Promise<Uint8Array> {
    const data = new Uint8Array(FRAME_BYTES).fill(index);
    return index % 2 === 0 ? data : Promise.resolve(data);
  }

  firstFrame(): Uint8Array | Promise<Uint8Array> {
    return this.frame(0);
  }

  openCursor(): IndexedCursor {
    return new IndexedCursor(this, { onClose: () => this.closedCursors++ });
  }
}

type OpenOptions = Partial<UnicastSessionOptions> & Partial<LabSenderOptions> & {
  readonly frames?: number;
  readonly loop?: boolean;
  readonly emulator?: NetworkEmulator<OutgoingPacket>;
  readonly destination?: Deno.NetAddr;
};

/** A session that sends over a real socket to `receive()`. */
function open(options: OpenOptions = {}) {
  const work = new ServerWork();
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const receiver = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  const source = new MemorySource(options.frames ?? 10, options.loop ?? false);
  const datagrams = new DatagramSender({
    destination: options.destination ?? receiver.addr as Deno.NetAddr,
    emulator: options.emulator,
    pacer,
    clock,
    onError: (error) => session.fail(error),
  });
  const { sockets = [socket], fragmentBytes } = options;
  const sender = new LabSender({ peer: "test", datagrams, sockets, fragmentBytes, pacer, clock });
  const session = new UnicastSession({ id: "123456", peer: "test", source, sender, pacer, clock });
  return {
    session,
    clock,
    source,
    socket,
    /** Lets the time of one frame go by and whatever that sets off come to rest. */
    async tick(milliseconds = 50): Promise<void> {
      clock.advance(milliseconds);
      await settle(work);
    },
    /** The packets of the next datagrams. */
    async receive(count: number): Promise<RtpPacket[]> {
      const packets: RtpPacket[] = [];
      while (packets.length < count) {
        packets.push(decodeRtpPacket((await soon(receiver.receive(new Uint8Array(65_536))))[0]));
      }
      return packets;
    },
    [Symbol.dispose]() {
      session.end("test over");
      socket.close();
      receiver.close();
      work[Symbol.dispose]();
    },
  };
}

/** A frame that has been sent may start the next; a few turns bring it to rest. */
async function settle(work: ServerWork): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await work.done();
}

Deno.test("UnicastSession sends the lab's packets: one frame each 50 ms, numbers from 1, seconds, SSRC 0", async () => {
  using opened = open();
  opened.session.play();
  await opened.tick(0);
  for (let frame = 0; frame < 4; frame++) await opened.tick();
  const packets = await opened.receive(4);
  assertEquals(packets.map(({ sequenceNumber }) => sequenceNumber), [1, 2, 3, 4]);
  for (const [index, { marker, payloadType, timestamp, ssrc, payload }] of packets.entries()) {
    assertEquals({ marker, payloadType, timestamp, ssrc }, {
      marker: false,
      payloadType: 26,
      timestamp: FAKE_EPOCH_MS / 1000,
      ssrc: 0,
    });
    assertEquals(payload, new Uint8Array(FRAME_BYTES).fill(index));
  }
});

Deno.test("UnicastSession goes on after PAUSE where it was, and its numbers with it", async () => {
  using opened = open();
  opened.session.play();
  for (let frame = 0; frame < 3; frame++) await opened.tick();
  opened.session.pause();
  const sent = opened.session.sender.counters.frames;
  for (let frame = 0; frame < 5; frame++) await opened.tick();
  assertEquals(opened.session.sender.counters.frames, sent, "nothing is sent while paused");
  opened.session.play();
  for (let frame = 0; frame < 3; frame++) await opened.tick();
  const packets = await opened.receive(opened.session.sender.counters.packets);
  assert(packets.length > sent);
  packets.forEach(({ sequenceNumber, payload }, index) => {
    assertEquals([sequenceNumber, payload[0]], [index + 1, index]);
  });
});

Deno.test("UnicastSession stops at the end of the movie, and PAUSE and PLAY begin it again", async () => {
  using opened = open({ frames: 3 });
  opened.session.play();
  for (let frame = 0; frame < 6; frame++) await opened.tick();
  assertEquals([opened.session.sender.counters.frames, opened.session.state], [3, "PLAYING"]);
  opened.session.pause();
  opened.session.play();
  for (let frame = 0; frame < 6; frame++) await opened.tick();
  const packets = await opened.receive(6);
  assertEquals(packets.map(({ sequenceNumber, payload }) => [sequenceNumber, payload[0]]), [
    ...[[1, 0], [2, 1], [3, 2], [4, 0], [5, 1], [6, 2]],
  ]);
});

Deno.test("UnicastSession begins again at the end where it loops, numbers going on", async () => {
  using opened = open({ frames: 2, loop: true });
  opened.session.play();
  for (let frame = 0; frame < 6; frame++) await opened.tick();
  const packets = await opened.receive(5);
  assertEquals(packets.map(({ sequenceNumber, payload }) => [sequenceNumber, payload[0]]), [
    ...[[1, 0], [2, 1], [3, 0], [4, 1], [5, 0]],
  ]);
});

Deno.test("UnicastSession catches up after a short delay and lets go of a long one", async () => {
  using opened = open({ frames: 100 });
  opened.session.play();
  await opened.tick(0);
  await opened.tick(500);
  for (let turn = 0; turn < 20; turn++) await opened.tick(0);
  assertEquals(opened.session.sender.counters.frames, 11, "ten frames were due");
  await opened.tick(60_000);
  for (let turn = 0; turn < 20; turn++) await opened.tick(0);
  assert(
    opened.session.sender.counters.frames < 15,
    `${opened.session.sender.counters.frames}: no burst of a minute's frames`,
  );
});

const RANGES: readonly { title: string; play: PlayOptions; frames: number[]; atMs?: number[] }[] = [
  { title: "from a frame on", play: { fromUs: at(7) }, frames: [7, 8, 9] },
  { title: "up to a frame", play: { fromUs: at(2), toUs: at(4) }, frames: [2, 3] },
  { title: "twice as many frames", play: { scale: 2 }, frames: [0, 2, 4, 6, 8] },
  { title: "backwards", play: { fromUs: at(3), scale: -1 }, frames: [3, 2, 1, 0] },
  { title: "backwards, down to a frame", play: { fromUs: at(5), toUs: at(3), scale: -1 }, frames: [5, 4, 3] },
  { title: "slow motion", play: { fromUs: at(8), scale: 0.5 }, frames: [8, 9], atMs: [0, 100] },
  { title: "in half the time", play: { fromUs: at(6), speed: 2 }, frames: [6, 7, 8, 9], atMs: [0, 25, 50, 75] },
];

for (const { title, play, frames, atMs } of RANGES) {
  Deno.test(`UnicastSession plays ${title}`, async () => {
    using opened = open();
    const sent: number[] = [];
    const sentMs: number[] = [];
    const { sender } = opened.session;
    const send = sender.send.bind(sender);
    sender.send = (jpeg, time) => {
      sent.push(jpeg[0]);
      sentMs.push(time.dueMs);
      return send(jpeg, time);
    };
    opened.session.play(play);
    for (let step = 0; step < 130; step++) await opened.tick(5);
    assertEquals(sent, frames);
    if (atMs !== undefined) assertEquals(sentMs, atMs);
  });
}

Deno.test("UnicastSession that is played again while it plays goes on from the new place only", async () => {
  using opened = open();
  opened.session.play();
  await opened.tick(0);
  await opened.tick();
  opened.session.play({ fromUs: at(8) });
  for (let step = 0; step < 5; step++) await opened.tick();
  const packets = await opened.receive(opened.session.sender.counters.packets);
  assertEquals(packets.map(({ payload }) => payload[0]).slice(-2), [8, 9]);
  assertEquals(packets.map(({ sequenceNumber }) => sequenceNumber), packets.map((_, index) => index + 1));
});

Deno.test("UnicastSession cuts frames into fragments, the marker on the last, all of one time", async () => {
  using opened = open({ fragmentBytes: 1408 });
  opened.session.play();
  await opened.tick(0);
  const packets = await opened.receive(3);
  assertEquals(packets.map(({ payload, marker }) => [payload.length, marker]), [
    ...[[1408, false], [1408, false], [184, true]],
  ]);
  assertEquals(opened.session.sender.counters, {
    frames: 1,
    packets: 3,
    bytes: FRAME_BYTES + 3 * 12,
    droppedFrames: 0,
  });
});

Deno.test(`UnicastSession lets ${BURST_PACKETS} fragments leave at once, and the others of a frame later`, async () => {
  const fragmentBytes = Math.ceil(FRAME_BYTES / (BURST_PACKETS + 10));
  using opened = open({ fragmentBytes });
  opened.session.play();
  await opened.tick(0);
  await until(() => opened.session.sender.counters.packets >= BURST_PACKETS, { step: () => opened.tick(0) });
  await opened.tick(1);
  assertEquals(opened.session.sender.counters.packets, BURST_PACKETS);
  await opened.tick(24);
  const count = Math.ceil(FRAME_BYTES / fragmentBytes);
  await until(() => opened.session.sender.counters.packets >= count, { step: () => opened.tick(0) });
  const packets = await opened.receive(count);
  assertEquals(packets.map(({ marker }) => marker), [...Array(count - 1).fill(false), true]);
});

Deno.test("UnicastSession sends frame k from socket k modulo their number", async () => {
  const sockets = [0, 1, 2].map(() => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }));
  const receiver = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    using opened = open({ sockets, destination: receiver.addr as Deno.NetAddr });
    opened.session.play();
    for (let frame = 0; frame < 4; frame++) await opened.tick();
    for (let frame = 1; frame <= 4; frame++) {
      const [, from] = await soon(receiver.receive());
      assertEquals((from as Deno.NetAddr).port, (sockets[frame % 3].addr as Deno.NetAddr).port, `frame ${frame}`);
    }
  } finally {
    for (const socket of [...sockets, receiver]) socket.close();
  }
});

Deno.test("UnicastSession goes on in fragments where the system sends no large datagrams", async () => {
  using opened = open();
  // Linux sends any datagram: this one refuses as macOS does with its default net.inet.udp.maxdgram.
  const { socket } = opened;
  const send = socket.send.bind(socket);
  socket.send = (bytes, address) =>
    bytes.length > 2000 ? Promise.reject(new Error("Message too long (os error 40)")) : send(bytes, address);
  opened.session.play();
  await opened.tick(0);
  await opened.tick(52);
  const packets = await opened.receive(6);
  assertEquals(packets.map(({ sequenceNumber }) => sequenceNumber), [1, 2, 3, 4, 5, 6]);
  assertEquals(opened.session.sender.counters, {
    frames: 2,
    packets: 6,
    bytes: 2 * (FRAME_BYTES + 3 * 12),
    droppedFrames: 0,
  });
});

Deno.test("UnicastSession that cannot read its movie stops sending, and can still be torn down", async () => {
  using opened = open();
  opened.source.frame = () => Promise.reject(new Error("the file has become shorter"));
  opened.session.play();
  await opened.tick();
  assertEquals([opened.session.state, opened.session.sender.counters.frames], ["READY", 0]);
  opened.session.end("torn down");
  assertEquals(opened.session.state, "INIT");
});

Deno.test("UnicastSession.end() closes its cursor once", () => {
  using opened = open();
  opened.session.end("one reason");
  opened.session.end("another");
  assertEquals([opened.session.state, opened.source.closedCursors], ["INIT", 1]);
});

Deno.test("UnicastSession over an emulated network keeps the order of packets of the same time", async () => {
  // The jitter makes many packets leave together; they are fragments of many frames.
  const emulator = new NetworkEmulator<OutgoingPacket>({ ...NO_IMPAIRMENTS, delayMs: 100, jitterMs: 100 }, {
    random: Math.random,
    maxQueueMs: 500,
  });
  using opened = open({ emulator, fragmentBytes: 500 });
  opened.session.play();
  for (let step = 0; step < 200; step++) await opened.tick(5);
  const packets = await opened.receive(60);
  assertEquals(
    packets.map(({ sequenceNumber }) => sequenceNumber),
    Array.from({ length: 60 }, (_, index) => index + 1),
  );
});

Deno.test("UnicastSession whose movie fails says that the stream has ended, and plays again when asked to", async () => {
  using opened = open();
  const { sender } = opened.session;
  let finished = 0;
  const finish = sender.finish.bind(sender);
  sender.finish = () => {
    finished++;
    finish();
  };
  const read = opened.source.frame.bind(opened.source);
  opened.source.frame = () => Promise.reject(new Error("the disk is away"));
  opened.session.play();
  await opened.tick();
  assertEquals([finished, opened.session.state], [1, "READY"]);
  opened.source.frame = read;
  opened.session.play();
  await opened.tick();
  await opened.tick();
  assert(sender.counters.frames > 0);
});

Deno.test("UnicastSession: a read of before the last PLAY that fails harms nothing", async () => {
  using opened = open();
  const pending = Promise.withResolvers<Uint8Array>();
  const read = opened.source.frame.bind(opened.source);
  opened.source.frame = () => pending.promise;
  opened.session.play();
  await opened.tick();
  opened.source.frame = read;
  opened.session.play({ fromUs: at(2) });
  pending.reject(new Error("late"));
  for (let frame = 0; frame < 3; frame++) await opened.tick();
  assertEquals(opened.session.state, "PLAYING");
  assert(opened.session.sender.counters.frames >= 2);
});
