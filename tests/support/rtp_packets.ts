/**
 * The RTP/JPEG packets of frames, as a publisher sends them.
 *
 * @module
 */

import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { packetizeJpeg } from "../../rtp/jpeg/jpeg_packetizer.ts";
import { JPEG_CLOCK_RATE } from "../../rtp/jpeg/jpeg_payload.ts";
import { encodeRtpPacket, PAYLOAD_TYPE_JPEG } from "../../rtp/packet.ts";

const FRAME_TICKS = JPEG_CLOCK_RATE / 25;

/** The packets of each frame, 25 frames a second, numbered from `first` on. */
export function rtpPacketsOf(
  jpegs: readonly Uint8Array[],
  { first = 65_530, ssrc = 7 }: { readonly first?: number; readonly ssrc?: number } = {},
): Uint8Array[][] {
  let sequenceNumber = first;
  return jpegs.map((jpeg, frame) => {
    const payloads = packetizeJpeg(conditionJpeg(jpeg), { maxPayloadBytes: 500 });
    return payloads.map((payload, index) =>
      encodeRtpPacket({
        marker: index === payloads.length - 1,
        payloadType: PAYLOAD_TYPE_JPEG,
        sequenceNumber: sequenceNumber++ % 2 ** 16,
        timestamp: frame * FRAME_TICKS,
        ssrc,
        payload,
        extension: undefined,
      })
    );
  });
}
