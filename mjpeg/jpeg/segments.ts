/**
 * The marker segments of a JPEG (ITU-T T.81, B.1.1.4), and where its entropy-coded data ends. segment_data.ts decodes what they
 * hold.
 *
 * @module
 */

import { MAX_HEADER_SEGMENTS } from "../limits.ts";
import { beginsSegment, EOI, isRestart, isSoiAt, SOS, TEM } from "./markers.ts";

/** A marker segment. */
export interface Segment {
  /** Its code, the byte after FF. */
  readonly marker: number;
  /** What follows the length; a view of the JPEG. */
  readonly data: Uint8Array;
  /** Offset of the byte after the segment. */
  readonly end: number;
}

/**
 * Reads the segment at `offset`, where fill bytes may stand first; `undefined` at EOI. Throws a `SyntaxError` where no whole
 * segment is.
 */
export function readSegment(jpeg: Uint8Array, offset: number): Segment | undefined {
  let at = offset;
  if (jpeg[at] !== 0xff) throw malformed(`no marker at byte ${at}`);
  while (jpeg[at] === 0xff) at++;
  const marker = jpeg[at++];
  if (marker === EOI) return undefined;
  if (marker === TEM || isRestart(marker)) return { marker, data: jpeg.subarray(at, at), end: at };
  if (at + 2 > jpeg.length) throw malformed(`it is truncated at byte ${jpeg.length}`);
  const length = jpeg[at] << 8 | jpeg[at + 1];
  if (length < 2 || at + length > jpeg.length) {
    throw malformed(`the segment at byte ${offset} announces ${length} bytes, ${jpeg.length - at} are left`);
  }
  return { marker, data: jpeg.subarray(at + 2, at + length), end: at + length };
}

/**
 * Like {@linkcode readSegment}, but passes over what is no marker segment, such as FF 00 or any other junk: encoders leave it behind
 * segments, and decoders do not mind.
 */
export function findSegment(jpeg: Uint8Array, offset: number): Segment | undefined {
  for (let at = jpeg.indexOf(0xff, offset); at >= 0; at = jpeg.indexOf(0xff, at + 1)) {
    const marker = jpeg[at + 1];
    if (marker === EOI || beginsSegment(marker)) return readSegment(jpeg, at);
  }
  throw malformed(`no marker behind byte ${offset}`);
}

/** The segments of a JPEG up to and including its first SOS. Throws a `SyntaxError` where they are malformed. */
export function* readHeaderSegments(jpeg: Uint8Array): Generator<Segment> {
  if (!isSoiAt(jpeg, 0)) throw malformed("it does not start with FF D8");
  for (let offset = 2, count = 1;; count++) {
    if (count > MAX_HEADER_SEGMENTS) throw malformed(`more than ${MAX_HEADER_SEGMENTS} segments before its first scan`);
    const segment = findSegment(jpeg, offset);
    if (segment === undefined) throw malformed("it ends before its first scan");
    yield segment;
    if (segment.marker === SOS) return;
    offset = segment.end;
  }
}

/** Where the entropy-coded data that begins at `start` ends: at the first marker except RST, or at the end of the bytes. */
export function findScanEnd(jpeg: Uint8Array, start: number): number {
  for (let at = jpeg.indexOf(0xff, start); at >= 0; at = jpeg.indexOf(0xff, at + 1)) {
    const next = jpeg[at + 1];
    if (next === undefined) return at;
    if (next !== 0 && next !== 0xff && !isRestart(next)) return at;
  }
  return jpeg.length;
}

/** The error for a malformed JPEG. */
export function malformed(what: string): SyntaxError {
  return new SyntaxError(`Malformed JPEG: ${what}`);
}
