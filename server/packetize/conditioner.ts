/**
 * Frames as RTP/JPEG carries them. Most need only their tables taken out, which is done at once; workers transcode or re-encode
 * the others, so that no other session waits, and requantize what goes to slow networks. Stands between a source and the packets of its frames.
 *
 * @module
 */

import { conditionWithoutTranscoding } from "../../mjpeg/conditioning/conditioning.ts";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { type ConditionedFrame, isReencodable, isUnusable } from "./conditioned_frame.ts";
import type { ConditioningFailure } from "./conditioning_worker.ts";
import { LARGE_FRAME_BYTES, MAX_CONDITIONING_WORKERS } from "../limits.ts";
import { Transcoder } from "./transcoder.ts";
import type { StartThread } from "../../net/thread.ts";

/** Constructor options of {@linkcode Conditioner}. */
export interface ConditionerOptions {
  /** Re-encode frames that RTP/JPEG cannot carry, instead of refusing them. */
  readonly reencode: boolean;
  /** Leave restart markers where they are; default false: they are transcoded away, since gortsplib takes no frames with them. */
  readonly keepRestartMarkers?: boolean;
  /** Starts a worker that transcodes; default one of this thread. */
  readonly startThread?: StartThread;
  /** Most workers for each kind of frames; default one for each core, up to {@linkcode MAX_CONDITIONING_WORKERS}. */
  readonly maxWorkers?: number;
}

/** Conditions the frames of all sources of a server. */
export class Conditioner {
  readonly #reencode: boolean;
  readonly #withoutRestartMarkers: boolean;
  /** Large frames take long, and hold up nobody's small ones. */
  readonly #transcoders: { readonly small: Transcoder; readonly large: Transcoder };

  constructor({ reencode, keepRestartMarkers = false, startThread, maxWorkers }: ConditionerOptions) {
    this.#reencode = reencode;
    this.#withoutRestartMarkers = !keepRestartMarkers;
    const options = {
      reencode,
      withoutRestartMarkers: !keepRestartMarkers,
      maxWorkers: maxWorkers ?? Math.min(navigator.hardwareConcurrency, MAX_CONDITIONING_WORKERS),
      startThread,
    };
    this.#transcoders = { small: new Transcoder(options), large: new Transcoder(options) };
  }

  /**
   * A frame as RTP/JPEG carries it, requantized at a level unless that is 0, or an error that says why it cannot; rejects when the worker
   * fails.
   */
  condition(jpeg: Uint8Array, level = 0): ConditionedFrame | Error | Promise<ConditionedFrame | Error> {
    if (level > 0) return this.#transcode(jpeg, level);
    try {
      const image = conditionWithoutTranscoding(jpeg, { withoutRestartMarkers: this.#withoutRestartMarkers });
      return image === undefined ? this.#transcode(jpeg) : { image, reencodedBecause: undefined };
    } catch (error) {
      if (error instanceof UnsupportedJpegError && error.isReencodable && this.#reencode) return this.#transcode(jpeg);
      if (isReencodable(error, jpeg)) return withAdvice((error as Error).message);
      if (isUnusable(error)) return error;
      throw error;
    }
  }

  /** Ends the workers. Whoever waits for a frame gets an error. */
  close(): void {
    const error = new Error("The server has stopped");
    for (const transcoder of Object.values(this.#transcoders)) transcoder.close(error);
  }

  async #transcode(jpeg: Uint8Array, level = 0): Promise<ConditionedFrame | Error> {
    const { small, large } = this.#transcoders;
    const result = await (jpeg.length > LARGE_FRAME_BYTES ? large : small).transcode(jpeg, level);
    return "image" in result ? result : this.#errorOf(result);
  }

  #errorOf({ problem, isReencodable }: ConditioningFailure): Error {
    return isReencodable && !this.#reencode ? withAdvice(problem) : new SyntaxError(problem);
  }
}

function withAdvice(problem: string): UnsupportedJpegError {
  return new UnsupportedJpegError(`${problem}; serve --reencode re-encodes such frames`);
}
