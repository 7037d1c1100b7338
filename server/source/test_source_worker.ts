/**
 * The worker behind the test source: gets frame numbers, gives JPEGs, in order.
 *
 * @module
 */

import { TestPattern } from "../../mjpeg/testsrc/test_pattern.ts";

/** The worker's answer to a frame number. */
export interface DrawnFrame {
  /** The frame number, from 1. */
  readonly number: number;
  /** The whole JPEG. */
  readonly jpeg: Uint8Array;
}

/** What this module uses of the scope of a worker. */
interface Scope {
  onmessage: (event: MessageEvent<number>) => void;
  postMessage(message: DrawnFrame, transfer: Transferable[]): void;
}

const scope = self as unknown as Scope;
const pattern = new TestPattern();
let drawing: Promise<void> = Promise.resolve();

scope.onmessage = ({ data: number }) => {
  drawing = drawing.then(async () => {
    const jpeg = (await pattern.encode(number)).slice();
    scope.postMessage({ number, jpeg }, [jpeg.buffer]);
  });
};
