/**
 * The built-in test source: a minute of test pattern that loops. A worker draws each frame when it is first wanted, so that
 * encoding never holds up a session; the frames are kept.
 *
 * @module
 */

import { DEFAULT_TEST_PATTERN } from "../../mjpeg/testsrc/test_pattern.ts";
import { RegularTimes } from "./frame_times.ts";
import { IndexedCursor, type IndexedFrames } from "./indexed_cursor.ts";
import type { SeekableSource } from "./source.ts";
import type { DrawnFrame } from "./test_source_worker.ts";

/** The name that is always there. */
export const TEST_SOURCE_NAME = "testsrc";

const PERIOD_SECONDS = 60;
/** Frames drawn ahead of the one that is wanted. */
const READ_AHEAD = 4;

/** One test source for all sessions. */
export class TestSource implements SeekableSource, IndexedFrames {
  readonly isLive = false;
  readonly name: string = TEST_SOURCE_NAME;
  readonly loops = true;
  readonly frameRate: number = DEFAULT_TEST_PATTERN.frameRate;
  readonly times: RegularTimes = new RegularTimes(this.frameRate * PERIOD_SECONDS, this.frameRate);
  readonly frameCount: number = this.times.count;
  readonly durationUs: number = this.times.durationUs;
  readonly #frames: (Uint8Array | undefined)[] = [];
  readonly #drawing = new Map<number, PromiseWithResolvers<Uint8Array>>();
  #worker: Worker | undefined;
  #drawnCount = 0;

  firstFrame(): Uint8Array | Promise<Uint8Array> {
    return this.frame(0);
  }

  openCursor(): IndexedCursor {
    return new IndexedCursor(this, { onClose() {} });
  }

  frame(index: number): Uint8Array | Promise<Uint8Array> {
    for (let ahead = 1; ahead <= READ_AHEAD; ahead++) this.#draw((index + ahead) % this.frameCount);
    return this.#frames[index] ?? this.#draw(index)!.promise;
  }

  /** Ends the worker. Whoever waits for a frame gets an error. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#giveUp(new Error("The test source has been closed"));
  }

  #draw(index: number): PromiseWithResolvers<Uint8Array> | undefined {
    if (this.#frames[index] !== undefined) return undefined;
    let drawing = this.#drawing.get(index);
    if (drawing === undefined) {
      drawing = Promise.withResolvers<Uint8Array>();
      drawing.promise.catch(() => {/* a frame drawn ahead may be wanted by nobody when the worker ends */});
      this.#drawing.set(index, drawing);
      this.#startedWorker().postMessage(index + 1);
    }
    return drawing;
  }

  #startedWorker(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL("./test_source_worker.ts", import.meta.url), { type: "module", name: "testsrc" });
    worker.onmessage = ({ data }: MessageEvent<DrawnFrame>) => {
      const index = data.number - 1;
      this.#frames[index] = data.jpeg;
      this.#drawing.get(index)?.resolve(data.jpeg);
      this.#drawing.delete(index);
      if (++this.#drawnCount === this.frameCount) {
        worker.terminate();
        this.#worker = undefined;
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#worker = undefined;
      worker.terminate();
      this.#giveUp(new Error(`Cannot draw the test pattern: ${event.message}`));
    };
    return this.#worker = worker;
  }

  #giveUp(error: Error): void {
    for (const { reject } of this.#drawing.values()) reject(error);
    this.#drawing.clear();
  }
}
