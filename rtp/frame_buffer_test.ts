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

Deno.test("FrameBuffer.take() hands the bytes over, in memory that is at most a quarter larger", () => {
  const buffer = new FrameBuffer({ maxBytes: 1_000_000 });
  const taken: Uint8Array[] = [];
  // The first has nothing to go by; a small one between large ones must not hold their memory.
  for (const [index, length] of [1000, 40_000, 42_000, 500, 43_000, 44_000, 90_000].entries()) {
    for (let left = length; left > 0; left -= 1000) buffer.append(new Uint8Array(Math.min(left, 1000)).fill(index));
    taken.push(buffer.take());
    assertEquals([buffer.lengthBytes, taken[index].length], [0, length]);
  }
  for (const [index, bytes] of taken.entries()) {
    assertEquals(bytes.every((byte) => byte === index), true, `frame ${index}`);
    assertEquals(bytes.buffer.byteLength <= bytes.length * 5 / 4, true, `frame ${index}`);
  }
});

Deno.test("FrameBuffer.take() copies nothing of a frame that is about as large as the one before", () => {
  const buffer = new FrameBuffer({ maxBytes: 100_000 });
  buffer.append(new Uint8Array(40_000));
  buffer.take();
  for (const length of [41_000, 42_000, 40_000]) {
    buffer.append(new Uint8Array(length));
    const { buffer: memory } = buffer.bytes;
    assertEquals(buffer.take().buffer === memory, true);
  }
});

Deno.test("FrameBuffer does not count bytes of our own", () => {
  const buffer = new FrameBuffer({ maxBytes: 4 });
  for (const bytes of [[1, 2], [3]]) buffer.append(Uint8Array.from(bytes));
  buffer.replaceStart(2, Uint8Array.of(10, 11, 12, 13, 14));
  buffer.appendOwn(Uint8Array.of(20));
  assertEquals([buffer.append(Uint8Array.of(4, 5)), buffer.append(Uint8Array.of(4))], [false, true]);
  assertEquals([...buffer.take()], [10, 11, 12, 13, 14, 3, 20, 4]);
  assertEquals([buffer.append(new Uint8Array(5)), buffer.append(new Uint8Array(4))], [false, true]);
});
