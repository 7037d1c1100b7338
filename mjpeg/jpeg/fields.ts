/**
 * Interlaced frames as AVI files have them (OpenDML AVI, 5.0): two JPEGs of half the lines each, one behind the other, with padding
 * between them. An APP0 segment "AVI1" may say which of them has the upper lines.
 *
 * @module
 */

import { type JpegHeader, readJpegHeader } from "./jpeg_header.ts";
import { EOI, isJpegAt } from "./markers.ts";
import { findScanEnd } from "./segments.ts";

/** The fields of a frame, each a JPEG: views of it. */
export interface Fields {
  /** Lines 0, 2, 4, … */
  readonly top: Uint8Array;
  /** Lines 1, 3, 5, … */
  readonly bottom: Uint8Array;
}

/** Takes a frame of two fields apart; `undefined` for any other. Throws a `SyntaxError` for a malformed header. */
export function splitFields(jpeg: Uint8Array): Fields | undefined {
  const header = readJpegHeader(jpeg);
  const start = findSecondField(jpeg, { header, scanEnd: findScanEnd(jpeg, header.scanStart) });
  if (start === undefined) return undefined;
  const [first, second] = [jpeg.subarray(0, start), jpeg.subarray(start)];
  return header.isBottomField ? { top: second, bottom: first } : { top: first, bottom: second };
}

/**
 * Where the second field of a frame begins; `undefined` where it has none. Other pictures behind a JPEG, such as a preview, have
 * another size, or are listed in it.
 */
export function findSecondField(
  jpeg: Uint8Array,
  { header, scanEnd }: { readonly header: JpegHeader; readonly scanEnd: number },
): number | undefined {
  if (jpeg[scanEnd] !== 0xff || jpeg[scanEnd + 1] !== EOI || header.isMultiPicture) return undefined;
  let at = scanEnd + 2;
  while (jpeg[at] === 0 || jpeg[at] === 0xff && jpeg[at + 1] === 0xff) at++;
  if (!isJpegAt(jpeg, at) || at + 2 >= jpeg.length) return undefined;
  try {
    const { width, height } = readJpegHeader(jpeg.subarray(at)).frame;
    const isAlike = width === header.frame.width && Math.abs(height - header.frame.height) <= 1;
    return isAlike ? at : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
