/**
 * Puts pieces of sound where they belong in a file, in which one sample follows the other: silence where some are missing, and none
 * twice.
 *
 * @module
 */

import { blockBytes, type SoundFormat, type SoundPiece } from "../../sound.ts";

/** How far a piece may be from its place before it is moved there, in seconds: a step of less is heard, and an offset is not. */
const MAX_OFFSET_SECONDS = 0.02;
/** Bytes of silence that are put in front of one piece, which takes as much memory. What is missing still comes with the next. */
const MAX_SILENCE_BYTES = 2 ** 23;

/** The samples of a file, from its first frame on. */
export class SoundGrid {
  readonly #format: SoundFormat;
  readonly #startUs: number;
  /** Samples of a channel that are there. */
  #count = 0;

  /** For a file whose first frame has the time `startUs`. */
  constructor(format: SoundFormat, startUs: number) {
    this.#format = format;
    this.#startUs = startUs;
  }

  /** What to write of a piece, behind what there is: none of it where it is from before the first frame. */
  add({ data, timestampUs }: SoundPiece): Uint8Array {
    const { sampleRate } = this.#format;
    const block = blockBytes(this.#format);
    const wanted = Math.round((timestampUs - this.#startUs) * sampleRate / 1e6);
    const offset = wanted - this.#count;
    if (Math.abs(offset) <= MAX_OFFSET_SECONDS * sampleRate) return this.#take(data);
    if (offset < 0) return this.#take(data.subarray(Math.min(data.length, -offset * block)));
    const silent = Math.min(offset, Math.floor(MAX_SILENCE_BYTES / block));
    const bytes = new Uint8Array(silent * block + data.length);
    bytes.set(data, silent * block);
    return this.#take(bytes);
  }

  #take(bytes: Uint8Array): Uint8Array {
    this.#count += bytes.length / blockBytes(this.#format);
    return bytes;
  }
}
