/**
 * Where the frames of a file are and, in formats that have times, when they are shown. An index is built once and takes 10 bytes a
 * frame, 16 with times. Frames are read one at a time by it, so files of gigabytes are never loaded.
 *
 * @module
 */

import { uintAt, type Uints } from "./uint_list.ts";

/** Where a frame is in its file. */
export interface FrameLocation {
  readonly offset: number;
  readonly lengthBytes: number;
}

/** When the frames of a file are shown. */
export interface ListedFrameTimes {
  /** Microseconds for each frame, rising from 0. */
  readonly timesUs: { readonly length: number; at(index: number): number };
  /** End of the last frame in microseconds. */
  readonly durationUs: number;
}

/** What an index is made of: data that other threads may get, in memory that they share. */
export interface StoredIndex {
  /** Name of the container format. */
  readonly format: string;
  /** Length of the largest frame. */
  readonly largestBytes: number;
  /** What is wrong with the file, as a sentence without a full stop; `undefined` if all is well. */
  readonly problem: string | undefined;
  /** Where each frame is. */
  readonly offsets: Uints;
  /** Bytes of each frame. */
  readonly lengths: Uints;
  /** Frames a second, where the format tells that and they are evenly spaced. */
  readonly frameRate: number | undefined;
  /** `undefined` where the format has no times, or its frames are evenly spaced. */
  readonly times: { readonly timesUs: Uints; readonly durationUs: number } | undefined;
}

/** The frames of a file, counted from 0. */
export interface FrameIndex extends Pick<StoredIndex, "format" | "largestBytes" | "problem" | "frameRate"> {
  /** Number of whole frames, at least 1. */
  readonly count: number;
  /** `undefined` where the format has no times, or its frames are evenly spaced. */
  readonly times: ListedFrameTimes | undefined;
  /** What it is made of. */
  readonly stored: StoredIndex;
  /** Throws a `RangeError` unless `index` is 0 to count - 1. */
  locate(index: number): FrameLocation;
}

/** The index that was made of this, by whichever thread. */
export function openIndex(stored: StoredIndex): FrameIndex {
  const { format, largestBytes, problem, frameRate, offsets, lengths, times } = stored;
  const count = offsets.low.length;
  return {
    format,
    largestBytes,
    problem,
    frameRate,
    count,
    times: times === undefined ? undefined : {
      timesUs: { length: count, at: (index) => uintAt(times.timesUs, index) },
      durationUs: times.durationUs,
    },
    stored,
    locate(index) {
      if (!(index >= 0 && index < count)) throw new RangeError(`Cannot locate frame ${index}: there are ${count}`);
      return { offset: uintAt(offsets, index), lengthBytes: uintAt(lengths, index) };
    },
  };
}
