/**
 * The worker behind the conditioner: gets JPEGs, gives what RTP/JPEG carries of them, in order.
 *
 * @module
 */

import {
  type ConditionedJpeg,
  type ConditioningOptions,
  conditionJpeg,
} from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { requantizeJpeg } from "../../mjpeg/conditioning/requantizing.ts";
import { reencodeJpeg } from "../../mjpeg/conditioning/reencoding.ts";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { MAX_REENCODED_PIXELS } from "../limits.ts";
import { portOfThread } from "../../net/thread.ts";
import { type ConditionedFrame, isReencodable, isUnusable } from "./conditioned_frame.ts";

/** What the worker is to do. */
export interface ConditioningTask extends ConditioningOptions {
  /** To be given back with the result. */
  readonly number: number;
  /** The whole JPEG. */
  readonly jpeg: Uint8Array;
  /** How coarsely it is requantized, up to `COARSEST_LEVEL`; 0 is not at all. */
  readonly level: number;
  /** Whether to re-encode what RTP/JPEG cannot carry. */
  readonly reencode: boolean;
}

/** A frame that could not be conditioned. */
export interface ConditioningFailure {
  /** The task's number. */
  readonly number: number;
  readonly problem: string;
  /** Whether the frame is well-formed, and re-encoding it would help. */
  readonly isReencodable: boolean;
}

/** The worker's answer, with the task's number. */
export type ConditioningResult = { readonly number: number } & ConditionedFrame | ConditioningFailure;

/** What the worker says once it has been loaded, which may take as long as many frames. */
export const READY = "ready";

let lastTask: Promise<void> = Promise.resolve();

const customer = await portOfThread();
customer.onmessage = ({ data: task }: MessageEvent<ConditioningTask>) => {
  lastTask = lastTask.then(async () => customer.postMessage(await perform(task) satisfies ConditioningResult));
};
customer.postMessage(READY);

async function perform({ number, jpeg, ...options }: ConditioningTask): Promise<ConditioningResult> {
  try {
    return { number, ...await condition(jpeg, options) };
  } catch (error) {
    // Whatever went wrong, it concerns this frame alone.
    const problem = isUnusable(error) ? error.message : String(error);
    return { number, problem, isReencodable: isReencodable(error, jpeg) };
  }
}

async function condition(
  jpeg: Uint8Array,
  { reencode, level, ...options }: Pick<ConditioningTask, "reencode" | "level"> & ConditioningOptions,
): Promise<ConditionedFrame> {
  try {
    const image = level > 0 ? requantizeJpeg(jpeg, level) : conditionJpeg(jpeg, options);
    return { image: detached(image), reencodedBecause: undefined };
  } catch (error) {
    if (!(error instanceof UnsupportedJpegError && error.isReencodable) || !reencode) throw error;
    const image = await reencodeJpeg(jpeg, { maxPixels: MAX_REENCODED_PIXELS });
    return {
      image: level > 0 ? requantizeJpeg(rebuildJpeg(image), level) : image,
      reencodedBecause: error.message,
    };
  }
}

/** Tables that are views of the JPEG would take all of it along with them. */
function detached(image: ConditionedJpeg): ConditionedJpeg {
  const [luma, chroma] = image.quantTables;
  return { ...image, quantTables: [luma.slice(), chroma.slice()] };
}
