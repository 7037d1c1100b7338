import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { box, uint32 } from "../../../tests/support/mp4_files.ts";
import { MAX_SOUND_CHANNELS, MAX_SOUND_RATE } from "../../limits.ts";
import { decodeSampleEntry } from "./sound_entry.ts";

/** An entry of version 0 or 1. */
function entry(
  type: string,
  { bits = 16, channels = 1, rate = 8000, version = 0, boxes = [] as Uint8Array[] } = {},
): DataView {
  const fields = new DataView(new ArrayBuffer(version === 1 ? 44 : 28));
  fields.setUint16(8, version);
  fields.setUint16(16, channels);
  fields.setUint16(18, bits);
  fields.setUint32(24, rate * 2 ** 16);
  return viewOf(box(type, new Uint8Array(fields.buffer), ...boxes));
}

/** An entry of version 2. */
function newEntry({ bits = 16, channels = 2, rate = 96_000, flags = 4 } = {}): DataView {
  const fields = new DataView(new ArrayBuffer(64));
  fields.setUint16(8, 2);
  fields.setFloat64(32, rate);
  fields.setUint32(40, channels);
  fields.setUint32(48, bits);
  fields.setUint32(52, flags);
  return viewOf(box("lpcm", new Uint8Array(fields.buffer)));
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const littleEndian = box("pcmC", uint32(0), Uint8Array.of(1, 16));

const GOOD: readonly [name: string, entry: DataView, encoding: string, rate: number, channels: number][] = [
  ["sowt", entry("sowt", { channels: 2 }), "pcm16", 8000, 2],
  ["twos of version 1", entry("twos", { version: 1 }), "pcm16be", 8000, 1],
  ["raw", entry("raw ", { bits: 8 }), "pcm8", 8000, 1],
  ["ulaw", entry("ulaw"), "mulaw", 8000, 1],
  ["alaw", entry("alaw", { bits: 8 }), "alaw", 8000, 1],
  ["ipcm", entry("ipcm"), "pcm16be", 8000, 1],
  ["ipcm with its least significant byte in front", entry("ipcm", { boxes: [littleEndian] }), "pcm16", 8000, 1],
  ["lpcm", newEntry(), "pcm16", 96_000, 2],
  ["lpcm with its most significant byte in front", newEntry({ flags: 6 }), "pcm16be", 96_000, 2],
  ["lpcm of 8 bits", newEntry({ bits: 8, flags: 0 }), "pcm8", 96_000, 2],
  ["most that is read", newEntry({ rate: MAX_SOUND_RATE, channels: MAX_SOUND_CHANNELS }), "pcm16", MAX_SOUND_RATE, 8],
];

for (const [name, view, encoding, sampleRate, channels] of GOOD) {
  Deno.test(`decodeSampleEntry() knows ${name}`, () => {
    const shifted = viewOf(concat([new Uint8Array(8), new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]));
    assertEquals(decodeSampleEntry(shifted, 8), { encoding, sampleRate, channels } as ReturnType<
      typeof decodeSampleEntry
    >);
  });
}

const REFUSED: readonly [name: string, entry: DataView, reason: RegExp][] = [
  ["AAC", entry("mp4a"), /codec "mp4a"/],
  ["numbers with a fraction", newEntry({ bits: 32, flags: 1 }), /codec "lpcm"/],
  ["8 bits with sign", newEntry({ bits: 8 }), /codec "lpcm"/],
  ["24 bits", entry("sowt", { bits: 24 }), /codec "sowt"/],
  ["no channel", entry("sowt", { channels: 0 }), /0 channels/],
  ["too many channels", newEntry({ channels: MAX_SOUND_CHANNELS + 1 }), /9 channels/],
  ["too many samples", newEntry({ rate: MAX_SOUND_RATE + 1 }), /192001 samples/],
  ["a fraction of samples", newEntry({ rate: 8000.5 }), /8000\.5 samples/],
];

for (const [name, view, reason] of REFUSED) {
  Deno.test(`decodeSampleEntry() refuses ${name}`, () => {
    const decoded = decodeSampleEntry(view, 0);
    assertEquals(typeof decoded === "string" && reason.test(decoded), true, JSON.stringify(decoded));
  });
}

Deno.test("decodeSampleEntry() refuses what is cut off", () => {
  for (const view of [entry("sowt", { version: 1 }), newEntry()]) {
    for (let length = 0; length < view.byteLength; length++) {
      assertEquals(decodeSampleEntry(new DataView(view.buffer, 0, length), 0), "its format is cut off");
    }
  }
});
