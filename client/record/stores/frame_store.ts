/**
 * What frames are stored in. Each kind of store is a file beside this one.
 *
 * @module
 */

import type { JpegFrame } from "../../../mjpeg/frame.ts";
import type { SoundFormat, SoundPiece } from "../../../mjpeg/sound.ts";

/** A frame, and when it came. */
export interface StoredFrame extends JpegFrame {
  /** Milliseconds since the Unix epoch: segments are named by it. Needed by nothing else. */
  readonly arrivalMs?: number;
}

/** Takes the frames of a recording. */
export interface FrameStore {
  /**
   * Stores a whole frame, or nothing of it. Calls may overlap; frames are stored in the order of the calls. Calls `onProgress` each time
   * that a part was taken, where that takes long.
   */
  write(frame: StoredFrame, onProgress: () => void): Promise<void>;
  /** Sound like that will come beside the frames, from the first one on. Pipes take none. */
  expectSound?(format: SoundFormat): void;
  /** Stores sound, if the first frame is there. Rejects where that cannot be done; the frames are stored all the same. */
  writeSound?(piece: SoundPiece): Promise<void>;
  /** Stores at once what waits for more to come. */
  flush(): void;
  /** All is stored: a store that was to have all or nothing is there under its name from now on. */
  finish(): Promise<void>;
  /** It is not to be: a store that was to have all or nothing is gone. */
  discard(): Promise<void>;
  /** Nothing more is to be stored, and nobody waits. */
  close(): void;
}

/** A store in the thread that writes: each call ends before the next one starts, and may take as long as the disk does. */
export interface LocalStore {
  write(frame: StoredFrame, onProgress: () => void): void | Promise<void>;
  expectSound?(format: SoundFormat): void;
  writeSound?(piece: SoundPiece): void;
  finish(): void;
  discard(): void;
  close(): void;
}

/** A store that may be one of many, each with its share of the frames. */
export interface Segment extends LocalStore {
  /**
   * Stores a frame. Returns false where it has stored others, and would have more than `maxBytes` with this one: it is as it was, and
   * takes no more.
   */
  writeWithin(frame: StoredFrame, maxBytes: number): boolean;
  expectSound(format: SoundFormat): void;
  writeSound(piece: SoundPiece): void;
  /** Removes what it has stored, as far as it is still there. Other files stay. */
  remove(): void;
}

/** Something that whoever records should know. */
export interface StoreNotice {
  readonly level: "info" | "warning";
  /** A sentence without a full stop. */
  readonly text: string;
}

/** Removes a file, unless somebody else has. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
