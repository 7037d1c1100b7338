/**
 * The multi-picture format of photos (CIPA DC-007): behind a photo lie other pictures that belong to it, such as a preview or a gain
 * map. A list in its APP2 segment tells where.
 *
 * @module
 */

import { MAX_PHOTO_PICTURES } from "../limits.ts";

/** "MP entry": 16 bytes for each picture (CIPA DC-007, 5.2.3.3). */
const ENTRY_LIST_TAG = 0xb002;
const ENTRY_BYTES = 16;
const FIELD_BYTES = 12;
/** The largest data that a segment can have. */
export const MULTI_PICTURE_MAX_BYTES = 65_527;

/**
 * Where the other pictures of a photo begin, in bytes from the start of `data`, which begins behind "MPF" and a zero. Empty where the
 * list is malformed.
 */
export function decodeOtherPictures(data: Uint8Array): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 8) return [];
  const isLittleEndian = view.getUint16(0) === 0x4949;
  const uint16 = (at: number) => view.getUint16(at, isLittleEndian);
  const uint32 = (at: number) => view.getUint32(at, isLittleEndian);
  const list = uint32(4);
  if (list + 2 > data.length) return [];
  const fields = Math.min(uint16(list), Math.floor((data.length - list - 2) / FIELD_BYTES));
  for (let index = 0; index < fields; index++) {
    const field = list + 2 + index * FIELD_BYTES;
    if (uint16(field) !== ENTRY_LIST_TAG) continue;
    const [bytes, start] = [uint32(field + 4), uint32(field + 8)];
    const count = Math.min(Math.floor(bytes / ENTRY_BYTES), MAX_PHOTO_PICTURES);
    if (start + count * ENTRY_BYTES > data.length) return [];
    const offsets = Array.from({ length: count }, (_, entry) => uint32(start + entry * ENTRY_BYTES + 8));
    // The photo itself has the offset 0.
    return offsets.filter((offset) => offset > 0);
  }
  return [];
}
