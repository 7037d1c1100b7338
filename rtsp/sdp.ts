/**
 * Session descriptions (RFC 8866, and RFC 2326, appendix C) of Motion-JPEG streams: what DESCRIBE gives, both ways. The
 * grammar of SDP is sdp-transform's.
 *
 * @module
 */

import * as sdp from "sdp-transform";

/** What the server tells of a stream. */
export interface StreamDescription {
  /** Session name: what is played. */
  readonly title: string;
  /** Differs between descriptions that differ. */
  readonly sessionId: number;
  /** The server's address as the client sees it. */
  readonly address: string;
  /** Seconds; `undefined` for live sources. */
  readonly duration: number | undefined;
  /** Frames a second. */
  readonly frameRate: number;
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** Control URL of the track, relative to Content-Base. */
  readonly control: string;
  /** Name and version of the program. */
  readonly tool: string;
}

const PAYLOAD_TYPE_JPEG = 26;
const JPEG_MAX_DIMENSION = 2040;

/** The SDP of a stream. */
export function encodeStreamDescription(stream: StreamDescription): string {
  const { width, height, duration, address } = stream;
  const ipVer = address.includes(":") ? 6 : 4;
  const isLarge = width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION;
  return sdp.write({
    version: 0,
    origin: { username: "-", sessionId: stream.sessionId, sessionVersion: 1, netType: "IN", ipVer, address },
    name: stream.title.replace(/[\r\n]/g, " ") || " ",
    connection: { version: ipVer, ip: ipVer === 6 ? "::" : "0.0.0.0" },
    timing: { start: 0, stop: 0 },
    control: "*",
    invalid: [
      { value: `tool:${stream.tool}` },
      { value: `range:npt=0-${duration === undefined ? "" : Number(duration.toFixed(3))}` },
    ],
    media: [{
      type: "video",
      port: 0,
      protocol: "RTP/AVP",
      payloads: PAYLOAD_TYPE_JPEG,
      rtp: [],
      fmtp: [],
      control: stream.control,
      framerate: Number(stream.frameRate.toFixed(3)),
      invalid: [
        { value: `framesize:${PAYLOAD_TYPE_JPEG} ${width}-${height}` },
        ...(isLarge ? [{ value: `x-dimensions:${width},${height}` }] : []),
      ],
    }],
  });
}
