/**
 * The format of sound as WAV and AVI have it (`WAVEFORMATEX`), both ways.
 *
 * @module
 */

import { MAX_SOUND_CHANNELS, MAX_SOUND_RATE } from "../../limits.ts";
import { blockBytes, SAMPLE_BYTES, type SoundFormat, type StoredEncoding, type StoredFormat } from "../../sound.ts";
import { uint16At, uint32At } from "../avi/riff.ts";
import { fields } from "../avi/riff_writer.ts";

const PCM = 1;
const FORMAT_BYTES = 16;
/** `WAVEFORMATEXTENSIBLE`: the first two bytes of its GUID, at 24, say what a plain format says in front. */
const EXTENSIBLE = 0xfffe;
const GUID_TAG_AT = 24;
/** The rest of the GUID of a format that has a number. */
const GUID_REST = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/** Bytes of a format that are looked at. */
export const MAX_WAVE_FORMAT_BYTES = 40;

/** By the number of the format and the bits of a sample. */
const ENCODINGS: ReadonlyMap<string, StoredEncoding> = new Map([
  ["1/8", "pcm8"],
  ["1/16", "pcm16"],
  ["6/8", "alaw"],
  ["7/8", "mulaw"],
]);

/** The data of the chunk `fmt `, or `strf`. */
export function waveFormat(format: SoundFormat): Uint8Array {
  const block = blockBytes(format);
  const { sampleRate, channels } = format;
  return fields(FORMAT_BYTES, [
    [0, PCM | channels << 16],
    [4, sampleRate],
    [8, sampleRate * block],
    [12, block | 8 * SAMPLE_BYTES << 16],
  ]);
}

/** What such data says; why it cannot be read, as a sentence about the file, where it cannot. */
export function decodeWaveFormat(bytes: Uint8Array): StoredFormat | string {
  if (bytes.length < FORMAT_BYTES) return `its format needs ${FORMAT_BYTES} bytes, got ${bytes.length}`;
  const channels = uint16At(bytes, 2);
  const sampleRate = uint32At(bytes, 4);
  const bits = uint16At(bytes, 14);
  const number = formatNumber(bytes);
  const encoding = ENCODINGS.get(`${number}/${bits}`);
  if (encoding === undefined) return `format ${number} with ${bits} bits is not PCM of 8 or 16 bits, mu-law or A-law`;
  return limitsProblem({ channels, sampleRate }) ?? { encoding, channels, sampleRate };
}

/** Why there is more sound than is read, as a sentence about the file; `undefined` where there is not. */
export function limitsProblem({ channels, sampleRate }: SoundFormat): string | undefined {
  if (channels < 1 || channels > MAX_SOUND_CHANNELS) {
    return `it has ${channels} channels, 1 to ${MAX_SOUND_CHANNELS} can be read`;
  }
  if (!(sampleRate >= 1 && sampleRate <= MAX_SOUND_RATE)) {
    return `it has ${sampleRate} samples a second, 1 to ${MAX_SOUND_RATE} can be read`;
  }
  return undefined;
}

function formatNumber(bytes: Uint8Array): number {
  const number = uint16At(bytes, 0);
  if (number !== EXTENSIBLE || bytes.length < MAX_WAVE_FORMAT_BYTES) return number;
  const isNumbered = GUID_REST.every((byte, index) => bytes[GUID_TAG_AT + 2 + index] === byte);
  return isNumbered ? uint16At(bytes, GUID_TAG_AT) : number;
}
