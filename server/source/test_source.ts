/**
 * The built-in test source: a minute of test pattern that loops, with a beep a second.
 *
 * @module
 */

import { DEFAULT_TEST_PATTERN } from "../../mjpeg/testsrc/test_pattern_options.ts";
import { RegularTimes } from "./frame_times.ts";
import { IndexedCursor, type IndexedFrames } from "./indexed_cursor.ts";
import type { SeekableSource } from "./source.ts";
import { TEST_FRAME_COUNT, type TestFrames } from "./test_frames.ts";
import { TestSound } from "./test_sound.ts";

/** The name that is always there. */
export const TEST_SOURCE_NAME = "testsrc";

/** Frames drawn ahead of the one that is wanted. */
const READ_AHEAD = 4;

/** One test source for all sessions. */
export class TestSource implements SeekableSource, IndexedFrames {
  readonly isLive = false;
  readonly name: string = TEST_SOURCE_NAME;
  readonly loops = true;
  readonly grows = false;
  readonly frameRate: number = DEFAULT_TEST_PATTERN.frameRate;
  readonly times: RegularTimes = new RegularTimes(TEST_FRAME_COUNT, this.frameRate);
  readonly #frames: TestFrames;
  readonly #sound = new TestSound(this.times.durationUs / 1e6);
  /** Those that have been drawn, or are being drawn: each is asked for once. */
  readonly #drawn: (Uint8Array | Promise<Uint8Array> | undefined)[] = [];

  constructor(frames: TestFrames) {
    this.#frames = frames;
  }

  firstFrame(): Uint8Array | Promise<Uint8Array> {
    return this.frame(0);
  }

  sound(): Promise<TestSound> {
    return Promise.resolve(this.#sound);
  }

  openCursor(): IndexedCursor {
    return new IndexedCursor(this, { onClose() {} });
  }

  frame(index: number): Uint8Array | Promise<Uint8Array> {
    for (let ahead = 1; ahead <= READ_AHEAD; ahead++) this.#draw((index + ahead) % this.times.count);
    return this.#draw(index);
  }

  /** Ends what draws. Whoever waits for a frame gets an error. */
  close(): void {
    this.#frames.close();
  }

  #draw(index: number): Uint8Array | Promise<Uint8Array> {
    let drawn = this.#drawn[index];
    if (drawn === undefined) {
      drawn = this.#drawn[index] = this.#frames.draw(index);
      // Whoever wants a frame that cannot be drawn learns it, and the next one has it tried again.
      drawn.then((jpeg) => this.#drawn[index] = jpeg, () => this.#drawn[index] = undefined);
    }
    return drawn;
  }
}
