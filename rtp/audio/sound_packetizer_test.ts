import { assertEquals } from "@std/assert";
import type { StoredEncoding } from "../../mjpeg/sound.ts";
import { encodeSoundPayload, samplesOfPiece, wireFormat } from "./sound_packetizer.ts";

Deno.test("encodeSoundPayload() puts the most significant byte first, widens 8 bits, and passes the rest through", () => {
  const bytes = Uint8Array.of(0x00, 0x80, 0xff, 0x12);
  assertEquals([...encodeSoundPayload(bytes, "pcm16")], [0x80, 0x00, 0x12, 0xff]);
  assertEquals([...encodeSoundPayload(bytes, "pcm8")], [0x80, 0, 0x00, 0, 0x7f, 0, 0x92, 0]);
  for (const encoding of ["pcm16be", "mulaw", "alaw"] as const) {
    assertEquals(encodeSoundPayload(bytes, encoding), bytes);
  }
});

const FORMATS: readonly [StoredEncoding, rate: number, channels: number, encoding: string, payloadType: number][] = [
  ["mulaw", 8000, 1, "PCMU", 0],
  ["alaw", 8000, 1, "PCMA", 8],
  ["pcm16", 44_100, 2, "L16", 10],
  ["pcm8", 44_100, 1, "L16", 11],
  ["mulaw", 8000, 2, "PCMU", 97],
  ["alaw", 16_000, 1, "PCMA", 97],
  ["pcm16be", 48_000, 1, "L16", 97],
];

Deno.test("wireFormat() has the payload types of RFC 3551 where it has any", () => {
  for (const [stored, sampleRate, channels, encoding, payloadType] of FORMATS) {
    assertEquals(wireFormat({ encoding: stored, sampleRate, channels }), {
      payloadType,
      encoding,
      clockRate: sampleRate,
      channels,
    } as ReturnType<typeof wireFormat>);
  }
});

Deno.test("samplesOfPiece() is 20 ms, in as few packets of one size as they fit in", () => {
  const sound = { encoding: "pcm16", channels: 2, sampleRate: 8000 } as const;
  assertEquals(samplesOfPiece(sound, 640), { piece: 160, packet: 160 });
  assertEquals(samplesOfPiece(sound, 639), { piece: 160, packet: 80 });
  assertEquals(samplesOfPiece({ ...sound, sampleRate: 44_100 }, 1388), { piece: 882, packet: 294 });
  assertEquals(samplesOfPiece({ ...sound, encoding: "mulaw", channels: 1 }, 1388), { piece: 160, packet: 160 });
  assertEquals(samplesOfPiece({ ...sound, sampleRate: 10 }, 640), { piece: 1, packet: 1 });
  assertEquals(samplesOfPiece({ ...sound, channels: 8 }, 10), { piece: 160, packet: 1 });
});
