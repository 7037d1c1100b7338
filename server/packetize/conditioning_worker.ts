/**
 * The worker behind the conditioner: gets JPEGs, gives what RTP/JPEG carries of them, in order.
 *
 * @module
 */

import { conditionJpeg, UncarriableJpegError } from "../../mjpeg/conditioning/conditioning.ts";
import { reencodeJpeg } from "../../mjpeg/conditioning/reencoding.ts";
import { type ConditionedFrame, isUnusable } from "./conditioned_frame.ts";
import { MAX_REENCODED_PIXELS } from "../limits.ts";

/** What the worker is to do. */
export interface CodingTask {
  /** To be given back with the result. */
  readonly number: number;
  /** The whole JPEG. */
  readonly jpeg: Uint8Array;
  /** Encode the picture anew where RTP/JPEG cannot carry it. */
  readonly reencode: boolean;
}

/** The worker's answer, with the task's number: an image or a problem. */
export type CodedFrame =
  | { readonly number: number } & ConditionedFrame
  | { readonly number: number; readonly problem: string; readonly isUncarriable: boolean };

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

async function code({ number, jpeg, reencode }: CodingTask): Promise<CodedFrame> {
  try {
    return { number, ...await condition(jpeg, reencode) };
  } catch (error) {
    // Whatever it is, it is this frame's: the next one stands for itself.
    const problem = isUnusable(error) ? error.message : String(error);
    return { number, problem, isUncarriable: error instanceof UncarriableJpegError };
  }
}

async function condition(jpeg: Uint8Array, reencode: boolean): Promise<ConditionedFrame> {
  try {
    return { image: conditionJpeg(jpeg), reencodedBecause: undefined };
  } catch (error) {
    if (!(error instanceof UncarriableJpegError) || !reencode) throw error;
    return {
      image: await reencodeJpeg(jpeg, { maxPixels: MAX_REENCODED_PIXELS }),
      reencodedBecause: error.message,
    };
  }
}
