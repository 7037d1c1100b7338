/**
 * Where the frames of a file are. An index takes twelve bytes a frame and is built once, so that a file of gigabytes is
 * never loaded: whoever plays it reads one frame at a time.
 *
 * @module
 */

import { MAX_INDEXED_FRAMES } from "../limits.ts";

/** How frames are laid out in a file. */
export type FileFormat = "lab" | "concatenated";

/** Bytes that can be read at any place; the edge makes one of an open file. */
export interface RandomAccess {
  /** The file's size. */
  readonly lengthBytes: number;
  /**
   * Exactly `lengthBytes` bytes from `offset`, which the caller keeps below the end. The bytes hold until the next
   * call only. Rejects where the file has become shorter.
   */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
}

/** Options of the functions that build an index. */
export interface IndexOptions {
  /** Gives up between two reads. */
  readonly signal?: AbortSignal;
  /** Frames that are indexed at most; default {@linkcode MAX_INDEXED_FRAMES}. What follows them is a problem of the file. */
  readonly maxFrames?: number;
}

/** Where each frame of a file lies. Frames count from 0 here. */
export interface FrameIndex {
  /** How the file is laid out. */
  readonly format: FileFormat;
  /** Number of whole frames, at least 1. */
  readonly count: number;
  /** Bytes of the largest frame. */
  readonly largestBytes: number;
  /** Why the file does not go on after its last whole frame, as a sentence without its stop; `undefined` if all is well. */
  readonly problem: string | undefined;
  /** Throws a `RangeError` outside of 0 to count - 1. */
  locate(index: number): { offset: number; lengthBytes: number };
}

/** Collects the places of frames and makes them a {@linkcode FrameIndex}. */
export class FrameIndexBuilder {
  readonly #format: FileFormat;
  readonly #maxFrames: number;
  #offsets = new Float64Array(256);
  #lengths = new Uint32Array(256);
  #count = 0;
  #largestBytes = 0;

  /** An index without frames. */
  constructor(format: FileFormat, { maxFrames = MAX_INDEXED_FRAMES }: IndexOptions = {}) {
    this.#format = format;
    this.#maxFrames = maxFrames;
  }

  /** Frames so far. */
  get count(): number {
    return this.#count;
  }

  /**
   * Adds the next frame; frames come in the order of their offsets. Returns false where there are as many as can be: the
   * index ends before this one.
   */
  add(offset: number, lengthBytes: number): boolean {
    if (this.#count === this.#maxFrames) return false;
    if (this.#count === this.#offsets.length) {
      const offsets = new Float64Array(this.#count * 2);
      const lengths = new Uint32Array(this.#count * 2);
      offsets.set(this.#offsets);
      lengths.set(this.#lengths);
      [this.#offsets, this.#lengths] = [offsets, lengths];
    }
    this.#offsets[this.#count] = offset;
    this.#lengths[this.#count] = lengthBytes;
    this.#count++;
    this.#largestBytes = Math.max(this.#largestBytes, lengthBytes);
    return true;
  }

  /** Ends an index to which no more can be added. */
  finishFull(): FrameIndex {
    return this.finish(`The file has more than ${this.#maxFrames} frames: those behind are left out`);
  }

  /** Ends the index. Throws a `SyntaxError` with `problem` when there is not one whole frame. */
  finish(problem?: string): FrameIndex {
    const count = this.#count;
    if (count === 0) throw new SyntaxError(problem ?? "There is no whole JPEG in the file");
    const offsets = this.#offsets.slice(0, count);
    const lengths = this.#lengths.slice(0, count);
    return {
      format: this.#format,
      count,
      largestBytes: this.#largestBytes,
      problem,
      locate(index) {
        if (!(index >= 0 && index < count)) throw new RangeError(`Cannot locate frame ${index}: there are ${count}`);
        return { offset: offsets[index], lengthBytes: lengths[index] };
      },
    };
  }
}
