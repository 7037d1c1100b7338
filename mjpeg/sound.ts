/**
 * Sound beside the frames of a stream: samples of 16 bits, as they are played and stored.
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
