/**
 * What the server has to show under a name: frames that can be had by their number.
 *
 * @module
 */

/** A movie, as sessions see it. Sessions share it; each has its own position. */
export interface Media {
  /** The name under which it is served. */
  readonly name: string;
  /** Number of frames, at least 1. */
  readonly frameCount: number;
  /** Frames a second, where the source itself knows; else the server's `--fps` holds. */
  readonly frameRate: number | undefined;
  /** Whether it begins again at its end even without `--loop`. */
  readonly isEndless: boolean;
  /** Bytes of the largest frame, as far as is known. */
  readonly largestFrameBytes: number;
  /**
   * The JPEG of frame `index`, 0 to frameCount - 1: at once if it is in memory. The bytes are shared, not to be
   * written to. Rejects when the file cannot be read any more.
   */
  frame(index: number): Uint8Array | Promise<Uint8Array>;
  /** Called once by each session that has it, when it needs it no more. */
  release(): void;
}

/** There is nothing of that name: 404. */
export class MediaNotFoundError extends Error {
  /** The class's name, for logs. */
  override name = "MediaNotFoundError";
}

/** There is a file of that name, but no movie in it: 415. */
export class MediaUnusableError extends Error {
  /** The class's name, for logs. */
  override name = "MediaUnusableError";
}
