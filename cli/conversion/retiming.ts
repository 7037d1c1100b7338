/**
 * Frames at another rate, or a movie at another speed: frames are repeated or left out, never changed.
 *
 * @module
 */

import type { ReadFrame } from "./movie.ts";

/** How frames follow one another. */
export interface Retiming {
  /** Frames a second, at a steady rate; default as they come. */
  readonly frameRate?: number;
  /** Speed: 2 is twice as fast; default 1. */
  readonly scale?: number;
}

/** The frames as they follow one another then. One that cannot be read is passed on as it is, and the one before is shown for longer. */
export function retime(frames: AsyncIterable<ReadFrame>, { frameRate, scale = 1 }: Retiming): AsyncIterable<ReadFrame> {
  const scaled = scale === 1 ? frames : atScale(frames, { scale, thins: frameRate === undefined && scale > 1 });
  return frameRate === undefined ? scaled : atRate(scaled, frameRate);
}

/** Frames that come sooner or later. Where they are to be thinned, no more are kept in a second than there were. */
async function* atScale(
  frames: AsyncIterable<ReadFrame>,
  { scale, thins }: { readonly scale: number; readonly thins: boolean },
): AsyncGenerator<ReadFrame> {
  let dueUs = 0;
  for await (const frame of frames) {
    const [timestampUs, durationUs] = [frame.timestampUs / scale, frame.durationUs / scale];
    if (thins && timestampUs < dueUs - durationUs / 2) continue;
    dueUs = Math.max(dueUs, timestampUs) + frame.durationUs;
    yield { ...frame, timestampUs: Math.round(timestampUs), durationUs: Math.round(durationUs) };
  }
}

/** Each frame from the step that is nearest to its time, up to that of the next one. */
async function* atRate(frames: AsyncIterable<ReadFrame>, frameRate: number): AsyncGenerator<ReadFrame> {
  const stepAt = (timeUs: number) => Math.round(timeUs * frameRate / 1e6);
  const timeOf = (step: number) => Math.round(step * 1e6 / frameRate);
  let shown: ReadFrame | undefined;
  let step = 0;
  const upTo = function* (end: number): Generator<ReadFrame> {
    for (; shown !== undefined && step < end; step++) {
      yield { ...shown, timestampUs: timeOf(step), durationUs: timeOf(step + 1) - timeOf(step) };
    }
  };
  for await (const frame of frames) {
    if (frame.data instanceof Error) {
      yield frame;
      continue;
    }
    yield* upTo(stepAt(frame.timestampUs));
    shown = frame;
  }
  if (shown !== undefined) yield* upTo(Math.max(1, stepAt(shown.timestampUs + shown.durationUs)));
}
