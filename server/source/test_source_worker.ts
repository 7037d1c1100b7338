/**
 * The worker behind the test source: gets frame numbers, gives JPEGs, in order.
 *
 * @module
 */

import { TestPattern } from "../../mjpeg/testsrc/test_pattern.ts";
import { portOfThread } from "../../net/thread.ts";

/** The worker's answer to a frame number. */
export interface DrawnFrame {
  /** The frame number, from 1. */
  readonly number: number;
  /** The whole JPEG, in memory that all threads share. */
  readonly jpeg: Uint8Array;
}

const pattern = new TestPattern();
let drawing: Promise<void> = Promise.resolve();

const customer = await portOfThread();
customer.onmessage = ({ data: number }: MessageEvent<number>) => {
  drawing = drawing.then(async () => customer.postMessage(await draw(number)));
};

async function draw(number: number): Promise<DrawnFrame> {
  const drawn = await pattern.encode(number);
  const jpeg = new Uint8Array(new SharedArrayBuffer(drawn.length));
  jpeg.set(drawn);
  return { number, jpeg };
}
