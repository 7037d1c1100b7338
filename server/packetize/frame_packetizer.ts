/**
 * Frames to RTP/JPEG packets: each frame is conditioned and packetized once, whoever watches, and its packets live as long as the
 * frame itself does. What differs between sessions (channel, sequence number, timestamp, SSRC) is stamped into copies of them.
 *
 * @module
 */

import { packetizeJpeg } from "../../rtp/jpeg/jpeg_packetizer.ts";
import { PAYLOAD_TYPE_JPEG, RTP_HEADER_BYTES } from "../../rtp/packet.ts";
import { PREPARED_BYTES } from "../limits.ts";
import { type ConditionedFrame, isUnusable } from "./conditioned_frame.ts";
import type { Conditioner } from "./conditioner.ts";
import { HEADROOM_BYTES, type RtpPackets, withHeaders } from "./rtp_packets.ts";

/** The packets of one frame. Shared, not to be written to. */
export interface FramePackets extends RtpPackets {
  readonly size: FrameSize;
  /** Whether a worker made them, so that others of the source are to be made before they are due. */
  readonly isTranscoded: boolean;
  /** Why the frame was re-encoded, with some loss; `undefined` where its pixels are the source's own. */
  readonly reencodedBecause: string | undefined;
}

/** Size of a frame. */
export interface FrameSize {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
}

/** Packetizes the frames of all sessions. */
export class FramePacketizer {
  readonly #conditioner: Conditioner;
  readonly #maxPayloadBytes: number;
  /** By level, and by the bytes of the frame, which sessions share. */
  readonly #packets: WeakMap<Uint8Array, FramePackets | Error | Promise<FramePackets | Error>>[] = [];

  /** Bytes of frames that are being made ready before they are due. */
  #preparedBytes = 0;

  /** RTP packets have at most `maxPacketBytes`. */
  constructor(conditioner: Conditioner, { maxPacketBytes }: { readonly maxPacketBytes: number }) {
    this.#conditioner = conditioner;
    this.#maxPayloadBytes = maxPacketBytes - RTP_HEADER_BYTES;
  }

  /**
   * The packets of a frame, requantized at a level (0 is as it is, up to `COARSEST_LEVEL`): at once unless a worker has to transcode it.
   * An error says why RTP/JPEG cannot carry it.
   */
  packetsOf(jpeg: Uint8Array, level = 0): FramePackets | Error | Promise<FramePackets | Error> {
    const known = this.#packets[level] ??= new WeakMap();
    let packets = known.get(jpeg);
    if (packets === undefined) {
      packets = this.#make(jpeg, level);
      known.set(jpeg, packets);
    }
    return packets;
  }

  /** Makes the packets of a frame that is due later, unless there is too much to do already. */
  prepare(jpeg: Uint8Array, level = 0): void {
    if (this.#packets[level]?.has(jpeg) || this.#preparedBytes + jpeg.length > PREPARED_BYTES) return;
    const packets = this.packetsOf(jpeg, level);
    if (!(packets instanceof Promise)) return;
    this.#preparedBytes += jpeg.length;
    const done = () => void (this.#preparedBytes -= jpeg.length);
    // Whoever sends the frame learns of an error.
    packets.then(done, done);
  }

  #make(jpeg: Uint8Array, level: number): FramePackets | Error | Promise<FramePackets | Error> {
    const conditioned = this.#conditioner.condition(jpeg, level);
    if (!(conditioned instanceof Promise)) return this.#packetize(conditioned);
    const packets = conditioned.then((frame) => this.#packetize(frame));
    const known = this.#packets[level];
    packets.then((made) => known.set(jpeg, made), () => known.delete(jpeg));
    return packets;
  }

  #packetize(frame: ConditionedFrame | Error): FramePackets | Error {
    if (frame instanceof Error) return frame;
    const { image, reencodedBecause } = frame;
    const { width, height } = image;
    try {
      const payloads = packetizeJpeg(image, { maxPayloadBytes: this.#maxPayloadBytes, headroomBytes: HEADROOM_BYTES });
      const isTranscoded = image.isTranscoded || reencodedBecause !== undefined;
      const packets = withHeaders(payloads, { payloadType: PAYLOAD_TYPE_JPEG, marksLast: true });
      return { ...packets, size: { width, height }, isTranscoded, reencodedBecause };
    } catch (error) {
      if (isUnusable(error)) return error;
      throw error;
    }
  }
}
