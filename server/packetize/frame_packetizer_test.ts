import { assert, assertEquals } from "@std/assert";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { PREPARED_BYTES } from "../limits.ts";
import { Conditioner } from "./conditioner.ts";
import { FramePacketizer, type FramePackets } from "./frame_packetizer.ts";
import type { ConditionedFrame } from "./conditioned_frame.ts";

Deno.test(`FramePacketizer prepares frames of ${PREPARED_BYTES} bytes at once, and not one more`, async () => {
  const gates: ((error: Error) => void)[] = [];
  const conditioner = new Conditioner({ reencode: false });
  conditioner.condition = () => {
    const { promise, resolve } = Promise.withResolvers<ConditionedFrame | Error>();
    gates.push(resolve);
    return promise;
  };
  const packetizer = new FramePacketizer(conditioner, { maxPacketBytes: 1400 });
  const half = PREPARED_BYTES / 2;
  const frames = [half, half, 1].map((length) => new Uint8Array(length));
  for (const frame of [...frames, ...frames]) packetizer.prepare(frame);
  assertEquals(gates.length, 2, "each once");
  const unusable = new SyntaxError("no JPEG");
  gates[0](unusable);
  assertEquals(await packetizer.packetsOf(frames[0]), unusable);
  await Promise.resolve();
  packetizer.prepare(frames[2]);
  assertEquals(gates.length, 3, "there is room again");
  gates[2](unusable);
  assertEquals(await packetizer.packetsOf(frames[2]), unusable);
  assertEquals(gates.length, 3, "what is sent was prepared");
});

Deno.test("FramePacketizer requantizes a frame once for each level, and leaves it as it is without one", async () => {
  const conditioner = new Conditioner({ reencode: true, maxWorkers: 1 });
  const packetizer = new FramePacketizer(conditioner, { maxPacketBytes: 1400 });
  const jpeg = await makeJpeg({ width: 160, height: 96 });
  const plain = packetizer.packetsOf(jpeg) as FramePackets;
  assertEquals([plain instanceof Promise, plain.isTranscoded], [false, false]);
  let lastBytes = plain.bytes.length;
  for (const level of [1, 3]) {
    const making = packetizer.packetsOf(jpeg, level);
    assert(making === packetizer.packetsOf(jpeg, level));
    const made = await making as FramePackets;
    assert(packetizer.packetsOf(jpeg, level) === made);
    assert(made.isTranscoded && made.bytes.length < lastBytes, `${made.bytes.length} bytes at level ${level}`);
    assertEquals(made.size, plain.size);
    lastBytes = made.bytes.length;
  }
  assert(packetizer.packetsOf(jpeg) === plain);
  const grey = await packetizer.packetsOf(await makeJpeg({ grey: true }), 1) as FramePackets;
  assert(grey.reencodedBecause?.includes("grey"), grey.reencodedBecause);
  conditioner.close();
});
