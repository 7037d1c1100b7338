/**
 * RTP packets that are whole frames.
 *
 * @module
 */

import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { packetizeJpeg } from "../../rtp/jpeg/jpeg_packetizer.ts";
import { encodeRtpPacket } from "../../rtp/packet.ts";
import { makeJpeg } from "./jpegs.ts";

const [PAYLOAD] = packetizeJpeg(conditionJpeg(await makeJpeg({ width: 64, height: 48 })), { maxPayloadBytes: 60_000 });

/** A packet of RTP/JPEG that is a whole frame. */
export function encodeFrame(
  { sequenceNumber, timestamp = 0, payloadType = 26, ssrc = 1 }: {
    readonly sequenceNumber: number;
    readonly timestamp?: number;
    readonly payloadType?: number;
    readonly ssrc?: number;
  },
): Uint8Array {
  return encodeRtpPacket({ marker: true, payloadType, sequenceNumber, timestamp, ssrc, payload: PAYLOAD });
}
