/**
 * The zero bytes behind each FF of entropy-coded data, which tell it from a marker (ITU-T T.81, B.1.1.5). Both ways they are dealt
 * with apart from the bits, so that reading and writing these needs no special cases.
 *
 * @module
 */

import { isRestart } from "../jpeg/markers.ts";

/** Entropy-coded data without stuffed bytes and markers. */
export interface UnstuffedData {
  /** The bytes of all restart intervals, and behind them as many zeros as were asked for, or more. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each restart interval ends, in bytes; at least one. */
  readonly intervalEnds: readonly number[];
}

/**
 * Takes stuffed bytes out of the data of a scan, which lies between SOS and the next marker except RST. An FF that neither a zero byte
 * nor an RST follows is a fill byte.
 */
export function removeStuffing(data: Uint8Array, { paddingBytes }: { readonly paddingBytes: number }): UnstuffedData {
  const bytes = new Uint8Array(data.length + paddingBytes);
  const intervalEnds: number[] = [];
  let length = 0;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at];
    if (byte !== 0xff) {
      bytes[length++] = byte;
      continue;
    }
    const next = at + 1 < data.length ? data[at + 1] : 0xff;
    if (next === 0) bytes[length++] = 0xff;
    else if (isRestart(next)) intervalEnds.push(length);
    else continue;
    at++;
  }
  intervalEnds.push(length);
  return { bytes, intervalEnds };
}

/** A copy of the data with a zero byte behind each FF. */
export function addStuffing(data: Uint8Array): Uint8Array<ArrayBuffer> {
  let stuffed = 0;
  for (let at = 0; at < data.length; at++) if (data[at] === 0xff) stuffed++;
  const bytes = new Uint8Array(data.length + stuffed);
  let length = 0;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at];
    bytes[length++] = byte;
    if (byte === 0xff) length++;
  }
  return bytes;
}
