/**
 * Frames as RTP/JPEG payloads, made once a frame, whoever watches: the payloads live as long as the frame itself does.
 *
 * @module
 */

import { conditionJpeg, UncarriableJpegError } from "../mjpeg/conditioning.ts";
import { packetizeJpeg } from "../rtp/jpeg_payload.ts";

/** Conditions and packetizes the frames of all sessions. */
export class JpegPackets {
  readonly #maxPayloadBytes: number;
  /** By the bytes of the frame, which sessions share. */
  readonly #payloads = new WeakMap<Uint8Array, readonly Uint8Array[] | Error>();

  /** Payloads of at most `maxPayloadBytes`. */
  constructor({ maxPayloadBytes }: { readonly maxPayloadBytes: number }) {
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /**
   * The payloads of a frame, the marker belonging on the last; shared, not to be written to. An error says why RTP/JPEG
   * cannot carry the frame.
   */
  of(jpeg: Uint8Array): readonly Uint8Array[] | Error {
    let payloads = this.#payloads.get(jpeg);
    if (payloads === undefined) {
      payloads = this.#make(jpeg);
      this.#payloads.set(jpeg, payloads);
    }
    return payloads;
  }

  #make(jpeg: Uint8Array): readonly Uint8Array[] | Error {
    try {
      return packetizeJpeg(conditionJpeg(jpeg), { maxPayloadBytes: this.#maxPayloadBytes });
    } catch (error) {
      const isNamed = error instanceof UncarriableJpegError || error instanceof SyntaxError ||
        error instanceof RangeError;
      if (isNamed) return error;
      throw error;
    }
  }
}
