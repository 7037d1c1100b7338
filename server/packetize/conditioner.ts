/**
 * Frames as RTP/JPEG carries them. What needs no more than taking apart is done at once; what has to be coded anew is done by
 * a worker, so that it holds up no other session. Stands between a movie and the packets of its frames.
 *
 * @module
 */

import { takeApart, UncarriableJpegError } from "../../mjpeg/conditioning/conditioning.ts";
import { type ConditionedFrame, isUnusable } from "./conditioned_frame.ts";
import type { CodedFrame, CodingTask } from "./conditioning_worker.ts";

/** Conditions the frames of all movies of one server. */
export class Conditioner {
  readonly #reencode: boolean;
  readonly #tasks = new Map<number, PromiseWithResolvers<ConditionedFrame | Error>>();
  #worker: Worker | undefined;
  #lastTask = 0;

  /** With `reencode` the pictures that RTP/JPEG cannot carry are encoded anew instead of refused. */
  constructor({ reencode }: { readonly reencode: boolean }) {
    this.#reencode = reencode;
  }

  /** A frame as RTP/JPEG carries it, or an error that says why it cannot; rejects when the worker fails. */
  condition(jpeg: Uint8Array): ConditionedFrame | Error | Promise<ConditionedFrame | Error> {
    try {
      const image = takeApart(jpeg);
      return image === undefined ? this.#code(jpeg) : { image, reencodedBecause: undefined };
    } catch (error) {
      if (error instanceof UncarriableJpegError) return this.#reencode ? this.#code(jpeg) : withAdvice(error);
      if (isUnusable(error)) return error;
      throw error;
    }
  }

  /** Ends the worker; what it has not done is given up. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#giveUp(new Error("The server has stopped"));
  }

  #code(jpeg: Uint8Array): Promise<ConditionedFrame | Error> {
    const number = ++this.#lastTask;
    const coding = Promise.withResolvers<ConditionedFrame | Error>();
    coding.promise.catch(() => {/* whoever waits for the frame learns it */});
    this.#tasks.set(number, coding);
    this.#startedWorker().postMessage({ number, jpeg, reencode: this.#reencode } satisfies CodingTask);
    return coding.promise;
  }

  #startedWorker(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const url = new URL("./conditioning_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: "conditioning" });
    worker.onmessage = ({ data }: MessageEvent<CodedFrame>) => {
      const { number } = data;
      const result = "image" in data
        ? data
        : data.isUncarriable && !this.#reencode
        ? withAdvice(new UncarriableJpegError(data.problem))
        : new SyntaxError(data.problem);
      this.#tasks.get(number)?.resolve(result);
      this.#tasks.delete(number);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      this.#worker = undefined;
      this.#giveUp(new Error(`Cannot code frames anew: ${event.message}`));
    };
    return this.#worker = worker;
  }

  #giveUp(error: Error): void {
    for (const { reject } of this.#tasks.values()) reject(error);
    this.#tasks.clear();
  }
}

function withAdvice({ message }: UncarriableJpegError): UncarriableJpegError {
  return new UncarriableJpegError(`${message}; serve --reencode encodes such frames anew`);
}
