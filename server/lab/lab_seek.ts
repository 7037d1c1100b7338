/**
 * Where a request of the lab's forks wants to go: to a frame, to a share of the movie, or a step on or back.
 *
 * @module
 */

import type { LabMethod, RtspRequest } from "../../rtsp/message.ts";
import { LAB_SKIP_US } from "../limits.ts";
import type { SeekableSource } from "../source/source.ts";

/** Steps on or back, for requests that name no frame. */
const SKIP_US: Readonly<Partial<Record<LabMethod, number>>> = {
  FORWARD: LAB_SKIP_US,
  BACKWARD: -LAB_SKIP_US,
  PREVIOUS: -LAB_SKIP_US,
  REVERSE: -LAB_SKIP_US,
};

/** A place in a movie. */
export interface SeekTarget {
  /** Index of the frame that is to be shown next, 0 to the last. */
  readonly index: number;
  /** Whether it was counted from where the client is. */
  readonly isStep: boolean;
}

/**
 * Where a request wants to go; `undefined` where it names no place. `Frame: 100` is what a client has shown, so that the next one is
 * number 101.
 */
export function seekTarget(
  { method, headers }: Pick<RtspRequest, "method" | "headers">,
  { source, index }: { readonly source: SeekableSource; readonly index: number },
): SeekTarget | undefined {
  const { times } = source;
  const { count, durationUs } = times;
  const frame = toNumber(headers.get("Frame"));
  const percent = toNumber(headers.get("Position"));
  const skipUs = SKIP_US[method as LabMethod];
  const to = (wanted: number, isStep = false) => ({ index: Math.min(wanted, count - 1), isStep });
  if (method === "RESTART") return to(0);
  if (frame !== undefined) return to(Math.floor(frame));
  if (percent !== undefined) return to(Math.floor(count * percent / 100));
  if (skipUs === undefined) return undefined;
  return to(times.frameFrom(Math.max(0, Math.min(durationUs, times.timeUs(index) + skipUs))), true);
}

function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}(?:\.\d{0,9})?$/.test(text) ? Number(text) : undefined;
}
