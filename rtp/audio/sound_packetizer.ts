/**
 * Makes RTP payloads of the samples of a file (RFC 3551, 4.5.11 and 4.5.14): PCM becomes L16, mu-law and A-law stay as they are.
 * {@linkcode SoundDepacketizer} is the other end.
 *
 * @module
 */

import type { StoredEncoding, StoredFormat } from "../../mjpeg/sound.ts";
import type { SoundEncoding } from "./sound_depacketizer.ts";

/** Sound on the wire, as SDP tells it. */
export interface WireFormat {
  /** That of RFC 3551, 6, where it has one; else a dynamic one. */
  readonly payloadType: number;
  readonly encoding: SoundEncoding;
  /** RTP timestamp ticks a second: samples of a channel. */
  readonly clockRate: number;
  readonly channels: number;
}

const DYNAMIC_PAYLOAD_TYPE = 97;
/** By encoding, rate and channels. */
const STATIC_PAYLOAD_TYPES: ReadonlyMap<string, number> = new Map([
  ["PCMU/8000/1", 0],
  ["PCMA/8000/1", 8],
  ["L16/44100/2", 10],
  ["L16/44100/1", 11],
]);

/** Pieces of sound in a second: 20 ms each (RFC 3551, 4.2). */
export const PIECES_PER_SECOND = 50;

/** How the samples of a file travel. */
export function wireFormat({ encoding: stored, sampleRate: clockRate, channels }: StoredFormat): WireFormat {
  const encoding = stored === "mulaw" ? "PCMU" : stored === "alaw" ? "PCMA" : "L16";
  const payloadType = STATIC_PAYLOAD_TYPES.get(`${encoding}/${clockRate}/${channels}`) ?? DYNAMIC_PAYLOAD_TYPE;
  return { payloadType, encoding, clockRate, channels };
}

/**
 * How many samples of a channel a piece of 20 ms has, and each packet of it: as many as fit in `maxPayloadBytes`, evenly, but at least
 * one.
 */
export function samplesOfPiece(
  sound: StoredFormat,
  maxPayloadBytes: number,
): { readonly piece: number; readonly packet: number } {
  const blockBytes = (wireFormat(sound).encoding === "L16" ? 2 : 1) * sound.channels;
  const piece = Math.max(1, Math.floor(sound.sampleRate / PIECES_PER_SECOND));
  const most = Math.max(1, Math.floor(maxPayloadBytes / blockBytes));
  return { piece, packet: Math.ceil(piece / Math.ceil(piece / most)) };
}

/** The payload with whole samples of a file. Those of big-endian PCM, mu-law and A-law are `stored` itself, all others a copy. */
export function encodeSoundPayload(stored: Uint8Array, encoding: StoredEncoding): Uint8Array {
  switch (encoding) {
    case "mulaw":
    case "alaw":
    case "pcm16be":
      return stored;
    case "pcm8":
      return widen(stored);
    case "pcm16":
      return swapBytes(stored);
  }
}

/** PCM of 8 bits has no sign: its middle is 128. */
function widen(stored: Uint8Array): Uint8Array {
  const payload = new Uint8Array(2 * stored.length);
  stored.forEach((byte, index) => payload[2 * index] = byte ^ 0x80);
  return payload;
}

/** L16 has the most significant byte first. */
function swapBytes(stored: Uint8Array): Uint8Array {
  const payload = new Uint8Array(stored.length - stored.length % 2);
  for (let index = 0; index < payload.length; index += 2) {
    payload[index] = stored[index + 1];
    payload[index + 1] = stored[index];
  }
  return payload;
}
