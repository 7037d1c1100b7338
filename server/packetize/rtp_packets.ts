/**
 * RTP packets that all sessions share: what differs between sessions (channel, sequence number, timestamp, SSRC) is stamped into copies
 * of them.
 *
 * @module
 */

import { encodeInterleavedHeader, INTERLEAVED_HEADER_BYTES } from "../../net/interleaved.ts";
import { encodeRtpHeader, RTP_HEADER_BYTES } from "../../rtp/packet.ts";

/** What stands in front of each payload: an interleaved header, for TCP, and an RTP header. */
export const HEADROOM_BYTES: number = INTERLEAVED_HEADER_BYTES + RTP_HEADER_BYTES;

/** Packets with one timestamp in one buffer, each behind an interleaved header. Shared, not to be written to. */
export interface RtpPackets {
  /** All bytes. Channel, sequence number, timestamp and SSRC are 0. */
  readonly bytes: Uint8Array;
  /** Where each interleaved header starts, and the end. */
  readonly offsets: readonly number[];
  /** The RTP packets: views of the same bytes. */
  readonly packets: readonly Uint8Array[];
}

/** Bytes of RTP headers and payloads in the first `count` packets. */
export function rtpBytesOf({ offsets }: RtpPackets, count: number): number {
  return offsets[count] - count * INTERLEAVED_HEADER_BYTES;
}

/**
 * Writes the headers in front of payloads that have {@linkcode HEADROOM_BYTES} for them, one behind the other in one buffer; the last
 * packet gets the marker if there is one.
 */
export function withHeaders(
  payloads: readonly Uint8Array[],
  { payloadType, marksLast }: { readonly payloadType: number; readonly marksLast: boolean },
): RtpPackets {
  const bytes = new Uint8Array(payloads[0].buffer);
  const offsets: number[] = [];
  const packets = payloads.map((payload, index) => {
    const at = payload.byteOffset - HEADROOM_BYTES;
    const packet = bytes.subarray(at + INTERLEAVED_HEADER_BYTES, payload.byteOffset + payload.length);
    encodeInterleavedHeader(bytes, at, { channel: 0, lengthBytes: packet.length });
    encodeRtpHeader(packet, {
      marker: marksLast && index === payloads.length - 1,
      payloadType,
      sequenceNumber: 0,
      timestamp: 0,
      ssrc: 0,
    });
    offsets.push(at);
    return packet;
  });
  offsets.push(bytes.length);
  return { bytes, offsets, packets };
}
