/**
 * Draws the frames of the test source: a worker draws each when it is first wanted, so that encoding never holds up a session. The
 * frames are kept, in memory that all threads share.
 *
 * @module
 */

import { DEFAULT_TEST_PATTERN } from "../../mjpeg/testsrc/test_pattern_options.ts";
import { openThread, type StartThread, startWorker, type Thread, type ThreadPlan } from "../../net/thread.ts";
import type { DrawnFrame } from "./test_source_worker.ts";

/** A thread that draws. */
const DRAWING_THREAD: ThreadPlan = {
  module: new URL("./test_source_worker.ts", import.meta.url).href,
  name: "testsrc",
  permissions: "none",
};

/** Frames of the test source: a minute of them. */
export const TEST_FRAME_COUNT: number = 60 * DEFAULT_TEST_PATTERN.frameRate;

/** Who draws the frames of the test source. */
export interface TestFrames {
  /** The JPEG of a frame, counted from 0. Shared, not to be written to. Rejects where it cannot be drawn. */
  draw(index: number): Promise<Uint8Array>;
  /** Ends what draws. Whoever waits for a frame gets an error. */
  close(): void;
}

/** Frames that a thread draws. */
export class DrawnTestFrames implements TestFrames {
  readonly #frames = new Map<number, PromiseWithResolvers<Uint8Array>>();
  readonly #startThread: StartThread;
  #thread: Thread | undefined;
  #waitingCount = 0;
  #drawnCount = 0;

  /** `startThread` starts the thread; default a worker of this one. */
  constructor(startThread: StartThread = startWorker) {
    this.#startThread = startThread;
  }

  draw(index: number): Promise<Uint8Array> {
    let frame = this.#frames.get(index);
    if (frame === undefined) {
      frame = Promise.withResolvers<Uint8Array>();
      frame.promise.catch(() => {/* a frame drawn ahead may be wanted by nobody when the worker ends */});
      this.#frames.set(index, frame);
      this.#waitingCount++;
      this.#startedThread().port.postMessage(index + 1);
    }
    return frame.promise;
  }

  close(): void {
    this.#thread?.terminate();
    this.#thread = undefined;
    this.#giveUp(new Error("The test source has been closed"));
  }

  #startedThread(): Thread {
    if (this.#thread !== undefined) return this.#thread;
    const thread = openThread(this.#startThread, DRAWING_THREAD, (reason) => {
      this.#thread = undefined;
      thread.terminate();
      this.#giveUp(new Error(`Cannot draw the test pattern: ${reason}`));
    });
    thread.port.onmessage = ({ data: { number, jpeg } }: MessageEvent<DrawnFrame>) => {
      this.#frames.get(number - 1)?.resolve(jpeg);
      this.#waitingCount--;
      if (++this.#drawnCount < TEST_FRAME_COUNT) return;
      // Nothing is left to be drawn.
      thread.terminate();
      this.#thread = undefined;
    };
    return this.#thread = thread;
  }

  /** Whoever asks for these frames again has them drawn anew. */
  #giveUp(error: Error): void {
    if (this.#waitingCount === 0) return;
    this.#waitingCount = 0;
    // Those that were drawn are settled already.
    for (const { reject } of this.#frames.values()) reject(error);
    this.#frames.clear();
    this.#drawnCount = 0;
  }
}
