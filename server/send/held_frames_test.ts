import { assertEquals } from "@std/assert";
import type { RtpPackets } from "../packetize/rtp_packets.ts";
import { HeldFrames } from "./held_frames.ts";

function frameOf(lengthBytes: number): RtpPackets {
  return {
    bytes: new Uint8Array(lengthBytes),
    offsets: [],
    packets: [],
  };
}

/** A client that holds frames, and those that were taken from it. */
function clientOf(held: HeldFrames) {
  const cut: RtpPackets[] = [];
  const listeners = new Map<RtpPackets, () => void>();
  return {
    cut,
    hold(frame: RtpPackets) {
      listeners.set(frame, () => cut.push(frame));
      held.hold(frame, listeners.get(frame)!);
    },
    release: (frame: RtpPackets) => held.release(frame, listeners.get(frame)!),
  };
}

Deno.test("HeldFrames counts a frame once, until its last holder has got it", () => {
  const held = new HeldFrames({ maxBytes: 100 });
  const [one, other] = [clientOf(held), clientOf(held)];
  const frame = frameOf(60);
  one.hold(frame);
  other.hold(frame);
  assertEquals(held.bytes, 60);
  one.release(frame);
  assertEquals(held.bytes, 60);
  other.release(frame);
  assertEquals(held.bytes, 0);
});

Deno.test("HeldFrames holds 100 bytes, and takes the oldest frame from all its holders for one more", () => {
  const held = new HeldFrames({ maxBytes: 100 });
  const [one, other] = [clientOf(held), clientOf(held)];
  const [first, second, third] = [frameOf(40), frameOf(60), frameOf(1)];
  one.hold(first);
  other.hold(first);
  one.hold(second);
  assertEquals([one.cut, other.cut], [[], []]);
  one.hold(third);
  assertEquals([held.bytes, one.cut, other.cut], [61, [first], [first]]);
  other.release(first);
  assertEquals(held.bytes, 61, "what was taken is not released once more");
});

Deno.test("HeldFrames holds a frame again that it has taken", () => {
  const held = new HeldFrames({ maxBytes: 100 });
  const [slow, quick] = [clientOf(held), clientOf(held)];
  const [first, second] = [frameOf(60), frameOf(60)];
  slow.hold(first);
  slow.hold(second);
  quick.hold(first);
  assertEquals([slow.cut, quick.cut, held.bytes], [[first, second], [], 60]);
  slow.release(first);
  assertEquals(held.bytes, 60);
  quick.release(first);
  assertEquals(held.bytes, 0);
});

Deno.test("HeldFrames does not take a frame for its own sake, however large it is", () => {
  const held = new HeldFrames({ maxBytes: 100 });
  const client = clientOf(held);
  client.hold(frameOf(200));
  assertEquals([client.cut, held.bytes], [[], 200]);
});
