/**
 * Writes what is read of a movie to a store, and tells how far it has come.
 *
 * @module
 */

import type { FrameStore } from "../../client/record/stores/frame_store.ts";
import { storageAdvice } from "../../client/record/storage_advice.ts";
import { FrameRefusedError } from "../../mjpeg/containers/written_format.ts";
import { FailedError, UsageError } from "../options/errors.ts";
import { ProgressLine } from "../terminal/progress_line.ts";
import type { Movie, ReadFrame } from "./movie.ts";

/** What is copied, and where. */
export interface CopyOptions {
  readonly movie: Movie;
  /** Its frames, as they are to be written. */
  readonly frames: AsyncIterable<ReadFrame>;
  /** How many those are; `undefined` where nobody knows. */
  readonly count: number | undefined;
  readonly store: FrameStore;
  /** Whether it has all frames or none: a file. A folder or a pipe has those that were written. */
  readonly isAllOrNothing: boolean;
  /** Ends the work. */
  readonly interrupt: AbortSignal;
}

/** Copies all frames with their times. Returns what came of it, as a part of a sentence; rejects with a
 * {@linkcode FailedError}, or with a {@linkcode UsageError} where there is none. */
export async function copyFrames(options: CopyOptions): Promise<string> {
  const { movie, frames, count, store, isAllOrNothing, interrupt } = options;
  const progress = new ProgressLine();
  const left: string[] = [];
  const of = count === undefined ? "" : ` of ${count}`;
  let [number, endUs] = [0, 0];
  const outcome = () => isAllOrNothing ? "nothing is written" : `${number - left.length} frames are written`;
  const stop = () => movie.close();
  interrupt.addEventListener("abort", stop);
  try {
    for await (const frame of frames) {
      if (interrupt.aborted) break;
      const problem = await write(store, frame);
      number++;
      if (problem !== undefined) left.push(`frame ${number}: ${problem}`);
      endUs = frame.timestampUs + frame.durationUs;
      progress.show(frame.share, `frame ${number}${of}`);
    }
    interrupt.throwIfAborted();
    if (left.length === number) throw new FailedError(`No frame can be written: ${left[0]}`);
    await store.finish();
  } catch (error) {
    await store.discard().catch(() => {/* the first error is the one to tell */});
    // What was under way fails then, too.
    if (interrupt.aborted) throw new FailedError(`Interrupted after ${number}${of} frames; ${outcome()}`);
    throw error instanceof FailedError || error instanceof UsageError
      ? error
      : new FailedError(`Cannot go on: ${storageAdvice(error)}; ${outcome()}`);
  } finally {
    interrupt.removeEventListener("abort", stop);
    progress.end();
  }
  const without = left.length === 0 ? "" : `; ${left.length} left out, ${left[0]}`;
  const damage = movie.problem === undefined ? "" : `; the movie is damaged: ${movie.problem}`;
  return `${number - left.length} frames, ${(endUs / 1e6).toFixed(2)} s${without}${damage}`;
}

/** Writes a frame. Returns why that cannot be, where others may be written. */
async function write(store: FrameStore, { data, timestampUs }: ReadFrame): Promise<string | undefined> {
  if (data instanceof Error) return data.message;
  try {
    await store.write({ data, timestampUs }, () => {});
    return undefined;
  } catch (error) {
    if (!(error instanceof FrameRefusedError)) throw error;
    return error.message;
  }
}
