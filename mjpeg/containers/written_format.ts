/**
 * The formats of files that frames are written to, one after the other: a file is whole behind each frame. The counterpart of
 * container.ts.
 *
 * @module
 */

import type { JpegFrame } from "../frame.ts";
import type { SoundFormat, SoundPiece } from "../sound.ts";
import { AviWriter } from "./avi/avi_writer.ts";
import type { FractionalRate } from "./avi/frame_rate.ts";
import type { RandomAccess } from "./container.ts";
import { findConcatenatedEnd, findLabEnd } from "./file_end.ts";
import { encodeLabHeader, LAB_FRAME_MAX_BYTES } from "./streams/lab_header.ts";
import type { Patch } from "./patch.ts";

/** One file of a format. */
export interface FormatWriter {
  /**
   * What to write for the next frame, in this order. The bytes hold until the next call. Throws a {@linkcode FrameRefusedError}.
   */
  add(frame: JpegFrame): readonly Patch[];
  /** What to write for the next piece of sound, behind the first frame. `undefined` where the format has no room for sound. */
  addSound?(piece: SoundPiece): readonly Patch[];
  /** What to write at the end, for what has waited until now. */
  finish?(): readonly Patch[];
}

/** How a file begins. */
export interface WriterOptions {
  /** Where the file ends that is gone on with, default 0: there is none. */
  readonly from?: number;
  /** The rate for a format that has a steady one, where it is known; default as the first frames come. */
  readonly rate?: FractionalRate;
  /** The sound that will come, for a format that has room for it; default none. */
  readonly sound?: SoundFormat;
}

/** One format that is written. */
export interface WrittenFormat {
  /** As messages show it. */
  readonly name: string;
  /** As the command line has it. */
  readonly word: string;
  /** Whether its files have room for sound; default false. */
  readonly hasSound?: boolean;
  /** Largest frame that it has room for, in bytes; `undefined` for any. */
  readonly maxFrameBytes?: number;
  /** How the names of its files end, in small letters; the first is the one to advise. */
  readonly endings: readonly string[];
  /**
   * Where the last whole frame of a file ends that more are to be added to; behind it there is at most the start of another one.
   * Rejects with a `SyntaxError` for a file of another format. `undefined` in formats whose files do not take more.
   */
  readonly findEnd?: (file: RandomAccess) => Promise<number>;
  /** Begins a file, or goes on with one. */
  createWriter(options?: WriterOptions): FormatWriter;
}

/** A format cannot take a frame. Others may be written. */
export class FrameRefusedError extends Error {
  override name = "FrameRefusedError";
}

/** It has no room for one as large. */
export class FrameTooLargeError extends FrameRefusedError {
  override name = "FrameTooLargeError";
}

/** The lab's format: the length in five digits, and the JPEG. */
export const WRITTEN_LAB: WrittenFormat = {
  name: "the lab's format",
  word: "lab",
  maxFrameBytes: LAB_FRAME_MAX_BYTES,
  endings: [".mjpeg"],
  findEnd: findLabEnd,
  createWriter: ({ from } = {}) =>
    new JoiningWriter(from, (jpeg) => {
      if (jpeg.length > LAB_FRAME_MAX_BYTES) {
        throw new FrameTooLargeError(
          `it has ${jpeg.length} bytes, and the five digits of the lab's format reach ${LAB_FRAME_MAX_BYTES}`,
        );
      }
      return [encodeLabHeader(jpeg.length), jpeg];
    }),
};

/** JPEGs one after the other, as ffmpeg and players take them. */
export const WRITTEN_CONCATENATED: WrittenFormat = {
  name: "concatenated JPEGs",
  word: "concat",
  endings: [".mjpg"],
  findEnd: findConcatenatedEnd,
  createWriter: ({ from } = {}) => new JoiningWriter(from, (jpeg) => [jpeg]),
};

/** AVI, which has the times of the frames, too. */
export const WRITTEN_AVI: WrittenFormat = {
  name: "AVI",
  word: "avi",
  hasSound: true,
  endings: [".avi"],
  createWriter({ rate, sound } = {}) {
    const writer = new AviWriter({ rate, sound });
    return {
      addSound: (piece) => writer.addSound(piece),
      finish: () => writer.finish(),
      add(frame) {
        try {
          return writer.add(frame);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          throw new FrameRefusedError(`its size cannot be read: ${error.message}`);
        }
      },
    };
  },
};

/** One JPEG: the format of a file with a single frame. */
export const WRITTEN_PICTURE: WrittenFormat = {
  name: "one JPEG",
  word: "jpg",
  endings: [".jpg", ".jpeg"],
  createWriter: ({ from } = {}) => new JoiningWriter(from, (jpeg) => [jpeg]),
};

/** The formats of movies. */
export const MOVIE_FORMATS: readonly WrittenFormat[] = [WRITTEN_LAB, WRITTEN_CONCATENATED, WRITTEN_AVI];

/** Each frame behind the one before. One write takes all of it: whoever ends the program in between finds a file of whole frames. */
class JoiningWriter implements FormatWriter {
  readonly #partsOf: (jpeg: Uint8Array) => readonly Uint8Array[];
  /** Takes what a format puts around a frame, and the frame; used again for the next. */
  #joined = new Uint8Array(0);
  #end: number;

  constructor(from: number | undefined, partsOf: (jpeg: Uint8Array) => readonly Uint8Array[]) {
    this.#end = from ?? 0;
    this.#partsOf = partsOf;
  }

  add({ data }: JpegFrame): readonly Patch[] {
    const bytes = this.#join(this.#partsOf(data));
    const patch = { offset: this.#end, bytes };
    this.#end += bytes.length;
    return [patch];
  }

  #join(parts: readonly Uint8Array[]): Uint8Array {
    if (parts.length === 1) return parts[0];
    const lengthBytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (lengthBytes > this.#joined.length) this.#joined = new Uint8Array(Math.ceil(lengthBytes * 9 / 8));
    let end = 0;
    for (const part of parts) {
      this.#joined.set(part, end);
      end += part.length;
    }
    return this.#joined.subarray(0, end);
  }
}
