/**
 * A store whose format has no room for large frames: they are re-encoded before they are stored, in a thread of their own, which has
 * no right at all.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { SoundFormat, SoundPiece } from "../../mjpeg/sound.ts";
import { openThread, startWorker, type Thread } from "../../net/thread.ts";
import type { FittingAnswer, FittingTask } from "./fitting_worker.ts";
import type { FrameStore, StoredFrame } from "./stores/frame_store.ts";

const log = getLogger(["mjpegrtsp", "recorder"]);

/** Takes frames of any length. What cannot be made to fit goes to the store as it is, which refuses it. */
export class FittingStore implements FrameStore {
  readonly #store: FrameStore;
  readonly #maxBytes: number;
  readonly #thread: Thread;
  /** Who waits for the thread's next answers. */
  readonly #asked: ((answer: FittingAnswer) => void)[] = [];
  #failure: string | undefined;
  /** Frames that wait for a large one, that one included: the order stays. */
  #waiting = 0;
  #lastHanded: Promise<void> = Promise.resolve();
  #hasTold = false;
  #hasTroubled = false;

  private constructor(store: FrameStore, maxBytes: number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
    const module = new URL("./fitting_worker.ts", import.meta.url).href;
    this.#thread = openThread(
      startWorker,
      { module, name: "fitting", permissions: "none" },
      (reason) => this.#fail(reason),
    );
    this.#thread.port.onmessage = ({ data }: MessageEvent<FittingAnswer>) => this.#asked.shift()?.(data);
  }

  /** Resolves when the thread runs, and asks for no right any more. Frames of more than `maxBytes` are re-encoded. */
  static async start(store: FrameStore, maxBytes: number): Promise<FittingStore> {
    const fitting = new FittingStore(store, maxBytes);
    await fitting.#ask({ maxBytes });
    return fitting;
  }

  write(frame: StoredFrame, onProgress: () => void): Promise<void> {
    const isLarge = frame.data.length > this.#maxBytes;
    if (!isLarge && this.#waiting === 0) return this.#store.write(frame, onProgress);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting++;
    this.#lastHanded = this.#lastHanded.then(async () => {
      const fitted = isLarge ? await this.#fit(frame) : frame;
      this.#waiting--;
      onProgress();
      this.#store.write(fitted, onProgress).then(resolve, reject);
    });
    return promise;
  }

  expectSound(format: SoundFormat): void {
    this.#store.expectSound?.(format);
  }

  writeSound(piece: SoundPiece): Promise<void> {
    return this.#store.writeSound?.(piece) ?? Promise.resolve();
  }

  flush(): void {
    this.#lastHanded.then(() => this.#store.flush());
  }

  async finish(): Promise<void> {
    await this.#lastHanded;
    this.#thread.terminate();
    await this.#store.finish();
  }

  async discard(): Promise<void> {
    this.#thread.terminate();
    await this.#store.discard();
  }

  close(): void {
    this.#thread.terminate();
    this.#store.close();
  }

  async #fit(frame: StoredFrame): Promise<StoredFrame> {
    const answer = await this.#ask({ jpeg: frame.data });
    if (answer === "ready") return frame;
    if ("problem" in answer) {
      if (!this.#hasTroubled) log.warn("a frame cannot be re-encoded to fit: {problem}", answer);
      this.#hasTroubled = true;
      return frame;
    }
    const { jpeg, quality } = answer;
    if (!this.#hasTold) {
      log.info(
        "a frame of {bytes} bytes is re-encoded at quality {quality} to fit, as all will be that are too large",
        {
          bytes: frame.data.length,
          quality,
        },
      );
    }
    this.#hasTold = true;
    return { ...frame, data: jpeg };
  }

  #ask(task: FittingTask): Promise<FittingAnswer> {
    if (this.#failure !== undefined) return Promise.resolve({ problem: this.#failure });
    const { promise, resolve } = Promise.withResolvers<FittingAnswer>();
    this.#asked.push(resolve);
    this.#thread.port.postMessage(task);
    return promise;
  }

  #fail(reason: string): void {
    this.#failure = `the thread that does it has failed: ${reason}`;
    for (const resolve of this.#asked.splice(0)) resolve({ problem: this.#failure });
  }
}
