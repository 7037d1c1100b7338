/**
 * A store in a thread of its own, which may write there and do nothing else. The thread that has started it needs no right to files
 * any more.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { FrameRefusedError, FrameTooLargeError } from "../../mjpeg/containers/written_format.ts";
import type { SoundFormat, SoundPiece } from "../../mjpeg/sound.ts";
import { type ToldError, toldError } from "../../net/told_error.ts";
import { STORED_TOGETHER_BYTES } from "../limits.ts";
import type { FrameStore, StoredFrame } from "./stores/frame_store.ts";
import { rightsOf, type StorePlan } from "./store_plan.ts";
import type { StoreAnswer, StoredItem, StoreTask } from "./store_worker.ts";

const log = getLogger(["mjpegrtsp", "recorder"]);

/** Something that the thread does; frames have the memory that they are handed over in. */
interface Step extends PromiseWithResolvers<void> {
  readonly onProgress: () => void;
  readonly memory?: Uint8Array;
}

/** A store as this thread sees it. */
export class StoreThread implements FrameStore {
  readonly #worker: Worker;
  readonly #gatherMs: number;
  /** Memory that both threads share, free for another frame. */
  readonly #free: Uint8Array[] = [];
  /** What waits for more to come, since to wake a thread takes longer than to store a frame. */
  #gathered: StoredItem[] = [];
  #gatheredBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the thread has yet to do, and those frames. */
  #steps: Step[] = [];
  #failure: Error | undefined;

  private constructor(plan: StorePlan, gatherMs: number) {
    this.#gatherMs = gatherMs;
    this.#worker = new Worker(new URL("./store_worker.ts", import.meta.url), {
      type: "module",
      name: "store",
      deno: { permissions: rightsOf(plan) },
    });
    this.#worker.onmessage = ({ data }: MessageEvent<StoreAnswer>) => this.#take(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = new Error(event.message);
      for (const { reject } of this.#steps.splice(0)) reject(this.#failure);
    };
  }

  /**
   * Resolves when the thread runs, and asks for no right any more. Frames are stored at once, or, where whoever writes does not wait
   * for each, up to `gatherMs` later.
   */
  static async start(plan: StorePlan, gatherMs: number): Promise<StoreThread> {
    const thread = new StoreThread(plan, gatherMs);
    await thread.#ask({ plan });
    return thread;
  }

  write({ data, ...times }: StoredFrame, onProgress: () => void): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const memory = this.#takeMemory(data.length);
    memory.set(data);
    this.#gather({ frame: { ...times, data: memory.subarray(0, data.length) } }, data.length);
    return this.#addStep({ onProgress, memory });
  }

  expectSound(soundFormat: SoundFormat): void {
    this.#ask({ soundFormat }).catch(() => {/* the frames will tell */});
  }

  writeSound(sound: SoundPiece): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#gather({ sound }, sound.data.length);
    return this.#addStep({ onProgress() {} });
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#gathered.length === 0) return;
    this.#worker.postMessage({ items: this.#gathered } satisfies StoreTask);
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }

  async finish(): Promise<void> {
    await this.#ask("finish");
    this.close();
  }

  async discard(): Promise<void> {
    try {
      await this.#ask("discard");
    } finally {
      this.close();
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#worker.terminate();
  }

  #gather(item: StoredItem, lengthBytes: number): void {
    this.#gathered.push(item);
    this.#gatheredBytes += lengthBytes;
    if (this.#gatherMs === 0 || this.#gatheredBytes >= STORED_TOGETHER_BYTES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#gatherMs);
  }

  #ask(task: StoreTask): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.flush();
    this.#worker.postMessage(task);
    return this.#addStep({ onProgress() {} });
  }

  #addStep(step: Omit<Step, keyof PromiseWithResolvers<void>>): Promise<void> {
    const resolvers = Promise.withResolvers<void>();
    this.#steps.push({ ...resolvers, ...step });
    return resolvers.promise;
  }

  #take(answer: StoreAnswer): void {
    if (answer === "progress") return this.#steps[0]?.onProgress();
    if ("level" in answer) return log[answer.level]("{text}", { text: answer.text });
    for (const problem of answer) {
      const step = this.#steps.shift();
      if (step?.memory !== undefined) this.#free.push(step.memory);
      if (problem === undefined) step?.resolve();
      else step?.reject(errorOf(problem));
    }
  }

  /** Memory for a frame of that length, used before if that is large enough. */
  #takeMemory(lengthBytes: number): Uint8Array {
    const used = this.#free.pop();
    if (used !== undefined && used.length >= lengthBytes) return used;
    return new Uint8Array(new SharedArrayBuffer(Math.ceil(lengthBytes * 9 / 8)));
  }
}

/** What was thrown there. */
function errorOf(told: ToldError): Error {
  for (const Refused of [FrameTooLargeError, FrameRefusedError]) {
    if (new Refused().name === told.name) return new Refused(told.message);
  }
  return toldError(told);
}
