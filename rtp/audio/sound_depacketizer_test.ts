import { assertEquals } from "@std/assert";
import { SoundDepacketizer, type SoundEncoding } from "./sound_depacketizer.ts";

/** What a depacketizer makes of one payload. */
function decode(encoding: SoundEncoding, payload: readonly number[], channels = 1) {
  const depacketizer = new SoundDepacketizer({ encoding, channels });
  const packet = { payload: Uint8Array.from(payload), timestamp: 160, arrivalMs: 20, isAfterGap: false };
  const outputs = depacketizer.push({ ...packet, marker: false, payloadType: 0, sequenceNumber: 1, ssrc: 1 });
  assertEquals(depacketizer.flush(), []);
  return outputs.map((output) => {
    if (output.kind !== "frame") throw new Error("No packet of sound is damaged");
    assertEquals([output.timestamp, output.arrivalMs], [160, 20]);
    const view = new DataView(output.data.buffer, output.data.byteOffset);
    return Array.from({ length: output.data.length / 2 }, (_, index) => view.getInt16(2 * index, true));
  });
}

/** The ends, and the smallest steps, of G.711's tables. */
const CASES: readonly [SoundEncoding, readonly number[], readonly number[]][] = [
  ["PCMU", [0x00, 0x80, 0x7f, 0xff, 0x7e, 0xfe, 0x6f, 0xef], [-32_124, 32_124, 0, 0, -8, 8, -132, 132]],
  ["PCMA", [0x2a, 0xaa, 0x55, 0xd5, 0x54, 0xd4, 0x45, 0xc5], [-32_256, 32_256, -8, 8, -24, 24, -264, 264]],
  ["L16", [0x12, 0x34, 0xff, 0xfe, 0x80, 0x00], [0x1234, -2, -32_768]],
];

for (const [encoding, payload, samples] of CASES) {
  Deno.test(`SoundDepacketizer decodes ${encoding}`, () => {
    assertEquals(decode(encoding, payload), [samples]);
  });
}

Deno.test("SoundDepacketizer leaves out what does not fill all channels", () => {
  assertEquals(decode("L16", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0], 2), [[1, 2, 3, 4]]);
  assertEquals(decode("PCMU", [0xff, 0xff, 0xff], 2), [[0, 0]]);
  assertEquals(decode("L16", [0, 1, 0], 2), []);
  assertEquals(decode("PCMA", []), []);
});
