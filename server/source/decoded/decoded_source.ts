/**
 * A movie of another codec as a source: its frames are decoded when they are wanted.
 *
 * @module
 */

import type { FrameCache } from "../files/frame_cache.ts";
import type { FrameTimes } from "../frame_times.ts";
import { IndexedCursor, type IndexedFrames } from "../indexed_cursor.ts";
import { FrameUnreadableError, type SeekableSource } from "../source.ts";
import type { Decoders, ListedMovie } from "./decoders.ts";

/** Constructor options of {@linkcode DecodedSource}. */
export interface DecodedSourceOptions extends ListedMovie {
  /** The name under which it is served. */
  readonly name: string;
  /** When its frames are shown. */
  readonly times: FrameTimes;
  /** Whether it starts again at its end. */
  readonly loops: boolean;
  /** Finds the sound that belongs to it. */
  readonly sound?: SeekableSource["sound"];
  /** Where frames that were decoded are kept. */
  readonly cache: FrameCache;
  readonly decoders: Decoders;
}

/** The frames of one movie, which somebody else decodes. */
export class DecodedSource implements SeekableSource, IndexedFrames {
  readonly isLive = false;
  readonly grows = false;
  readonly name: string;
  readonly loops: boolean;
  readonly times: FrameTimes;
  readonly sound: SeekableSource["sound"];
  readonly #options: DecodedSourceOptions;
  readonly #owner: number;
  readonly #coming = new Map<number, Promise<Uint8Array>>();

  /** Decodes nothing until a frame is wanted. */
  constructor(options: DecodedSourceOptions) {
    this.name = options.name;
    this.loops = options.loops;
    this.times = options.times;
    this.sound = options.sound;
    this.#options = options;
    this.#owner = options.cache.createOwner();
  }

  get frameRate(): number | undefined {
    return this.times.frameRate;
  }

  firstFrame(): Uint8Array | Promise<Uint8Array> {
    return this.frame(0);
  }

  openCursor(): IndexedCursor {
    return new IndexedCursor(this, { onClose: this.#options.cache.addReader() });
  }

  frame(index: number): Uint8Array | Promise<Uint8Array> {
    const frame = this.#frame(index);
    // The next one comes meanwhile, where it was not wanted yet; who wants it learns what is wrong with it.
    if (index + 1 < this.times.count) Promise.resolve(this.#frame(index + 1)).catch(() => {});
    return frame;
  }

  #frame(index: number): Uint8Array | Promise<Uint8Array> {
    return this.#options.cache.get(this.#owner, index) ?? this.#coming.get(index) ?? this.#decode(index);
  }

  #decode(index: number): Promise<Uint8Array> {
    const coming = this.#decodeNow(index).finally(() => this.#coming.delete(index));
    this.#coming.set(index, coming);
    return coming;
  }

  async #decodeNow(index: number): Promise<Uint8Array> {
    const { path, version, cache, decoders } = this.#options;
    try {
      const jpeg = await decoders.frame({ path, version }, index);
      cache.set(this.#owner, index, jpeg);
      return jpeg;
    } catch (error) {
      // What another thread has thrown is an error of that name.
      if (!(error instanceof Error) || error.name !== "FrameUnreadableError") throw error;
      throw new FrameUnreadableError(error.message);
    }
  }
}
