import { assertEquals, assertStrictEquals } from "@std/assert";
import { FIRST_RECENT_PACKETS, FIRST_RESENT_PACKETS, MAX_RECENT_PACKETS, MAX_RESENT_PACKETS } from "../limits.ts";
import type { RtpPackets } from "../packetize/rtp_packets.ts";
import { HeldFrames } from "./held_frames.ts";
import { RecentPackets } from "./recent_packets.ts";

const stamp = (sequenceNumber: number) => ({ sequenceNumber, timestamp: 9 * sequenceNumber, ssrc: 1 });

/** A frame of so many packets, of a byte each. */
function frameOf(count: number): RtpPackets {
  const bytes = Uint8Array.from({ length: count }, (_, index) => index);
  const packets = Array.from({ length: count }, (_, index) => bytes.subarray(index, index + 1));
  return {
    bytes,
    packets,
    offsets: [],
  };
}

/** What one session keeps, whose client asks for packets. */
function open(held = new HeldFrames({ maxBytes: Infinity })): RecentPackets {
  const recent = new RecentPackets(held);
  recent.take(0);
  return recent;
}

/** Sends frames of so many packets, one behind the other. */
function send(recent: RecentPackets, counts: readonly number[], from = 0): RtpPackets[] {
  let next = from;
  return counts.map((count) => {
    const frame = frameOf(count);
    recent.begin(frame, stamp(next & 0xffff)).sentCount = count;
    next += count;
    return frame;
  });
}

Deno.test("RecentPackets finds packets by their numbers, over the wrap, with the stamp of their frame", () => {
  const recent = open();
  const [one, two] = send(recent, [4, 3], 65_533);
  assertStrictEquals(recent.take(65_534)?.packet, one.packets[1]);
  assertStrictEquals(recent.take(0)?.packet, one.packets[3]);
  assertStrictEquals(recent.take(3)?.packet, two.packets[2]);
  assertEquals(recent.take(2)?.stamp, { ...stamp(1), sequenceNumber: 2 });
  assertEquals([recent.take(4), recent.take(65_532), recent.take(30_000)], [undefined, undefined, undefined]);
});

Deno.test("RecentPackets has of a frame that is leaving what has left", () => {
  const recent = open();
  const frame = frameOf(10);
  const leaving = recent.begin(frame, stamp(100));
  assertEquals(recent.take(100), undefined);
  leaving.sentCount = 5;
  assertStrictEquals(recent.take(104)?.packet, frame.packets[4]);
  assertEquals(recent.take(105), undefined);
});

for (
  const [what, max, create] of [
    ["before any is asked for", FIRST_RECENT_PACKETS, () => new RecentPackets(new HeldFrames({ maxBytes: Infinity }))],
    ["once one was", MAX_RECENT_PACKETS, () => open()],
  ] as const
) {
  Deno.test(`RecentPackets keeps ${max} packets ${what}, and the last frame however many it has`, () => {
    const recent = create();
    send(recent, [10, max]);
    assertEquals([recent.take(9), recent.take(10)?.packet], [undefined, Uint8Array.of(0)]);
    const exact = create();
    send(exact, [10, max - 1]);
    assertEquals(exact.take(9)?.packet, Uint8Array.of(9));
    const large = create();
    send(large, [3 * max]);
    assertEquals(large.take(0)?.packet, Uint8Array.of(0));
  });
}

Deno.test("RecentPackets gives half as many packets again as were sent, and some at first", () => {
  const recent = open();
  const takeAll = () => {
    let taken = 0;
    while (recent.take(5) !== undefined) taken++;
    return taken;
  };
  send(recent, [100]);
  assertEquals(takeAll(), FIRST_RESENT_PACKETS + 50);
  send(recent, [100], 100);
  assertEquals([takeAll(), takeAll()], [50, 0]);
  for (let count = 0; count < 100; count++) send(recent, [100], 200 + 100 * count);
  let taken = 0;
  while (recent.take(10_199) !== undefined) taken++;
  assertEquals(taken, MAX_RESENT_PACKETS);
});

Deno.test("RecentPackets of all sessions keep no more than the server has room for, each frame counted once", () => {
  const held = new HeldFrames({ maxBytes: 250 });
  const [one, other] = [open(held), open(held)];
  const frames = [frameOf(100), frameOf(100), frameOf(100)];
  frames.slice(0, 2).forEach((frame, index) => {
    for (const recent of [one, other]) recent.begin(frame, stamp(100 * index)).sentCount = 100;
  });
  assertEquals([held.bytes, one.take(5)?.packet, other.take(5)?.packet], [200, Uint8Array.of(5), Uint8Array.of(5)]);
  one.begin(frames[2], stamp(200)).sentCount = 100;
  assertEquals([held.bytes, one.take(5), other.take(5)], [200, undefined, undefined]);
  assertEquals([other.take(105)?.packet, one.take(205)?.packet], [Uint8Array.of(5), Uint8Array.of(5)]);
  one.clear();
  assertEquals([held.bytes, one.take(205), other.take(105)?.packet], [100, undefined, Uint8Array.of(5)]);
  other.clear();
  assertEquals(held.bytes, 0);
});
