/**
 * The RTP header extension in which ONVIF devices send what RFC 2435 has no place for: sizes above 2040, and tables and sampling
 * of their own (ONVIF Streaming Specification, "JPEG over RTP"). It carries the header segments of a JPEG, without SOI and up to SOS
 * at most. They replace those that a receiver would write by RFC 2435. Only the size holds for later frames: devices must send
 * tables with each frame, since those of a lost frame would be missing.
 *
 * @module
 */

import type { HeaderSegments } from "../../mjpeg/conditioning/rebuild.ts";
import { DHT, DQT, DRI, EOI, isFrameHeader, isSoiAt, SOI, SOS } from "../../mjpeg/jpeg/markers.ts";
import {
  decodeFrameHeader,
  decodeHuffmanTables,
  decodeQuantTables,
  decodeRestartInterval,
  decodeScanHeader,
  type FrameHeader,
} from "../../mjpeg/jpeg/segment_data.ts";
import { malformed, readSegment } from "../../mjpeg/jpeg/segments.ts";
import { MAX_EXTENSION_SEGMENTS } from "../limits.ts";
import type { RtpExtension } from "../packet.ts";

/** Profile of the extension in the first packet of a frame. It has the value of SOI, and stands for it. */
export const FIRST_PROFILE = 0xffd8;
/** Profile of the extension in the other packets of a frame. */
const OTHER_PROFILE = 0xffff;
/** Profile of ONVIF's replay extension. The one for JPEG may follow its three words. */
const REPLAY_PROFILE = 0xabac;
const REPLAY_BYTES = 12;
const NESTED_HEADER_BYTES = 4;

/** Finds the extension for JPEG, alone or after that of a replay; `undefined` where there is none. */
export function findJpegExtension(extension: RtpExtension | undefined): RtpExtension | undefined {
  if (extension === undefined) return undefined;
  if (isForJpeg(extension)) return extension;
  const { profile, data } = extension;
  if (profile !== REPLAY_PROFILE || data.length < REPLAY_BYTES + NESTED_HEADER_BYTES) return undefined;
  const view = new DataView(data.buffer, data.byteOffset + REPLAY_BYTES);
  const start = REPLAY_BYTES + NESTED_HEADER_BYTES;
  const nested = { profile: view.getUint16(0), data: data.subarray(start, start + 4 * view.getUint16(2)) };
  return isForJpeg(nested) ? nested : undefined;
}

function isForJpeg({ profile }: RtpExtension): boolean {
  return profile === FIRST_PROFILE || profile === OTHER_PROFILE;
}

/** Decodes the segments in the extensions of a frame. They are views of `data`. Throws a `SyntaxError` for malformed ones. */
export function decodeHeaderSegments(data: Uint8Array): HeaderSegments {
  const markers = new Set<number>();
  let frame: FrameHeader | undefined;
  // The profile stands for SOI, which some senders repeat.
  let at = isSoiAt(data, 0) ? 2 : 0;
  const start = at;
  let count = 0;
  while (!markers.has(SOS) && !isPadding(data.subarray(at))) {
    if (++count > MAX_EXTENSION_SEGMENTS) throw malformed(`there are more than ${MAX_EXTENSION_SEGMENTS} segments`);
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

/** Whether only the bytes that fill up the last word are left. */
function isPadding(bytes: Uint8Array): boolean {
  return bytes.length < 4 && bytes.every((byte) => byte === 0xff || byte === 0);
}
