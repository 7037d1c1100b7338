import { assertEquals, assertThrows } from "@std/assert";
import { LAB_PAYLOAD_MAX_BYTES, type LabFragmentStyle, packetizeLabFrame } from "./lab_packetizer.ts";

Deno.test("packetizeLabFrame() sends a frame whole, without marker", () => {
  const frame = new Uint8Array(50);
  assertEquals(packetizeLabFrame(frame), [{ payload: frame, marker: false }]);
});

Deno.test("packetizeLabFrame() cuts a frame that no datagram can hold, and no other", () => {
  assertEquals(packetizeLabFrame(new Uint8Array(LAB_PAYLOAD_MAX_BYTES)).length, 1);
  const fragments = packetizeLabFrame(new Uint8Array(LAB_PAYLOAD_MAX_BYTES + 1));
  assertEquals(fragments.map(({ marker }) => marker), [...Array(fragments.length - 1).fill(false), true]);
  assertEquals(fragments[0].payload.length, 1408);
});

Deno.test("packetizeLabFrame() marks a whole frame where that is asked for", () => {
  const frame = new Uint8Array(50);
  assertEquals(packetizeLabFrame(frame, { marksWholeFrames: true }), [{ payload: frame, marker: true }]);
});

const PREFIXES: readonly [style: LabFragmentStyle, prefixes: (readonly number[] | undefined)[]][] = [
  ["sequence", [undefined, undefined, undefined]],
  ["timestamp", [undefined, undefined, undefined]],
  ["frame-number", [undefined, undefined, undefined]],
  // Offset and length of the frame.
  ["offset8", [[0, 0, 0, 0, 0, 0, 2, 88], [0, 0, 1, 0, 0, 0, 2, 88], [0, 0, 2, 0, 0, 0, 2, 88]]],
  // Index, count, and length of the fragment.
  ["index6", [[0, 0, 0, 3, 1, 0], [0, 1, 0, 3, 1, 0], [0, 2, 0, 3, 0, 88]]],
  ["index4", [[0, 0, 0, 3], [0, 1, 0, 3], [0, 2, 0, 3]]],
];

for (const [style, prefixes] of PREFIXES) {
  Deno.test(`packetizeLabFrame() writes the prefixes of ${style}`, () => {
    const frame = new Uint8Array(600);
    const fragments = packetizeLabFrame(frame, { fragmentBytes: 256, fragmentStyle: style });
    assertEquals(fragments.map(({ prefix }) => prefix === undefined ? undefined : [...prefix]), prefixes);
    assertEquals(fragments.map(({ payload }) => payload.length), [256, 256, 88]);
    assertEquals(fragments.map(({ marker }) => marker), [false, false, true]);
  });
}

Deno.test("packetizeLabFrame() leaves room for the prefix in a datagram, and makes no more fragments than index6 can count", () => {
  const offset8 = packetizeLabFrame(new Uint8Array(LAB_PAYLOAD_MAX_BYTES), {
    fragmentBytes: LAB_PAYLOAD_MAX_BYTES,
    fragmentStyle: "offset8",
  });
  assertEquals(offset8.map(({ payload }) => payload.length), [LAB_PAYLOAD_MAX_BYTES - 8, 8]);
  for (const [length, count] of [[2 * 0xffff, 0xffff], [2 * 0xffff + 1, Math.ceil((2 * 0xffff + 1) / 3)]]) {
    const fragments = packetizeLabFrame(new Uint8Array(length), { fragmentBytes: 2, fragmentStyle: "index6" });
    assertEquals(fragments.length, count);
  }
});

Deno.test("packetizeLabFrame() rejects fragments that fit no datagram", () => {
  for (const fragmentBytes of [1, -1, 2.5, LAB_PAYLOAD_MAX_BYTES + 1]) {
    assertThrows(() => packetizeLabFrame(new Uint8Array(9), { fragmentBytes }), RangeError, "2 to 65495");
  }
});
