/**
 * Workers that condition frames for the conditioner, which gives each kind of frames workers of its own. A frame goes to one that has
 * nothing to do; another worker is started only where all have.
 *
 * @module
 */

import { openThread, type StartThread, startWorker, type Thread, type ThreadPlan } from "../../net/thread.ts";
import type { ConditioningResult, ConditioningTask, READY } from "./conditioning_worker.ts";

/** A thread that conditions frames. */
export const CONDITIONING_THREAD: ThreadPlan = {
  module: new URL("./conditioning_worker.ts", import.meta.url).href,
  name: "conditioning",
  permissions: "none",
};

/** Constructor options of {@linkcode Transcoder}. */
export interface TranscoderOptions extends Omit<ConditioningTask, "number" | "jpeg" | "level"> {
  /** Most workers, from 1. */
  readonly maxWorkers: number;
  /** Starts one; default a worker of this thread. */
  readonly startThread?: StartThread;
}

/** A worker, and the frames that it has to condition, by number. */
interface BusyWorker {
  readonly thread: Thread;
  readonly tasks: Map<number, PromiseWithResolvers<ConditioningResult>>;
  /** Whether it has been loaded. */
  isReady: boolean;
}

/** Some workers, each started when it is first wanted. */
export class Transcoder {
  readonly #maxWorkers: number;
  readonly #startThread: StartThread;
  readonly #options: Omit<ConditioningTask, "number" | "jpeg" | "level">;
  readonly #workers = new Set<BusyWorker>();
  #lastTask = 0;

  constructor({ maxWorkers, startThread = startWorker, ...options }: TranscoderOptions) {
    this.#maxWorkers = maxWorkers;
    this.#startThread = startThread;
    this.#options = options;
  }

  /** Workers that were started. */
  get workers(): number {
    return this.#workers.size;
  }

  /** What became of a frame, which is requantized at a level unless that is 0. Rejects when the worker fails. */
  transcode(jpeg: Uint8Array, level = 0): Promise<ConditioningResult> {
    const number = ++this.#lastTask;
    const result = Promise.withResolvers<ConditioningResult>();
    result.promise.catch(() => {/* whoever waits for the frame learns it */});
    const { thread, tasks } = this.#chooseWorker();
    tasks.set(number, result);
    // Of a view, all the memory that it is a part of would be sent.
    const own = jpeg.length === jpeg.buffer.byteLength ? jpeg : jpeg.slice();
    thread.port.postMessage({ number, jpeg: own, level, ...this.#options } satisfies ConditioningTask);
    return result.promise;
  }

  /** Ends the workers. Whoever waits for a frame gets `error`. */
  close(error: Error): void {
    for (const one of this.#workers) this.#end(one, error);
  }

  /** The one with the fewest frames to condition, of those that are ready: a frame would wait long for one that is being loaded. */
  #chooseWorker(): BusyWorker {
    const [chosen] = [...this.#workers].toSorted((left, right) =>
      Number(right.isReady) - Number(left.isReady) || left.tasks.size - right.tasks.size
    );
    if (chosen === undefined) return this.#start();
    if (chosen.tasks.size > 0 && this.#workers.size < this.#maxWorkers) this.#start();
    return chosen;
  }

  #start(): BusyWorker {
    const thread = openThread(
      this.#startThread,
      CONDITIONING_THREAD,
      (reason) => this.#end(one, new Error(`Cannot transcode frames: ${reason}`)),
    );
    const one: BusyWorker = { thread, tasks: new Map(), isReady: false };
    thread.port.onmessage = ({ data }: MessageEvent<ConditioningResult | typeof READY>) => {
      one.isReady = true;
      if (data === "ready") return;
      one.tasks.get(data.number)?.resolve(data);
      one.tasks.delete(data.number);
    };
    this.#workers.add(one);
    return one;
  }

  #end(one: BusyWorker, error: Error): void {
    this.#workers.delete(one);
    one.thread.terminate();
    for (const { reject } of one.tasks.values()) reject(error);
    one.tasks.clear();
  }
}
