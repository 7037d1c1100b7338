import { assertEquals } from "@std/assert";
import { FrameBuffer } from "./frame_buffer.ts";

Deno.test("FrameBuffer puts bytes in a row and owns them", () => {
  const buffer = new FrameBuffer({ maxBytes: 1000 });
  const part = Uint8Array.of(1, 2);
  assertEquals([buffer.append(part), buffer.append(Uint8Array.of(3)), buffer.append(new Uint8Array(0))], [
    ...[true, true, true],
  ]);
  part.fill(9);
  assertEquals([buffer.lengthBytes, ...buffer.bytes], [3, 1, 2, 3]);
  buffer.clear();
  assertEquals([buffer.lengthBytes, buffer.bytes.length], [0, 0]);
  buffer.append(Uint8Array.of(4));
  assertEquals([...buffer.bytes], [4]);
});

Deno.test("FrameBuffer takes maxBytes, and not one more", () => {
  const buffer = new FrameBuffer({ maxBytes: 200_000 });
  // Grows several times on its way.
  for (let count = 0; count < 200; count++) assertEquals(buffer.append(new Uint8Array(1000).fill(count)), true);
  assertEquals([buffer.append(Uint8Array.of(1)), buffer.append(new Uint8Array(0))], [false, true]);
  assertEquals(buffer.lengthBytes, 200_000);
  assertEquals(buffer.bytes.every((byte, index) => byte === Math.floor(index / 1000)), true);
});

Deno.test("FrameBuffer.endsWith() tells what was appended last", () => {
  const buffer = new FrameBuffer({ maxBytes: 10 });
  for (const bytes of [[1, 2], [3]]) buffer.append(Uint8Array.from(bytes));
  const ends = (...bytes: number[]) => buffer.endsWith(Uint8Array.from(bytes));
  assertEquals([ends(3), ends(2, 3), ends(1, 2, 3), ends(2), ends(0, 1, 2, 3)], [true, true, true, false, false]);
});
