/**
 * Formats of files that have videos of other codecs, or that Motion-JPEG is not read of: they are recognized in order to be refused by
 * name, and not searched for JPEGs.
 *
 * @module
 */

import type { Container } from "./container.ts";
import { otherFormatError } from "./video_codec.ts";

/** What stands at an offset of every file of a format, in Latin-1. */
interface Mark {
  readonly offset: number;
  readonly text: string;
}

/** Length of a packet of MPEG-TS, without and with a time in front of it. */
const [TS_BYTES, TIMED_TS_BYTES] = [188, 192];
/** Packets of MPEG-TS that are looked at. */
const TS_PACKETS = 5;

const OTHERS: readonly (readonly [name: string, marks: readonly (readonly Mark[])[]])[] = [
  ["a GIF", [[{ offset: 0, text: "GIF8" }]]],
  ["WebP", [[{ offset: 0, text: "RIFF" }, { offset: 8, text: "WEBP" }]]],
  ["MPEG-TS", [syncBytes(0, TS_BYTES), syncBytes(4, TIMED_TS_BYTES)]],
  ["MPEG-PS", [[{ offset: 0, text: "\x00\x00\x01\xba" }]]],
  ["MPEG video", [[{ offset: 0, text: "\x00\x00\x01\xb3" }]]],
  // Parameter sets or a delimiter, with which streams begin.
  ["H.264 or H.265 without a container", ["\x67", "\x09", "\x40", "\x46"].map(startCode)],
  ["FLV", [[{ offset: 0, text: "FLV\x01" }]]],
  ["Ogg", [[{ offset: 0, text: "OggS" }]]],
  ["ASF (WMV)", [[{ offset: 0, text: "\x30\x26\xb2\x75\x8e\x66\xcf\x11" }]]],
  ["IVF", [[{ offset: 0, text: "DKIF" }]]],
  ["YUV4MPEG2", [[{ offset: 0, text: "YUV4MPEG2 " }]]],
];

/** These formats. */
export const OTHER_FORMATS: readonly Container[] = OTHERS.map(([name, alternatives]) => ({
  name,
  signature: name,
  recognizes: (head) => alternatives.some((marks) => marks.every((mark) => isAt(head, mark))),
  index: () => Promise.reject(otherFormatError(name)),
}));

function isAt(head: Uint8Array, { offset, text }: Mark): boolean {
  if (offset + text.length > head.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (head[offset + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function startCode(header: string): Mark[] {
  return [{ offset: 0, text: `\x00\x00\x00\x01${header}` }];
}

/** The byte that packets of MPEG-TS begin with. */
function syncBytes(offset: number, packetBytes: number): Mark[] {
  return Array.from({ length: TS_PACKETS }, (_, packet) => ({ offset: offset + packet * packetBytes, text: "\x47" }));
}
