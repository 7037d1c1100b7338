/**
 * The RTP header extension in which ONVIF devices send what RFC 2435 has no place for: sizes above 2040, tables and sampling
 * of their own (ONVIF Streaming Specification, "JPEG over RTP"). It carries the segments of a JPEG's header, from behind SOI
 * up to SOS at most; what it has takes the place of what a receiver would write by RFC 2435. Of one frame's extension only the
 * size holds for the next: devices are told to send tables with each, and a lost frame would take them along.
 *
 * @module
 */

import { EOI, SOI, SOS } from "../../mjpeg/jpeg/markers.ts";
import type { GivenSegments } from "../../mjpeg/conditioning/rebuild.ts";
import {
  decodeFrameHeader,
  decodeHuffmanTables,
  decodeQuantTables,
  decodeRestartInterval,
  decodeScanHeader,
  DHT,
  DQT,
  DRI,
  type FrameHeader,
  isFrameHeader,
  malformed,
  readSegment,
} from "../../mjpeg/jpeg/segments.ts";
import type { RtpExtension } from "../packet.ts";

/** The extension in the first packet of a frame; the number is that of SOI, for which it stands. */
export const FIRST_PROFILE = 0xffd8;
/** The extension in the other packets of a frame. */
export const OTHER_PROFILE = 0xffff;
/** ONVIF's replay extension, behind whose three words the one for JPEG may stand. */
const REPLAY_PROFILE = 0xabac;
const REPLAY_BYTES = 12;
const NESTED_HEADER_BYTES = 4;

/** The extension for JPEG of a packet, alone or behind that of a replay; `undefined` where there is none. */
export function findJpegExtension(extension: RtpExtension | undefined): RtpExtension | undefined {
  if (extension === undefined) return undefined;
  const { profile, data } = extension;
  if (profile === FIRST_PROFILE || profile === OTHER_PROFILE) return extension;
  if (profile !== REPLAY_PROFILE || data.length < REPLAY_BYTES + NESTED_HEADER_BYTES) return undefined;
  const view = new DataView(data.buffer, data.byteOffset + REPLAY_BYTES);
  const start = REPLAY_BYTES + NESTED_HEADER_BYTES;
  return findJpegExtension({ profile: view.getUint16(0), data: data.subarray(start, start + 4 * view.getUint16(2)) });
}

/** Decodes the segments of a frame's extensions. What it gives are views. Throws a `SyntaxError` for what is malformed. */
export function decodeHeaderSegments(data: Uint8Array): GivenSegments {
  const markers = new Set<number>();
  let frame: FrameHeader | undefined;
  // The profile stands for SOI; a sender that repeats it is understood.
  let at = data[0] === 0xff && data[1] === SOI ? 2 : 0;
  const start = at;
  while (!markers.has(SOS) && !isPadding(data.subarray(at))) {
    const segment = readSegment(data, at);
    if (segment === undefined || segment.marker === SOI || segment.marker === EOI) {
      throw malformed("an image begins or ends within its header");
    }
    if (segment.marker === DQT) Array.from(decodeQuantTables(segment));
    else if (segment.marker === DHT) Array.from(decodeHuffmanTables(segment));
    else if (segment.marker === DRI) decodeRestartInterval(segment);
    else if (segment.marker === SOS) decodeScanHeader(segment);
    else if (isFrameHeader(segment.marker)) frame = decodeFrameHeader(segment);
    markers.add(segment.marker);
    at = segment.end;
  }
  return { bytes: data.subarray(start, at), markers, frame };
}

/** Whether nothing follows but the bytes that fill up the last word. */
function isPadding(bytes: Uint8Array): boolean {
  return bytes.length < 4 && bytes.every((byte) => byte === 0xff || byte === 0);
}
