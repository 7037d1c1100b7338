/**
 * The worker behind a {@linkcode FittingStore}: gets a limit, then JPEGs, and gives those that fit, in order. It has no right.
 *
 * @module
 */

import { type FittedJpeg, JpegFitter } from "../../mjpeg/conditioning/fitting.ts";
import { portOfThread } from "../../net/thread.ts";
import { FITTED_MAX_PIXELS } from "../limits.ts";

/** What the worker is told: first the bytes of a frame that fits, then frames. */
export type FittingTask = { readonly maxBytes: number } | { readonly jpeg: Uint8Array };

/** What it says: that it runs, or what has become of one frame after the other. */
export type FittingAnswer = "ready" | FittedJpeg | { readonly problem: string };

const customer = await portOfThread();
let fitter: JpegFitter;
let lastTask: Promise<void> = Promise.resolve();

customer.onmessage = ({ data: task }: MessageEvent<FittingTask>) => {
  lastTask = lastTask.then(async () => customer.postMessage(await perform(task)));
};

async function perform(task: FittingTask): Promise<FittingAnswer> {
  if ("maxBytes" in task) {
    fitter = new JpegFitter({ ...task, maxPixels: FITTED_MAX_PIXELS });
    return "ready";
  }
  try {
    return await fitter.fit(task.jpeg);
  } catch (error) {
    // Whatever went wrong, it concerns this frame alone.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
