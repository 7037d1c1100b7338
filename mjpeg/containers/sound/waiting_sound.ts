/**
 * Sound on its way into a file in which it stands among the frames.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { blockBytes, type SoundFormat, type SoundPiece } from "../../sound.ts";
import { SoundGrid } from "./sound_grid.ts";

/** Sound that waits for the next frame, in seconds; with more it waits no longer. */
const MAX_WAITING_SECONDS = 1;

/** Sound that waits for a frame, in front of which it stands in the file. */
export class WaitingSound {
  /** What its samples are. */
  readonly format: SoundFormat;
  #grid: SoundGrid | undefined;
  #pieces: Uint8Array[] = [];
  #lengthBytes = 0;

  /** Nothing waits yet. */
  constructor(format: SoundFormat) {
    this.format = format;
  }

  /** A frame is there. With the first one, time begins. */
  begin(startUs: number): void {
    this.#grid ??= new SoundGrid(this.format, startUs);
  }

  /** Returns whether there is so much that it waits no longer. */
  add(piece: SoundPiece): boolean {
    if (this.#grid === undefined) return false;
    const data = this.#grid.add(piece);
    this.#pieces.push(data);
    this.#lengthBytes += data.length;
    return this.#lengthBytes >= MAX_WAITING_SECONDS * this.format.sampleRate * blockBytes(this.format);
  }

  /** All that waits. */
  take(): Uint8Array {
    const data = concat(this.#pieces);
    this.#pieces = [];
    this.#lengthBytes = 0;
    return data;
  }
}
