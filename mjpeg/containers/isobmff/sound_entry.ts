/**
 * What the samples of a track of sound are: its sample entry in `stsd`, as QuickTime (QuickTime File Format, "Sound Sample
 * Descriptions") and ISO/IEC 23003-5 have it.
 *
 * @module
 */

import type { StoredEncoding, StoredFormat } from "../../sound.ts";
import { limitsProblem } from "../sound/wave_format.ts";
import { boxesOf } from "./boxes.ts";

/** Bytes of an entry of version 0, from its length on; those of versions 1 and 2 have more in front of their boxes. */
const ENTRY_BYTES = 36;
const MORE_BYTES = [0, 16, 36];
/** Where version 2 has the rate of its samples, of 64 bits, and behind it the number of channels. */
const RATE_AT = 40;
/** Flags of `lpcm`. */
const [IS_FLOAT, IS_BIG_ENDIAN, IS_SIGNED] = [1, 2, 4];

/** What of it decides. */
interface Entry {
  readonly type: string;
  readonly bits: number;
  /** Of `lpcm`: a number with the flags above. */
  readonly flags: number;
  /** Of `ipcm`: whether the least significant byte comes first. */
  readonly isLittleEndian: boolean;
}

/** Decodes the entry at `at`; the reason, as a sentence about the file, why its sound cannot be read. */
export function decodeSampleEntry(view: DataView, at: number): StoredFormat | string {
  if (view.byteLength < at + ENTRY_BYTES) return "its format is cut off";
  const type = String.fromCharCode(...[4, 5, 6, 7].map((index) => view.getUint8(at + index)));
  const version = view.getUint16(at + 16);
  const boxesAt = at + ENTRY_BYTES + (MORE_BYTES[version] ?? 0);
  if (view.byteLength < boxesAt) return "its format is cut off";
  const isNew = version === 2;
  const channels = isNew ? view.getUint32(at + RATE_AT + 8) : view.getUint16(at + 24);
  const sampleRate = isNew ? view.getFloat64(at + RATE_AT) : view.getUint32(at + 32) / 2 ** 16;
  const encoding = encodingOf({
    type,
    bits: isNew ? view.getUint32(at + RATE_AT + 16) : view.getUint16(at + 26),
    flags: isNew ? view.getUint32(at + RATE_AT + 20) : 0,
    isLittleEndian: isLittleEndian(view, boxesAt, at + view.getUint32(at)),
  });
  if (encoding === undefined) return `its codec ${JSON.stringify(type)} is not PCM of 8 or 16 bits, mu-law or A-law`;
  if (!Number.isInteger(sampleRate)) return `it has ${sampleRate} samples a second, whole numbers can be read`;
  return limitsProblem({ channels, sampleRate }) ?? { encoding, channels, sampleRate };
}

function encodingOf({ type, bits, flags, isLittleEndian }: Entry): StoredEncoding | undefined {
  switch (type) {
    case "ulaw":
      return "mulaw";
    case "alaw":
      return "alaw";
    case "raw ":
      return bits === 8 ? "pcm8" : undefined;
    case "sowt":
      return bits === 16 ? "pcm16" : undefined;
    case "twos":
      return bits === 16 ? "pcm16be" : undefined;
    case "lpcm":
      if (bits === 8 && (flags & (IS_FLOAT | IS_SIGNED)) === 0) return "pcm8";
      if (bits !== 16 || (flags & (IS_FLOAT | IS_SIGNED)) !== IS_SIGNED) return undefined;
      return (flags & IS_BIG_ENDIAN) === 0 ? "pcm16" : "pcm16be";
    case "ipcm":
      return bits === 16 ? isLittleEndian ? "pcm16" : "pcm16be" : undefined;
    default:
      return undefined;
  }
}

/** What the box `pcmC` says (ISO/IEC 23003-5, 7.2). */
function isLittleEndian(view: DataView, offset: number, end: number): boolean {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (const box of boxesOf(bytes, { offset, end: Math.min(end, bytes.length) })) {
    if (box.type === "pcmC" && box.end - box.offset >= 6) return (bytes[box.offset + 4] & 1) === 1;
  }
  return false;
}
