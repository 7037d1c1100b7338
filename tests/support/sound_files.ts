/**
 * Matroska and MP4 files with sound, put together by hand.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { element } from "./matroska_files.ts";
import { box, uint32 } from "./mp4_files.ts";

const text = (characters: string) => new TextEncoder().encode(characters);
const byte = (value: number) => Uint8Array.of(value);

/** PCM of 8 bits, 1000 samples a second. */
const AUDIO = element(0xe1, [element(0xb5, [Uint8Array.of(0x44, 0x7a, 0, 0)]), element(0x6264, [byte(8)])]);

/** A block of the video (track 1) or the sound (track 2). */
export function soundBlock(track: 1 | 2, timeMs: number, data: readonly number[], flags = 0x80): Uint8Array {
  return element(0xa3, [Uint8Array.of(0x80 | track, timeMs >> 8, timeMs & 0xff, flags, ...data)]);
}

/** A file with a track of Motion-JPEG and one of sound. */
export function soundMatroska(blocks: readonly Uint8Array[], codec = "A_PCM/INT/LIT"): Uint8Array {
  const track = (number: number, name: string, ...parts: readonly Uint8Array[]) =>
    element(0xae, [
      element(0xd7, [byte(number)]),
      element(0x83, [byte(number)]),
      element(0x86, [text(name)]),
      ...parts,
    ]);
  return concat([
    element(0x1a45dfa3, [element(0x4282, [text("matroska")])]),
    element(0x18538067, [
      element(0x1654ae6b, [track(1, "V_MJPEG"), track(2, codec, AUDIO)]),
      element(0x1f43b675, [element(0xe7, [byte(0)]), ...blocks]),
    ]),
  ]);
}

/** An MP4 file whose only track has chunks of PCM of 16 bits, two bytes a sample, 1000 samples a second. */
export function soundMp4(chunks: readonly Uint8Array[], { isEven = true, pause = 0 } = {}): Uint8Array {
  const data = box("mdat", ...chunks);
  let at = 8;
  const offsets = chunks.map(({ length }) => (at += length) - length);
  const counts = chunks.map(({ length }) => length >> 1);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const entry = new DataView(new ArrayBuffer(28));
  entry.setUint16(16, 1);
  entry.setUint16(18, 16);
  entry.setUint32(24, 1000 * 2 ** 16);
  const lengths = isEven ? [0, 2, total] : [0, 0, total, ...Array.from({ length: total }, () => 2)];
  const table = box(
    "stbl",
    box("stsd", uint32(0, 1), box("sowt", new Uint8Array(entry.buffer))),
    box("stts", uint32(0, 1, total, 1)),
    box("stsc", uint32(0, counts.length, ...counts.flatMap((count, index) => [index + 1, count, 1]))),
    box("stsz", uint32(...lengths)),
    box("stco", uint32(0, offsets.length, ...offsets)),
  );
  const edits = box("edts", box("elst", uint32(0, 2, pause, 0xffffffff, 65_536, 0, 0, 65_536)));
  const media = box(
    "mdia",
    box("mdhd", uint32(0, 0, 0, 1000, total, 0)),
    box("hdlr", uint32(0, 0), new TextEncoder().encode("soun"), new Uint8Array(12)),
    box("minf", table),
  );
  const track = box("trak", box("tkhd", uint32(0, 0, 0, 1, 0, 0)), edits, media);
  return concat([data, box("moov", box("mvhd", uint32(0, 0, 0, 1000, 0, 0)), track)]);
}
