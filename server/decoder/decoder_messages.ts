/**
 * What a {@linkcode DecoderThread} and its worker tell each other. Not even the types of the worker are imported by anybody, so that
 * FFmpeg is in no executable whose compiler was not told to include it.
 *
 * @module
 */

import type { Decoding } from "./ffmpeg_arguments.ts";
import type { ListedFrames } from "./frame_list.ts";
import type { DecodedFrame } from "./timed_jpegs.ts";

/** Where in the memory that both threads share stands how many frames are wanted. */
export const WANTED = 0;

/** Where it stands whether the task is over: 1 if it is. */
export const CANCELLED = 1;

/** What the worker is to do. One task follows the other. */
export interface DecoderTask {
  /** To be given back with all messages. */
  readonly number: number;
  /** The file, which is the only one that it may read. */
  readonly path: string;
  /** Two numbers, {@linkcode WANTED} and {@linkcode CANCELLED}. The worker takes one off for each frame that it sends. */
  readonly control: Int32Array<SharedArrayBuffer>;
  /** How to decode; `undefined` to list the frames without decoding them. */
  readonly decoding: Decoding | undefined;
}

/** What the worker says: that it has been loaded, frames, a list of them, and how a task ended. */
export type DecoderMessage = { readonly kind: "ready" } | TaskMessage;

/** What it says of a task. */
export type TaskMessage =
  | {
    readonly kind: "frame";
    readonly number: number;
    readonly frame: DecodedFrame;
    /** Microseconds; `undefined` where the file does not tell. */
    readonly movieDurationUs: number | undefined;
  }
  | { readonly kind: "list"; readonly number: number; readonly list: ListedFrames }
  | {
    readonly kind: "end";
    readonly number: number;
    /** 0 where all went well. */
    readonly exitCode: number;
    readonly problem: string | undefined;
  };
