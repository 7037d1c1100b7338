/**
 * Who decodes movies of other codecs than Motion-JPEG, while they are watched.
 *
 * @module
 */

import type { FileVersion } from "../files/file_version.ts";
import type { IndexFile } from "../files/file_index.ts";

/** A movie whose frames were listed. */
export interface ListedMovie {
  /** Its real path. */
  readonly path: string;
  /** What the file was like when they were. */
  readonly version: FileVersion;
}

/** Decodes for all who watch. */
export interface Decoders {
  /** Lists the frames of a movie: they have times, and no place in the file. */
  readonly index: IndexFile;
  /**
   * The JPEG of a frame, counted from 0; where it cannot be decoded alone, the next one that can. Rejects with an error called
   * `FrameUnreadableError` where none comes.
   */
  frame(movie: ListedMovie, index: number): Promise<Uint8Array>;
  /** Ends what decodes. Whoever waits for a frame gets an error. */
  close(): void;
}
