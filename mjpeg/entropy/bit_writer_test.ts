import { assertEquals } from "@std/assert";
import { BitWriter, MAX_WRITTEN_BITS } from "./bit_writer.ts";

Deno.test("BitWriter writes any number of bits across bytes, and fills the last with ones", () => {
  const writer = new BitWriter(16);
  writer.write(0b101, 3);
  writer.write(0, 0);
  writer.write(0b1001101, 7);
  writer.write(0xabcdef, MAX_WRITTEN_BITS);
  assertEquals([...writer.finish()], [0b10110011, 0b01_101010, 0b11_110011, 0b01_111011, 0b11_111111, 0]);
});

Deno.test("BitWriter writes a zero byte behind each FF, also behind the last", () => {
  const writer = new BitWriter(16);
  writer.write(0xff01ff, 24);
  writer.write(0b1, 1);
  assertEquals([...writer.finish()], [0xff, 0, 0x01, 0xff, 0, 0xff, 0]);
});

Deno.test("BitWriter takes the most bits that it may, wherever in a byte", () => {
  for (let start = 0; start < 8; start++) {
    const writer = new BitWriter(16);
    writer.write(0, start);
    writer.write(0x8a5a51, MAX_WRITTEN_BITS);
    writer.write(0, (8 - start) & 7);
    const expected = BigInt(0x8a5a51) << BigInt((8 - start) & 7);
    const bytes = writer.finish();
    assertEquals(bytes.reduce((sum, byte) => sum << 8n | BigInt(byte), 0n), expected, `${start}`);
  }
});

Deno.test("BitWriter.reserve() makes room, and keeps what was written", () => {
  const writer = new BitWriter(0);
  for (let value = 0; value < 200; value++) {
    writer.reserve(1);
    writer.write(value, 8);
  }
  assertEquals([...writer.finish()], Array.from({ length: 200 }, (_, value) => value));
});

Deno.test("BitWriter writes nothing where nothing was written", () => {
  assertEquals(new BitWriter(0).finish().length, 0);
});
