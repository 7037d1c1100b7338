import { assertEquals } from "@std/assert";
import { decodeAdaptation, encodeAdaptation } from "./adaptation_report.ts";
import { type ApplicationPacket, decodeRtcp, encodeRtcp } from "./rtcp.ts";

const REPORT = { frames: [1, 2], coarseness: 2.5 } as const;

Deno.test("encodeAdaptation() makes a packet that decodeAdaptation() reads", () => {
  const packet = encodeAdaptation(REPORT, 0x01020304);
  const bytes = encodeRtcp([packet]);
  // Version 2, subtype 0; APP; 3 words; SSRC; "ADPT"; 1 of 2; 2.5.
  assertEquals([...bytes], [0x80, 204, 0, 3, 1, 2, 3, 4, 0x41, 0x44, 0x50, 0x54, 1, 2, 2, 0x80]);
  const [decoded] = decodeRtcp(bytes);
  assertEquals(decoded, packet);
  assertEquals(decodeAdaptation(decoded as ApplicationPacket), REPORT);
});

Deno.test("decodeAdaptation() passes over what is of others, and what cannot be", () => {
  const packet = encodeAdaptation(REPORT, 1);
  for (
    const change of [
      { name: "qtsi" },
      { subtype: 1 },
      { data: packet.data.subarray(0, 3) },
      ...[[0, 2, 1, 0], [3, 2, 1, 0], [1, 2, 0, 255]].map((bytes) => ({ data: Uint8Array.from(bytes) })),
    ]
  ) assertEquals(decodeAdaptation({ ...packet, ...change }), undefined);
});
