/**
 * A thread that decodes one movie of any codec to JPEGs. It may read that file and do nothing else. It waits where its frames are not
 * taken.
 *
 * @module
 */

import { openThread, type StartThread, startWorker, type Thread, type ThreadPlan } from "../../net/thread.ts";
import { DecodedStream } from "./decoded_stream.ts";
import type { DecoderMessage, DecoderTask, TaskMessage } from "./decoder_messages.ts";
import type { Decoding } from "./ffmpeg_arguments.ts";
import type { ListedFrames } from "./frame_list.ts";
import { DecodingError, NoDecoderError } from "./decoding_error.ts";

/** How the thread for the movie at a real path is started. */
export function decoderPlan(path: string): ThreadPlan {
  return {
    module: new URL("./decoder_worker.ts", import.meta.url).href,
    name: "decoder",
    permissions: {
      ...{ read: [path], write: false, net: false, env: false, run: false, sys: false, ffi: false, import: false },
    },
  };
}

/** Whoever waits for what becomes of a task. */
interface Waiter {
  take(message: TaskMessage): void;
  fail(error: DecodingError): void;
}

/** Decodes one movie, as often as wanted, from any place on. One task follows the other. */
export class DecoderThread {
  readonly #path: string;
  readonly #thread: Thread;
  readonly #waiters = new Map<number, Waiter>();
  #lastTask = 0;
  #isReady = false;
  #failure: DecodingError | undefined;

  /** Starts the thread for the movie at a real path. `startThread` is by default a worker of this thread. */
  constructor(path: string, startThread: StartThread = startWorker) {
    this.#path = path;
    this.#thread = openThread(startThread, decoderPlan(path), (reason) => this.#end(this.#errorOf(reason)));
    this.#thread.port.onmessage = ({ data }: MessageEvent<DecoderMessage>) => {
      if (data.kind === "ready") this.#isReady = true;
      else this.#waiters.get(data.number)?.take(data);
    };
  }

  /** Whether it has ended, and does nothing any more. */
  get hasEnded(): boolean {
    return this.#failure !== undefined;
  }

  /** Decodes a part of the movie, once the tasks before are over. */
  decode(decoding: Decoding): DecodedStream {
    const number = ++this.#lastTask;
    const stream = new DecodedStream(() => this.#waiters.delete(number));
    this.#start(number, stream, { control: stream.control, decoding });
    return stream;
  }

  /** Lists the frames of the movie without decoding them. Rejects with a {@linkcode DecodingError}. */
  async list(): Promise<ListedFrames> {
    const number = ++this.#lastTask;
    const { promise, resolve, reject } = Promise.withResolvers<ListedFrames>();
    let list: ListedFrames | undefined;
    this.#start(number, {
      take(message) {
        if (message.kind === "list") list = message.list;
        if (message.kind !== "end") return;
        // What is cut off has frames all the same.
        if (list !== undefined && list.timesUs.length > 0) resolve(list);
        else reject(new DecodingError(message.problem ?? "There is no frame in it"));
      },
      fail: reject,
    }, { control: new Int32Array(new SharedArrayBuffer(8)), decoding: undefined });
    try {
      return await promise;
    } finally {
      this.#waiters.delete(number);
    }
  }

  /** Ends the thread, and what it does. */
  close(): void {
    this.#end(new DecodingError("It was closed"));
  }

  #start(number: number, waiter: Waiter, task: Omit<DecoderTask, "number" | "path">): void {
    if (this.#failure !== undefined) return waiter.fail(this.#failure);
    this.#waiters.set(number, waiter);
    this.#thread.port.postMessage({ number, path: this.#path, ...task } satisfies DecoderTask);
  }

  /** From source, and in an executable that has it, FFmpeg is always found. */
  #errorOf(reason: string): DecodingError {
    return this.#isReady || !Deno.build.standalone
      ? new DecodingError(`FFmpeg failed: ${reason}`)
      : new NoDecoderError(this.#path);
  }

  #end(error: DecodingError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#thread.terminate();
    for (const waiter of this.#waiters.values()) waiter.fail(error);
    this.#waiters.clear();
  }
}
