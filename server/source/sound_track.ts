/**
 * The sound beside the frames of a source, as sessions see it: blocks of samples that all who listen share. Its samples are counted
 * from the source's first frame.
 *
 * @module
 */

import type { StoredFormat } from "../../mjpeg/sound.ts";
import { PIECES_PER_SECOND } from "../../rtp/audio/sound_packetizer.ts";

/** Pieces of 20 ms in a block. */
const PIECES_PER_BLOCK = 25;

/** The sound of one source. */
export interface SoundTrack {
  readonly format: StoredFormat;
  /** Samples of a channel. */
  readonly sampleCount: number;
  /**
   * The samples of block `index`, of {@linkcode samplesPerBlock} each: at once if they are in memory. Shared, not to be written to; the
   * last block is shorter. Rejects where they cannot be read any more.
   */
  block(index: number): Uint8Array | Promise<Uint8Array>;
  /** Somebody listens, until the function that is returned is called. */
  addListener(): () => void;
}

/** Samples of a channel in a block: whole pieces of 20 ms, half a second together. */
export function samplesPerBlock({ sampleRate }: StoredFormat): number {
  return PIECES_PER_BLOCK * Math.max(1, Math.floor(sampleRate / PIECES_PER_SECOND));
}
