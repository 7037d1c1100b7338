/**
 * Frames as RTP/JPEG packets, made once a frame, whoever watches: they live as long as the frame itself does. What differs
 * between sessions is stamped into copies of them.
 *
 * @module
 */

import { packetizeJpeg } from "../../rtp/jpeg/jpeg_payload.ts";
import { encodeInterleavedHeader, INTERLEAVED_HEADER_BYTES } from "../../net/interleaved.ts";
import { encodeRtpHeader, PAYLOAD_TYPE_JPEG, RTP_HEADER_BYTES } from "../../rtp/packet.ts";
import { type ConditionedFrame, isUnusable } from "./conditioned_frame.ts";
import type { Conditioner } from "./conditioner.ts";

/** The packets of one frame, one behind the other, each behind an interleaved header; shared, not to be written to. */
export interface FramePackets {
  /** All bytes. Channel, sequence number, timestamp and SSRC are 0. */
  readonly bytes: Uint8Array;
  /** Where each interleaved header begins, and the end. */
  readonly offsets: readonly number[];
  /** The RTP packets: views of the same bytes. */
  readonly packets: readonly Uint8Array[];
  /** Samples a line, and lines. */
  readonly size: PictureSize;
  /** Why the picture was encoded anew, with some loss; `undefined` where its pixels are the frame's own. */
  readonly reencodedBecause: string | undefined;
}

/** Size of a picture. */
export interface PictureSize {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
}

/** Bytes of RTP headers and payloads in the first `count` packets. */
export function rtpBytesOf({ offsets }: FramePackets, count: number): number {
  return offsets[count] - count * INTERLEAVED_HEADER_BYTES;
}

/** Conditions and packetizes the frames of all sessions. */
export class JpegPackets {
  readonly #conditioner: Conditioner;
  readonly #maxPayloadBytes: number;
  /** By the bytes of the frame, which sessions share. */
  readonly #packets = new WeakMap<Uint8Array, FramePackets | Error | Promise<FramePackets | Error>>();

  /** RTP packets of at most `maxPacketBytes`. */
  constructor(conditioner: Conditioner, { maxPacketBytes }: { readonly maxPacketBytes: number }) {
    this.#conditioner = conditioner;
    this.#maxPayloadBytes = maxPacketBytes - RTP_HEADER_BYTES;
  }

  /** The packets of a frame, at once unless it has to be coded anew. An error says why RTP/JPEG cannot carry it. */
  of(jpeg: Uint8Array): FramePackets | Error | Promise<FramePackets | Error> {
    let packets = this.#packets.get(jpeg);
    if (packets === undefined) {
      packets = this.#make(jpeg);
      this.#packets.set(jpeg, packets);
    }
    return packets;
  }

  #make(jpeg: Uint8Array): FramePackets | Error | Promise<FramePackets | Error> {
    const conditioned = this.#conditioner.condition(jpeg);
    if (!(conditioned instanceof Promise)) return this.#packetize(conditioned);
    const packets = conditioned.then((frame) => this.#packetize(frame));
    packets.then((made) => this.#packets.set(jpeg, made), () => this.#packets.delete(jpeg));
    return packets;
  }

  #packetize(frame: ConditionedFrame | Error): FramePackets | Error {
    if (frame instanceof Error) return frame;
    const { image, reencodedBecause } = frame;
    const { width, height } = image;
    try {
      const packets = joinPackets(packetizeJpeg(image, { maxPayloadBytes: this.#maxPayloadBytes }));
      return { ...packets, size: { width, height }, reencodedBecause };
    } catch (error) {
      if (isUnusable(error)) return error;
      throw error;
    }
  }
}

/** Payloads as packets, the marker on the last. */
function joinPackets(payloads: readonly Uint8Array[]): Pick<FramePackets, "bytes" | "offsets" | "packets"> {
  const overhead = INTERLEAVED_HEADER_BYTES + RTP_HEADER_BYTES;
  const bytes = new Uint8Array(payloads.reduce((sum, { length }) => sum + overhead + length, 0));
  const offsets: number[] = [0];
  const packets: Uint8Array[] = [];
  for (const [index, payload] of payloads.entries()) {
    const at = offsets[index];
    const lengthBytes = RTP_HEADER_BYTES + payload.length;
    encodeInterleavedHeader(bytes, at, { channel: 0, lengthBytes });
    const packet = bytes.subarray(at + INTERLEAVED_HEADER_BYTES, at + overhead + payload.length);
    encodeRtpHeader(packet, {
      marker: index === payloads.length - 1,
      payloadType: PAYLOAD_TYPE_JPEG,
      sequenceNumber: 0,
      timestamp: 0,
      ssrc: 0,
    });
    packet.set(payload, RTP_HEADER_BYTES);
    packets.push(packet);
    offsets.push(at + overhead + payload.length);
  }
  return { bytes, offsets, packets };
}
