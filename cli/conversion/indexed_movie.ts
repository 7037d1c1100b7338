/**
 * A movie whose frames are JPEGs: they are read as they are.
 *
 * @module
 */

import { type FractionalRate, highestRate } from "../../mjpeg/containers/avi/frame_rate.ts";
import { FrameUnreadableError, type SeekableSource } from "../../server/source/source.ts";
import { UsageError } from "../options/errors.ts";
import { type Movie, type Part, type ReadFrame, SAMPLES } from "./movie.ts";

/** The frames of a source. */
export class IndexedMovie implements Movie {
  readonly hasJpegs = true;
  readonly count: number;
  readonly problem: undefined = undefined;
  readonly #source: SeekableSource;
  readonly #first: number;
  readonly #close: () => void;
  #isClosed = false;

  /** Throws a {@linkcode UsageError} where no frame is in the part. `close` is called when nothing more is to be read. */
  constructor(source: SeekableSource, { from, to, close }: Part & { readonly close: () => void }) {
    const { times } = source;
    const [fromUs, toUs] = [from * 1e6, to * 1e6];
    this.#first = times.frameFrom(Math.min(fromUs, times.durationUs));
    this.count = (toUs >= times.durationUs ? times.count : times.frameFrom(toUs)) - this.#first;
    this.#source = source;
    this.#close = close;
    if (this.count <= 0) {
      throw new UsageError(
        `${source.name} has no frame from ${from} s on: it lasts ${source.times.durationUs / 1e6} s`,
      );
    }
  }

  get rate(): FractionalRate | undefined {
    const { times } = this.#source;
    return highestRate({ count: this.count, timeUs: (index) => times.timeUs(this.#first + index) });
  }

  async samples(): Promise<Uint8Array[]> {
    const indexes = new Set(Array.from({ length: SAMPLES }, (_, at) => Math.floor(at / SAMPLES * this.count)));
    const samples = await Promise.all([...indexes].map((index) => this.#read(this.#first + index)));
    return samples.filter((sample) => sample instanceof Uint8Array);
  }

  async *frames(): AsyncGenerator<ReadFrame> {
    const { times } = this.#source;
    const startUs = times.timeUs(this.#first);
    for (let index = this.#first; index < this.#first + this.count && !this.#isClosed; index++) {
      const timeUs = times.timeUs(index);
      yield {
        data: await this.#read(index),
        timestampUs: timeUs - startUs,
        durationUs: times.timeUs(index + 1) - timeUs,
        share: (index - this.#first + 1) / this.count,
      };
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#close();
  }

  async #read(index: number): Promise<Uint8Array | FrameUnreadableError> {
    try {
      return await this.#source.frame(index);
    } catch (error) {
      if (error instanceof FrameUnreadableError) return error;
      throw error;
    }
  }
}
