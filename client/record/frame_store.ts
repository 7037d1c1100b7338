/**
 * What a recorder stores frames in. Each kind of store is a file beside this one.
 *
 * @module
 */

/** Takes the frames of a recording. Each call ends before the next one starts. */
export interface FrameStore {
  /** Stores a whole frame, or nothing of it. Calls `onProgress` each time that a part of it was taken. */
  write(frame: Uint8Array, onProgress: () => void): Promise<void>;
  /** Nothing more is to be stored. */
  close(): void;
}
