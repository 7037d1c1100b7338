/**
 * A worker that conditions frames, one after the other, for the conditioner, which gives each kind of frames a worker of its own.
 *
 * @module
 */

import type { ConditioningResult, ConditioningTask } from "./conditioning_worker.ts";

/** What a {@linkcode Transcoder} does to frames. */
export type TranscoderOptions = Omit<ConditioningTask, "number" | "jpeg">;

/** One worker, started when it is first wanted. */
export class Transcoder {
  readonly #options: TranscoderOptions;
  readonly #tasks = new Map<number, PromiseWithResolvers<ConditioningResult>>();
  #worker: Worker | undefined;
  #lastTask = 0;

  constructor(options: TranscoderOptions) {
    this.#options = options;
  }

  /** What became of a frame. Rejects when the worker fails. */
  transcode(jpeg: Uint8Array): Promise<ConditioningResult> {
    const number = ++this.#lastTask;
    const result = Promise.withResolvers<ConditioningResult>();
    result.promise.catch(() => {/* whoever waits for the frame learns it */});
    this.#tasks.set(number, result);
    this.#startedWorker().postMessage({ number, jpeg, ...this.#options } satisfies ConditioningTask);
    return result.promise;
  }

  /** Ends the worker. Whoever waits for a frame gets `error`. */
  close(error: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#tasks.values()) reject(error);
    this.#tasks.clear();
  }

  #startedWorker(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const url = new URL("./conditioning_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: "conditioning" });
    worker.onmessage = ({ data }: MessageEvent<ConditioningResult>) => {
      this.#tasks.get(data.number)?.resolve(data);
      this.#tasks.delete(data.number);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.close(new Error(`Cannot transcode frames: ${event.message}`));
    };
    return this.#worker = worker;
  }
}
