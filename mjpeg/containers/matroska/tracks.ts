/**
 * The tracks of a Matroska or WebM file (RFC 9559, 5.1.4).
 *
 * @module
 */

import { elementsIn, uintOf } from "./ebml.ts";

/** Identifiers of elements. */
const [TRACK, NUMBER, TYPE, CODEC, CODEC_PRIVATE, DEFAULT_DURATION, ENCODINGS] = [
  ...[0xae, 0xd7, 0x83, 0x86, 0x63a2, 0x23e383, 0x6d80],
];

const VIDEO = 1;

/** The codec of Video for Windows, whose four characters are elsewhere. */
const VIDEO_FOR_WINDOWS = "V_MS/VFW/FOURCC";
/** Where those are in a BITMAPINFOHEADER. */
const FOUR_CHARACTERS_AT = 16;

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

/** The video tracks in the element `Tracks`. */
export function decodeVideoTracks(tracks: Uint8Array): VideoTrack[] {
  const found: VideoTrack[] = [];
  for (const { id, data } of elementsIn(tracks)) {
    if (id !== TRACK) continue;
    const fields = new Map([...elementsIn(data)].map((element) => [element.id, element.data]));
    if (uintOf(fields.get(TYPE) ?? new Uint8Array(0)) !== VIDEO) continue;
    const nanoseconds = uintOf(fields.get(DEFAULT_DURATION) ?? new Uint8Array(0));
    found.push({
      number: uintOf(fields.get(NUMBER) ?? new Uint8Array(0)),
      codec: codecOf(fields),
      frameRate: nanoseconds > 0 ? frameRateOf(nanoseconds) : undefined,
      isEncoded: fields.has(ENCODINGS),
    });
  }
  return found;
}

function codecOf(fields: ReadonlyMap<number, Uint8Array>): string {
  const name = textOf(fields.get(CODEC) ?? new Uint8Array(0));
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
