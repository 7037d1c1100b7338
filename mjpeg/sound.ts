/**
 * Sound beside the frames of a stream: samples of 16 bits, as they are played and stored, and the other ways in which files have them.
 *
 * @module
 */

/** Bytes of a sample of one channel. */
export const SAMPLE_BYTES = 2;

/** What the samples are. */
export interface SoundFormat {
  /** Samples of a channel in a second. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** How files have a sample of one channel. PCM of 8 bits has no sign; `pcm16` has the least significant byte first. */
export type StoredEncoding = "pcm8" | "pcm16" | "pcm16be" | "mulaw" | "alaw";

/** The format of the samples of a file. */
export interface StoredFormat extends SoundFormat {
  readonly encoding: StoredEncoding;
}

/** Samples that follow one another. */
export interface SoundPiece {
  /** 16 bits with sign each, least significant byte first; those of all channels at a time stand side by side. */
  readonly data: Uint8Array;
  /** When the first of them is heard: microseconds from the start of the stream, as the times of its frames. */
  readonly timestampUs: number;
}

/** Bytes of the samples of all channels at one time. */
export function blockBytes({ channels }: SoundFormat): number {
  return SAMPLE_BYTES * channels;
}

/** The same in a file. */
export function storedBlockBytes({ encoding, channels }: StoredFormat): number {
  return (encoding === "pcm16" || encoding === "pcm16be" ? SAMPLE_BYTES : 1) * channels;
}

/** The byte that silence consists of. */
export const SILENCE: Readonly<Record<StoredEncoding, number>> = {
  pcm8: 0x80,
  pcm16: 0,
  pcm16be: 0,
  mulaw: 0xff,
  alaw: 0xd5,
};
