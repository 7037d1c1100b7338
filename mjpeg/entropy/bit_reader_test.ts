import { assertEquals } from "@std/assert";
import { BitReader, PEEKED_BITS } from "./bit_reader.ts";

/** All bits of the first restart interval, a bit at a time. */
function bitsOf(reader: BitReader, count: number): string {
  return Array.from({ length: count }, (_, index) => index % 2 === 0 ? reader.readBit() : reader.read(1)).join("");
}

/** The bits that can be peeked, as a number. */
function peeked(reader: BitReader): number {
  return reader.peek() >>> (32 - PEEKED_BITS);
}

Deno.test("BitReader reads any number of bits across bytes, and zeros after the end", () => {
  const reader = new BitReader(Uint8Array.of(0b10110011, 0b01010101, 0b11110000));
  assertEquals([reader.read(3), reader.read(0), reader.read(7), peeked(reader)], [
    0b101,
    0,
    0b1001101,
    0b01010111_11000000_00000000_0,
  ]);
  reader.skip(14);
  assertEquals([reader.isPastEnd, peeked(reader)], [false, 0]);
  reader.skip(1);
  assertEquals(reader.isPastEnd, true);
});

Deno.test("BitReader reads FF 00 as a byte FF, and ignores other FF as fill bytes", () => {
  for (const data of [[0xff, 0x00, 0x0f], [0xff, 0xff, 0x00, 0x0f], [0xff, 0x00, 0x0f, 0xff]]) {
    const reader = new BitReader(Uint8Array.from(data));
    assertEquals(bitsOf(reader, 16), "1111111100001111", `${data}`);
    assertEquals(reader.isPastEnd, false);
    reader.skip(1);
    assertEquals(reader.isPastEnd, true, `${data}`);
  }
});

Deno.test("BitReader moves to the next restart interval, however much of the last was read", () => {
  const data = Uint8Array.of(0xaa, 0xff, 0x00, 0xff, 0xd0, 0xbb, 0xff, 0xff, 0xd1, 0xff, 0xd2, 0xcc);
  for (const taken of [0, 5, 16]) {
    const reader = new BitReader(data);
    assertEquals(reader.read(taken), 0xaaff >> (16 - taken));
    reader.nextInterval();
    assertEquals(reader.read(8), 0xbb);
    reader.nextInterval();
    assertEquals(reader.isPastEnd, false);
    reader.nextInterval();
    assertEquals([reader.read(8), reader.isPastEnd], [0xcc, false]);
    assertEquals(reader.nextInterval(), false);
  }
});

Deno.test("BitReader knows where an interval ends that another one follows", () => {
  const reader = new BitReader(Uint8Array.of(0xaa, 0xff, 0xd0, 0xbb));
  reader.skip(9);
  assertEquals(reader.isPastEnd, true);
});

Deno.test("BitReader takes empty data", () => {
  const reader = new BitReader(new Uint8Array(0));
  assertEquals([peeked(reader), reader.isPastEnd], [0, false]);
  reader.skip(1);
  assertEquals(reader.isPastEnd, true);
});
