/**
 * The tracks of a Matroska or WebM file (RFC 9559, 5.1.4).
 *
 * @module
 */

import type { StoredEncoding, StoredFormat } from "../../sound.ts";
import { decodeWaveFormat, limitsProblem } from "../sound/wave_format.ts";
import { elementsIn, uintOf } from "./ebml.ts";

/** Identifiers of elements. */
const [AUDIO, RATE, CHANNELS, BIT_DEPTH] = [0xe1, 0xb5, 0x9f, 0x6264];
const [TRACK, NUMBER, TYPE, CODEC, CODEC_PRIVATE, DEFAULT_DURATION, ENCODINGS] = [
  ...[0xae, 0xd7, 0x83, 0x86, 0x63a2, 0x23e383, 0x6d80],
];

const [VIDEO, SOUND] = [1, 2];

/** The codec of Video for Windows, whose four characters are elsewhere. */
const VIDEO_FOR_WINDOWS = "V_MS/VFW/FOURCC";
/** Where those are in a BITMAPINFOHEADER. */
const FOUR_CHARACTERS_AT = 16;

/** The codec of sound whose format is that of a WAV file. */
const WAVE_FORMAT = "A_MS/ACM";
/** By codec and bits of a sample. */
const PCM: ReadonlyMap<string, StoredEncoding> = new Map([
  ["A_PCM/INT/LIT 8", "pcm8"],
  ["A_PCM/INT/BIG 8", "pcm8"],
  ["A_PCM/INT/LIT 16", "pcm16"],
  ["A_PCM/INT/BIG 16", "pcm16be"],
]);
const NOTHING = new Uint8Array(0);

/** A video track. */
export interface VideoTrack {
  readonly number: number;
  /** As Matroska names it, or four characters. */
  readonly codec: string;
  /** Frames a second, if the file says that they are evenly spaced. */
  readonly frameRate: number | undefined;
  /** Whether frames are stored in another way than as they are: compressed, for example. */
  readonly isEncoded: boolean;
}

/** A track of sound. */
export interface SoundTrack {
  readonly number: number;
  /** What its samples are, or why they cannot be read. */
  readonly format: StoredFormat | string;
}

/** The tracks of a file. */
export interface Tracks {
  /** The first video track that is Motion-JPEG by its name, else the first one. */
  readonly video: VideoTrack | undefined;
  /** The first track of sound. */
  readonly sound: SoundTrack | undefined;
}

/** What one element has, by identifiers. */
type Fields = ReadonlyMap<number, Uint8Array>;

/** The tracks in the element `Tracks`. */
export function decodeTracks(tracks: Uint8Array): Tracks {
  const videos: VideoTrack[] = [];
  let sound: SoundTrack | undefined;
  for (const { id, data } of elementsIn(tracks)) {
    if (id !== TRACK) continue;
    const fields = fieldsOf(data);
    const kind = numberIn(fields, TYPE);
    if (kind === VIDEO) videos.push(videoOf(fields));
    else if (kind === SOUND) sound ??= { number: numberIn(fields, NUMBER), format: formatOf(fields) };
  }
  return { video: videos.find(({ codec }) => /jp/i.test(codec)) ?? videos[0], sound };
}

function videoOf(fields: Fields): VideoTrack {
  const nanoseconds = numberIn(fields, DEFAULT_DURATION);
  return {
    number: numberIn(fields, NUMBER),
    codec: codecOf(fields),
    frameRate: nanoseconds > 0 ? frameRateOf(nanoseconds) : undefined,
    isEncoded: fields.has(ENCODINGS),
  };
}

/** `A_PCM/INT/LIT`, `A_PCM/INT/BIG`, or the format of a WAV file (RFC 9559, 27.2 and the codec mappings of Matroska). */
function formatOf(fields: Fields): StoredFormat | string {
  if (fields.has(ENCODINGS)) return "its sound is stored compressed";
  const codec = textOf(fields.get(CODEC) ?? NOTHING);
  if (codec === WAVE_FORMAT) return decodeWaveFormat(fields.get(CODEC_PRIVATE) ?? NOTHING);
  const audio = fieldsOf(fields.get(AUDIO) ?? NOTHING);
  const format = { sampleRate: floatOf(audio.get(RATE)) ?? 8000, channels: numberIn(audio, CHANNELS) || 1 };
  const bits = numberIn(audio, BIT_DEPTH);
  const encoding = PCM.get(`${codec} ${bits}`);
  if (encoding === undefined) return `its codec ${JSON.stringify(codec)} is not PCM of 8 or 16 bits, mu-law or A-law`;
  return limitsProblem(format) ?? { encoding, ...format };
}

function fieldsOf(data: Uint8Array): Fields {
  return new Map([...elementsIn(data)].map((element) => [element.id, element.data]));
}

function numberIn(fields: Fields, id: number): number {
  return uintOf(fields.get(id) ?? NOTHING);
}

/** A number of four or eight bytes (RFC 8794, 7.3), as a whole one. */
function floatOf(bytes: Uint8Array | undefined): number | undefined {
  if (bytes?.length !== 4 && bytes?.length !== 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Math.round(bytes.length === 4 ? view.getFloat32(0) : view.getFloat64(0));
}

function codecOf(fields: Fields): string {
  const name = textOf(fields.get(CODEC) ?? NOTHING);
  const header = fields.get(CODEC_PRIVATE);
  if (name !== VIDEO_FOR_WINDOWS || header === undefined) return name;
  return textOf(header.subarray(FOUR_CHARACTERS_AT, FOUR_CHARACTERS_AT + 4));
}

/** The rate behind a duration that is rounded to nanoseconds: a whole one, or one of NTSC, where that is what it means. */
function frameRateOf(nanoseconds: number): number {
  const rate = 1e9 / nanoseconds;
  for (const near of [Math.round(rate), Math.round(rate * 1.001) / 1.001]) {
    if (near > 0 && Math.abs(1e9 / near - nanoseconds) <= 1) return near;
  }
  return rate;
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 100)).replace(/\0.*$/s, "");
}
