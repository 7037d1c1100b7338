/**
 * The worker behind the conditioner: gets JPEGs, gives what RTP/JPEG carries of them, in order.
 *
 * @module
 */

import { type ConditionedJpeg, conditionJpeg } from "../mjpeg/conditioning.ts";
import { reencodeJpeg } from "../mjpeg/reencoding.ts";
import { isUnusable } from "./conditioner.ts";
import { MAX_REENCODED_PIXELS } from "./limits.ts";

/** What the worker is to do. */
export interface CodingTask {
  /** To be given back with the result. */
  readonly number: number;
  /** The whole JPEG. */
  readonly jpeg: Uint8Array;
  /** Why the picture is to be encoded anew; without it the coefficients stay as they are. */
  readonly reencodeBecause?: string;
}

/** The worker's answer: an image or a problem. */
export interface CodedFrame {
  /** The task's. */
  readonly number: number;
  /** The frame as RTP/JPEG carries it. */
  readonly image?: ConditionedJpeg;
  /** Why the picture was encoded anew, if it was. */
  readonly reencodedBecause?: string;
  /** What is wrong with the frame. */
  readonly problem?: string;
}

/** What this module uses of the scope of a worker. */
interface Scope {
  onmessage: (event: MessageEvent<CodingTask>) => void;
  postMessage(message: CodedFrame): void;
}

const scope = self as unknown as Scope;
let coding: Promise<void> = Promise.resolve();

scope.onmessage = ({ data: task }) => {
  coding = coding.then(async () => scope.postMessage(await code(task)));
};

async function code({ number, jpeg, reencodeBecause }: CodingTask): Promise<CodedFrame> {
  try {
    const image = reencodeBecause === undefined
      ? conditionJpeg(jpeg)
      : await reencodeJpeg(jpeg, { maxPixels: MAX_REENCODED_PIXELS });
    return { number, image, reencodedBecause: reencodeBecause };
  } catch (error) {
    // Whatever it is, it is this frame's: the next one stands for itself.
    return { number, problem: isUnusable(error) ? error.message : String(error) };
  }
}
