import { assertEquals } from "@std/assert";
import { PREPARED_BYTES } from "../limits.ts";
import { Conditioner } from "./conditioner.ts";
import { FramePacketizer } from "./frame_packetizer.ts";
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
