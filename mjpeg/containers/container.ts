/**
 * What a container format is: it recognizes its files by their content and finds the frames in them. Each format has a file of its
 * own in this room and an entry in the list in index_file.ts.
 *
 * @module
 */

import type { FrameIndexBuilder, IndexEnd } from "./index/frame_index_builder.ts";
import type { StoredSound } from "./sound/stored_sound.ts";

/** Bytes that can be read at any offset, such as those of an open file. */
export interface RandomAccess {
  readonly lengthBytes: number;
  /**
   * Reads exactly `lengthBytes` bytes at `offset`; the caller stays within the length. The bytes hold until the next call. Rejects
   * where the file has become shorter.
   */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
}

/** One container format. */
export interface Container {
  /** As logs show it. */
  readonly name: string;
  /** How its files start, for the message about a file that no format recognizes. */
  readonly signature: string;
  /** Whether a file that starts with `head`, up to 64 KiB, has this format. */
  recognizes(head: Uint8Array): boolean;
  /** Whether its files are one frame behind the other: what stands behind a frame is a file of the same format. */
  readonly isSequence?: true;
  /**
   * Adds the frames of a file until it ends, its next frame cannot be found, or `frames` takes no more. Rejects only where a read
   * does.
   */
  index(file: RandomAccess, frames: FrameIndexBuilder): Promise<IndexEnd>;
  /**
   * Finds the sound beside the frames, from the first of them on; `undefined` where there is none. Rejects with a `SyntaxError` that
   * says why, as a sentence about the file, where it cannot be read.
   */
  findSound?(file: RandomAccess): Promise<StoredSound | undefined>;
}
