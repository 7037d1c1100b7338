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

/**
 * Index of the frame that is to be shown next, 0 to the last; `undefined` where the request names no place. `Frame: 100` is what a client
 * has shown, so that the next one is number 101.
 */
export function seekTarget(
  { method, headers }: Pick<RtspRequest, "method" | "headers">,
  { source, positionUs }: { readonly source: SeekableSource; readonly positionUs: number },
): number | undefined {
  const { times, frameCount } = source;
  const frame = toNumber(headers.get("Frame"));
  const percent = toNumber(headers.get("Position"));
  const skipUs = SKIP_US[method as LabMethod];
  let index: number | undefined;
  if (method === "RESTART") index = 0;
  else if (frame !== undefined) index = Math.floor(frame);
  else if (percent !== undefined) index = Math.floor(frameCount * percent / 100);
  else if (skipUs !== undefined) index = times.frameFrom(Math.max(0, Math.min(source.durationUs, positionUs + skipUs)));
  return index === undefined ? undefined : Math.min(index, frameCount - 1);
}

function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}(?:\.\d{0,9})?$/.test(text) ? Number(text) : undefined;
}
