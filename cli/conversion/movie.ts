/**
 * What `convert` reads: the frames of a part of a movie, one after the other, whatever they come of.
 *
 * @module
 */

import type { FractionalRate } from "../../mjpeg/containers/avi/frame_rate.ts";
import type { PictureSize } from "../../mjpeg/conditioning/scaling.ts";

/** A frame as it is read. */
export interface ReadFrame {
  /** The JPEG, or why there is none. */
  readonly data: Uint8Array | Error;
  /** Microseconds from the first frame that is read. */
  readonly timestampUs: number;
  /** How long it is shown, in microseconds. */
  readonly durationUs: number;
  /** How much of what is to be read has been with it, 0 to 1; `undefined` where nobody knows. */
  readonly share: number | undefined;
}

/** A part of a movie. */
export interface Movie {
  /** Whether its frames are JPEGs of its file, and not of another codec and decoded. */
  readonly hasJpegs: boolean;
  /** How many frames there are, at least 1; `undefined` where nobody knows. */
  readonly count: number | undefined;
  /** Frames a second at which all are in time; `undefined` where nobody knows. */
  readonly rate: FractionalRate | undefined;
  /** What is wrong with the movie, known once all has been read, and not in the log; `undefined` where nothing is. */
  readonly problem: string | undefined;
  /** Some frames from all over the part, as JPEGs. Rejects as {@linkcode Movie.frames} does. */
  samples(): Promise<Uint8Array[]>;
  /**
   * Reads the frames, once; where they are decoded, in that size. Ends early once the movie is closed. Rejects with a `FailedError`
   * where there is none.
   */
  frames(size?: PictureSize): AsyncIterable<ReadFrame>;
  /** Nothing more is to be read. */
  close(): void;
}

/** How many samples are taken. */
export const SAMPLES = 5;

/** The part of a movie that is read, in seconds. */
export interface Part {
  readonly from: number;
  /** Infinity for all that follows. */
  readonly to: number;
}
