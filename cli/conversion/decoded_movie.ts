/**
 * A movie of another codec than Motion-JPEG: its frames are decoded, and are JPEGs from then on.
 *
 * @module
 */

import type { DecodedStream } from "../../server/decoder/decoded_stream.ts";
import { DecoderThread } from "../../server/decoder/decoder_thread.ts";
import { DecodingError } from "../../server/decoder/decoding_error.ts";
import type { DecodedFrame } from "../../server/decoder/timed_jpegs.ts";
import type { PictureSize } from "../../mjpeg/conditioning/scaling.ts";
import { FailedError, UsageError } from "../options/errors.ts";
import { type Movie, type Part, type ReadFrame, SAMPLES } from "./movie.ts";

/** How a movie is decoded. */
export interface DecodedMovieOptions extends Part {
  /** The movie as its user named it. */
  readonly name: string;
  /** Its real path. */
  readonly path: string;
  /** Of the JPEGs that are made, 1 to 100. */
  readonly quality: number;
}

/** The frames of a movie of any codec that FFmpeg knows. */
export class DecodedMovie implements Movie {
  readonly hasJpegs = false;
  readonly count: undefined = undefined;
  readonly rate: undefined = undefined;
  readonly #options: DecodedMovieOptions;
  #thread: DecoderThread | undefined;
  #stream: DecodedStream | undefined;
  #isClosed = false;

  /** Decodes nothing before frames are wanted. */
  constructor(options: DecodedMovieOptions) {
    this.#options = options;
  }

  get problem(): string | undefined {
    return this.#stream?.problem;
  }

  async samples(): Promise<Uint8Array[]> {
    const { from } = this.#options;
    const samples: Uint8Array[] = [];
    let endUs: number | undefined;
    for (let index = 0; index < SAMPLES; index++) {
      // Where nobody knows how long the movie is, the first frame has to do.
      if (index > 0 && endUs === undefined) break;
      const at = from + index / SAMPLES * (endUs ?? 0) / 1e6;
      for await (const { data } of this.#decode({ at })) {
        samples.push(data);
        endUs ??= this.#endUs();
        break;
      }
    }
    return samples;
  }

  async *frames(size?: PictureSize): AsyncGenerator<ReadFrame> {
    const { name, from } = this.#options;
    let startUs: number | undefined;
    for await (const { data, timestampUs, durationUs } of this.#decode({ at: from, size })) {
      startUs ??= timestampUs;
      const endUs = this.#endUs();
      const share = endUs === undefined ? undefined : Math.min(1, (timestampUs + durationUs) / endUs);
      yield { data, timestampUs: timestampUs - startUs, durationUs, share };
    }
    if (startUs === undefined && !this.#isClosed) throw new UsageError(`${name} has no frame from ${from} s on`);
  }

  close(): void {
    this.#isClosed = true;
    this.#thread?.close();
  }

  /** The frames from a time on, in seconds. */
  async *#decode({ at, size }: { readonly at: number; readonly size?: PictureSize }): AsyncGenerator<DecodedFrame> {
    if (this.#isClosed) return;
    const { name, path, to, quality } = this.#options;
    const [from, end] = [at === 0 ? undefined : at, to === Infinity ? undefined : to];
    this.#thread ??= new DecoderThread(path);
    const stream = this.#thread.decode({ from, to: end, size, quality });
    this.#stream = stream;
    try {
      yield* stream.frames();
    } catch (error) {
      if (!(error instanceof DecodingError)) throw error;
      if (!this.#isClosed) throw new FailedError(`Cannot decode ${name}: ${error.message}`);
    } finally {
      stream.close();
    }
  }

  /** How long the part is, in microseconds, above 0, as the file tells. */
  #endUs(): number | undefined {
    const { from, to } = this.#options;
    const endUs = Math.min(to * 1e6, this.#stream?.movieDurationUs ?? Infinity) - from * 1e6;
    return endUs > 0 && endUs < Infinity ? endUs : undefined;
  }
}
