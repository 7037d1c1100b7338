/**
 * The sound of a recording whose format has no room for it: a WAV file beside it. It is made when there is some, and is whole behind
 * each piece.
 *
 * @module
 */

import { WavWriter } from "../../../mjpeg/containers/sound/wav_writer.ts";
import type { SoundFormat, SoundPiece } from "../../../mjpeg/sound.ts";
import { removeIfThere } from "./frame_store.ts";
import { lengthWith, PatchedFile } from "./patched_file.ts";

/** Where the sound of a movie is stored, and what it is. */
export interface SoundFileOptions {
  readonly path: string;
  /** Whether a file of that name is replaced. */
  readonly replaces: boolean;
  readonly format: SoundFormat;
  /** Time of the movie's first frame, with which the file begins, in microseconds. */
  readonly startUs: number;
}

/** One WAV file. */
export class SoundFile {
  readonly #options: SoundFileOptions;
  readonly #writer: WavWriter;
  #file: PatchedFile | undefined;
  #wholeBytes = 0;
  #isMade = false;

  /** Makes nothing until sound comes. */
  constructor(options: SoundFileOptions) {
    this.#options = options;
    this.#writer = new WavWriter(options.format, options.startUs);
  }

  /** Stores the next piece. */
  write(piece: SoundPiece): void {
    const patches = this.#writer.add(piece);
    if (patches.length === 0) return;
    const file = this.#file ??= this.#create();
    try {
      file.write(patches);
      this.#wholeBytes = lengthWith(patches, this.#wholeBytes);
    } catch (error) {
      file.tryTruncate(this.#wholeBytes);
      throw error;
    }
  }

  /** Nothing more comes. */
  close(): void {
    this.#file?.[Symbol.dispose]();
    this.#file = undefined;
  }

  /** Removes the file, if it is there. */
  remove(): void {
    this.close();
    if (this.#isMade) removeIfThere(this.#options.path);
  }

  #create(): PatchedFile {
    const { path, replaces } = this.#options;
    if (replaces) removeIfThere(path);
    // Links are not followed, and no other program's file is taken.
    const file = new PatchedFile(Deno.openSync(path, { write: true, createNew: true }));
    this.#isMade = true;
    return file;
  }
}
