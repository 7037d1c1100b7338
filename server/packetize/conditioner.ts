/**
 * Frames as RTP/JPEG carries them. Most need only their tables taken out, which is done at once; a worker transcodes or re-encodes
 * the others, so that no other session waits. Stands between a source and the packets of its frames.
 *
 * @module
 */

import { conditionWithoutTranscoding } from "../../mjpeg/conditioning/conditioning.ts";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { type ConditionedFrame, isUnusable } from "./conditioned_frame.ts";
import type { ConditioningFailure, ConditioningResult, ConditioningTask } from "./conditioning_worker.ts";

/** Constructor options of {@linkcode Conditioner}. */
export interface ConditionerOptions {
  /** Re-encode frames that RTP/JPEG cannot carry, instead of refusing them. */
  readonly reencode: boolean;
  /** Leave restart markers where they are; default false: they are transcoded away, since gortsplib takes no frames with them. */
  readonly keepRestartMarkers?: boolean;
}

/** Conditions the frames of all sources of a server. */
export class Conditioner {
  readonly #reencode: boolean;
  readonly #withoutRestartMarkers: boolean;
  readonly #tasks = new Map<number, PromiseWithResolvers<ConditionedFrame | Error>>();
  #worker: Worker | undefined;
  #lastTask = 0;

  constructor({ reencode, keepRestartMarkers = false }: ConditionerOptions) {
    this.#reencode = reencode;
    this.#withoutRestartMarkers = !keepRestartMarkers;
  }

  /** A frame as RTP/JPEG carries it, or an error that says why it cannot; rejects when the worker fails. */
  condition(jpeg: Uint8Array): ConditionedFrame | Error | Promise<ConditionedFrame | Error> {
    try {
      const image = conditionWithoutTranscoding(jpeg, { withoutRestartMarkers: this.#withoutRestartMarkers });
      return image === undefined ? this.#transcode(jpeg) : { image, reencodedBecause: undefined };
    } catch (error) {
      if (error instanceof UnsupportedJpegError && error.isReencodable) {
        return this.#reencode ? this.#transcode(jpeg) : withAdvice(error.message);
      }
      if (isUnusable(error)) return error;
      throw error;
    }
  }

  /** Ends the worker. Whoever waits for a frame gets an error. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#giveUp(new Error("The server has stopped"));
  }

  #transcode(jpeg: Uint8Array): Promise<ConditionedFrame | Error> {
    const number = ++this.#lastTask;
    const result = Promise.withResolvers<ConditionedFrame | Error>();
    result.promise.catch(() => {/* whoever waits for the frame learns it */});
    this.#tasks.set(number, result);
    const options = { reencode: this.#reencode, withoutRestartMarkers: this.#withoutRestartMarkers };
    this.#startedWorker().postMessage({ number, jpeg, ...options } satisfies ConditioningTask);
    return result.promise;
  }

  #startedWorker(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const url = new URL("./conditioning_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: "conditioning" });
    worker.onmessage = ({ data }: MessageEvent<ConditioningResult>) => {
      const { number } = data;
      this.#tasks.get(number)?.resolve("image" in data ? data : this.#errorOf(data));
      this.#tasks.delete(number);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      this.#worker = undefined;
      this.#giveUp(new Error(`Cannot transcode frames: ${event.message}`));
    };
    return this.#worker = worker;
  }

  #errorOf({ problem, isReencodable }: ConditioningFailure): Error {
    return isReencodable && !this.#reencode ? withAdvice(problem) : new SyntaxError(problem);
  }

  #giveUp(error: Error): void {
    for (const { reject } of this.#tasks.values()) reject(error);
    this.#tasks.clear();
  }
}

function withAdvice(problem: string): UnsupportedJpegError {
  return new UnsupportedJpegError(`${problem}; serve --reencode re-encodes such frames`);
}
